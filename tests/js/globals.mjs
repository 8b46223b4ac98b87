// Node 18, which is Debian 12's, keeps WebCrypto in a module; browsers and newer nodes have it in the global object.
import { webcrypto } from "node:crypto";

globalThis.crypto ??= webcrypto;
