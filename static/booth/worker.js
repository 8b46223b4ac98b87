/** Encrypts apart from the page, so that the page stays responsive. */

import { sealer } from "./sealer.js";

const answer = sealer((found) => postMessage(found));
addEventListener("message", ({ data }) => answer(data));
