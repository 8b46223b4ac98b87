/** Voters' credentials (specification, section 4.8): reading what a person types, and the keys derived from it. */

import { digest, hex } from "./encoding.js";
import { generatorTable, modQ, writePoints } from "./group.js";

const GROUPS = [5, 6, 5, 6];
const LENGTH = 22;
const NOT_BASE58 = /[^1-9A-HJ-NP-Za-km-z]/gu;

/** What was typed is no credential; `code` says why and `letters` names the characters that cannot stand in one. */
export class CredentialError extends Error {
  /** @param {"empty"|"letters"|"length"} code @param {string[]} letters @param {number} length of what was typed */
  constructor(code, letters = [], length = 0) {
    super(`not a credential: ${code}`);
    this.code = code;
    this.letters = letters;
    this.length = length;
  }
}

/**
 * Reads a credential as people type it: spaces, line breaks and dashes of any kind may be missing or extra.
 *
 * @param {string} typed
 * @returns {string} `XXXXX-XXXXXX-XXXXX-XXXXXX`, the dashes being part of what is hashed
 * Throws {@link CredentialError}. Letters are not guessed at: 0, O, I and l do not occur, and there is no checksum.
 */
export function readCredential(typed) {
  const bare = typed.normalize("NFKC").replace(/[\s\p{Dash_Punctuation}\p{Default_Ignorable_Code_Point}−]/gu, "");
  if (bare === "") throw new CredentialError("empty");
  const strange = [...new Set(bare.match(NOT_BASE58) ?? [])];
  if (strange.length > 0) throw new CredentialError("letters", strange, bare.length);
  if (bare.length !== LENGTH) throw new CredentialError("length", [], bare.length);
  let at = 0;
  return GROUPS.map((size) => bare.slice(at, (at += size))).join("-");
}

/** @param {string} uuid of the election @param {string} credential with its dashes @returns {bigint} its secret exponent */
export function secretOf(uuid, credential) {
  const half = (number) => hex(digest(`derive_credential|${uuid}|${number}|${credential}`));
  return modQ(BigInt(`0x${half(0)}${half(1)}`));
}

/** @param {bigint} secret @returns {string} the public credential, as a ballot names it */
export function publicOf(secret) {
  return writePoints([generatorTable().times(secret)])[0];
}
