/** Proofs that an entry is in the log, in one file (C2SP tlog-proof, version 1), as egov_crypto/tlog_proof.py. */

import { fromUtf8 } from "../booth/encoding.js";
import { VerificationError } from "./errors.js";
import { HASH_SIZE, MAX_PROOF } from "./merkle.js";
import { fromPadded, parseNumber } from "./note.js";

export const TYPE = "c2sp.org/tlog-proof@v1";
export const MAX_SIZE = 1 << 19;

/**
 * @param {Uint8Array} raw
 * @returns {{extra: Uint8Array, index: number, hashes: Uint8Array[], checkpoint: Uint8Array}} as it was written;
 * nothing is verified, and `extra` is anybody's. Throws {@link VerificationError} (`inclusion.format`).
 */
export function parseProof(raw) {
  try {
    if (raw.length > MAX_SIZE) throw new RangeError(`more than ${MAX_SIZE} bytes`);
    const end = raw.findIndex((byte, at) => byte === 10 && raw[at + 1] === 10);
    const [type, ...lines] = fromUtf8(raw.subarray(0, Math.max(end, 0))).split("\n");
    if (type !== TYPE) throw new RangeError(`not ${TYPE}`);
    let extra = new Uint8Array();
    if (lines[0]?.startsWith("extra ")) {
      extra = fromPadded(lines.shift().slice("extra ".length));
      if (extra.length === 0) throw new RangeError("nothing extra is written as no line");
    }
    if (!lines[0]?.startsWith("index ")) throw new RangeError("the index is missing");
    const index = parseNumber(lines.shift().slice("index ".length));
    if (lines.length > MAX_PROOF) throw new RangeError(`more than ${MAX_PROOF} hashes`);
    return { extra, index, hashes: lines.map((line) => fromPadded(line, HASH_SIZE)), checkpoint: raw.slice(end + 2) };
  } catch (error) {
    throw new VerificationError("inclusion.format", error.message);
  }
}
