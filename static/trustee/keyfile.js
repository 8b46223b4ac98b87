/** Key files, as egov_crypto/keyfile.py specifies them: one format for browser and command line. */

import { hex, fromUtf8, utf8 } from "../booth/encoding.js";
import { parsePoint, parseScalar } from "../booth/group.js";
import { FormError, UsageError } from "./errors.js";
import { publicText } from "./key.js";
import { dump, dumpText, fields, isObject, string } from "./wire.js";

const TYPE = "egov-trustee-key";
const VERSION = 1;
const KDF = "PBKDF2-HMAC-SHA-256";
const CIPHER = "AES-256-GCM";
export const ITERATIONS = 600_000;
/** More than this would keep a reader busy for longer than anybody waits. */
const MAX_ITERATIONS = 20_000_000;
/** Bytes that a key file may have; real ones have under 700. */
export const MAX_KEY_FILE = 1 << 16;

/**
 * @param {bigint} secret the private key @param {string} uuid of the election, or empty for any
 * @param {string} passphrase @returns {Promise<string>} the key file, opened once more before it is given
 */
export async function seal(secret, uuid, passphrase) {
  const text = publicText(secret);
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const key = await derive(passphrase, salt, ITERATIONS, "encrypt");
  const opened = dump(secret.toString());
  const algorithm = { name: "AES-GCM", iv: nonce, additionalData: additional(uuid, text) };
  const sealed = new Uint8Array(await crypto.subtle.encrypt(algorithm, key, opened));
  opened.fill(0);
  const file = dumpText({
    type: TYPE,
    version: VERSION,
    election: uuid,
    public_key: text,
    kdf: { name: KDF, iterations: ITERATIONS, salt: hex(salt) },
    cipher: { name: CIPHER, nonce: hex(nonce), sealed: hex(sealed) },
  });
  const again = await new KeyFile(file).open(passphrase);
  if (again !== secret) throw new Error("a key file that was just made does not open");
  return file;
}

/** A key file as it lies there; what it says is true only once it has been opened. */
export class KeyFile {
  /** @param {string} text throws UsageError (`keyfile.format`) if it is no key file of this version */
  constructor(text) {
    try {
      this.#read(JSON.parse(text));
    } catch (error) {
      const malformed = error instanceof SyntaxError || error instanceof FormError || error instanceof RangeError;
      if (malformed) throw new UsageError("keyfile.format", error.message);
      throw error;
    }
  }

  #read(value) {
    if (!isObject(value) || value.type !== TYPE) throw new FormError("it is not a trustee's key file");
    if (value.version !== VERSION) throw new FormError("another version");
    const members = fields(value, ["type", "version", "election", "public_key", "kdf", "cipher"]);
    const kdf = fields(members.kdf, ["name", "iterations", "salt"]);
    const cipher = fields(members.cipher, ["name", "nonce", "sealed"]);
    if (kdf.name !== KDF || cipher.name !== CIPHER) throw new FormError("sealed in another way");
    const { iterations } = kdf;
    const bounded = Number.isInteger(iterations) && iterations >= ITERATIONS && iterations <= MAX_ITERATIONS;
    if (!bounded) throw new FormError("too few or too many rounds");
    this.iterations = iterations;
    this.salt = bytes(kdf.salt);
    this.nonce = bytes(cipher.nonce);
    this.sealed = bytes(cipher.sealed);
    if (this.salt.length < 16 || this.nonce.length !== 12 || this.sealed.length < 16) throw new FormError("cut");
    parsePoint(members.public_key);
    this.publicText = members.public_key;
    this.election = string(members.election);
  }

  /**
   * @param {string} passphrase @returns {Promise<bigint>} the private key
   * Throws UsageError: `keyfile.passphrase` if the passphrase is wrong or the file was changed (one cannot tell which),
   * `keyfile.other` if it holds another key than it says.
   */
  async open(passphrase) {
    const key = await derive(passphrase, this.salt, this.iterations, "decrypt");
    const algorithm = {
      name: "AES-GCM",
      iv: this.nonce,
      additionalData: additional(this.election, this.publicText),
    };
    let opened;
    try {
      opened = new Uint8Array(await crypto.subtle.decrypt(algorithm, key, this.sealed));
    } catch {
      throw new UsageError("keyfile.passphrase");
    }
    let secret = 0n;
    try {
      secret = parseScalar(JSON.parse(fromUtf8(opened)));
    } catch {
      secret = 0n;
    }
    opened.fill(0);
    if (secret === 0n || publicText(secret) !== this.publicText) throw new UsageError("keyfile.other");
    return secret;
  }
}

function additional(uuid, text) {
  return dump([TYPE, VERSION, uuid, text]);
}

/** Capitals, and what stands between the words, make no difference: people copy them by hand. */
async function derive(passphrase, salt, iterations, usage) {
  const words = passphrase.toLowerCase().replaceAll("-", " ").trim().split(/\s+/).join("-");
  const raw = utf8(words);
  const base = await crypto.subtle.importKey("raw", raw, "PBKDF2", false, ["deriveKey"]);
  raw.fill(0);
  const algorithm = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return crypto.subtle.deriveKey(algorithm, base, { name: "AES-GCM", length: 256 }, false, [usage]);
}

function bytes(text) {
  if (typeof text !== "string" || !/^(?:[0-9a-f]{2})*$/.test(text)) throw new FormError("not hexadecimal digits");
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
