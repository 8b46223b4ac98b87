/**
 * Signed notes (C2SP signed-note) and checkpoints of logs (C2SP tlog-checkpoint), as egov_crypto/note.py and
 * egov_crypto/checkpoint.py read them: in one spelling, and nothing counts before a known key's signature holds.
 */

import { Point, hashes, verify } from "../vendor/noble-ed25519/index.js";
import { sha512 } from "../vendor/noble-hashes/sha2.js";
import { base64, digest, fromBase64, fromUtf8, hex, utf8 } from "../booth/encoding.js";
import { VerificationError } from "./errors.js";

hashes.sha512 ??= sha512;

const ED25519 = 1;
const MAX_NOTE = 1 << 18;
const MAX_SIGNATURES = 100;
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;
const NO_NAME = /[\p{White_Space}\u0000-\u001f+]/u;
const NUMBER = /^(0|[1-9][0-9]{0,15})$/;

/** @param {Uint8Array} raw @returns {string} standard Base64, with padding */
export function toPadded(raw) {
  return base64(raw) + "=".repeat((3 - (raw.length % 3)) % 3);
}

/**
 * @param {string} text standard Base64 with padding, in its one spelling
 * @param {number} [size] bytes that it must have
 * @returns {Uint8Array} throws RangeError on anything else
 */
export function fromPadded(text, size) {
  const raw = fromBase64(text.replace(/={1,2}$/, ""));
  if (toPadded(raw) !== text || raw.length !== (size ?? raw.length)) throw new RangeError("not Base64 as it is wanted");
  return raw;
}

/**
 * @param {string} text a size or an index: decimal, without sign or leading zeros
 * @returns {number} exact: throws RangeError beyond what this language counts with
 */
export function parseNumber(text) {
  if (!NUMBER.test(text) || !Number.isSafeInteger(Number(text))) throw new RangeError("not a whole number");
  return Number(text);
}

/**
 * @typedef {{name: string, id: string, public: Uint8Array, text: string}} VerifierKey
 *
 * @param {string} text `name+id+Base64`, as keys are handed on
 * @returns {VerifierKey} throws RangeError if it is no key of a log, or is mistyped
 */
export function parseKey(text) {
  const [, name, id, encoded] = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/s.exec(text) ?? [];
  if (!name || NO_NAME.test(name)) throw new RangeError("not a verifier key");
  const raw = fromPadded(encoded, 33);
  if (raw[0] !== ED25519) throw new RangeError("a key of another type");
  if (id !== hex(digest(new Uint8Array([...utf8(`${name}\n`), ...raw]))).slice(0, 8)) throw new RangeError("mistyped");
  let point;
  try {
    point = Point.fromHex(hex(raw.subarray(1)), false);
  } catch {
    throw new RangeError("no point of the curve");
  }
  if (point.is0() || !point.isTorsionFree()) throw new RangeError("no point that a key may be");
  return { name, id, public: raw.slice(1), text };
}

/**
 * @param {Uint8Array} raw
 * @returns {{text: string, signatures: {name: string, id: string, raw: Uint8Array}[]}} a note; nothing is verified.
 * Throws {@link VerificationError} (`note.format`).
 */
export function parseNote(raw) {
  try {
    if (raw.length > MAX_NOTE) throw new RangeError(`more than ${MAX_NOTE} bytes`);
    const whole = fromUtf8(raw);
    const end = whole.lastIndexOf("\n\n");
    if (end < 0) throw new RangeError("no empty line stands before the signatures");
    const text = whole.slice(0, end + 1);
    const lines = whole.slice(end + 2).split("\n");
    if (lines.pop() !== "" || lines.length === 0 || lines.length > MAX_SIGNATURES) {
      throw new RangeError(`between 1 and ${MAX_SIGNATURES} signatures are wanted, each on a line`);
    }
    if (CONTROL.test(whole)) throw new RangeError("a control character");
    return { text, signatures: lines.map(parseSignature) };
  } catch (error) {
    throw new VerificationError("note.format", error.message);
  }
}

function parseSignature(line) {
  const [, name, encoded] = /^\u2014 ([^ ]+) ([^ ]+)$/u.exec(line) ?? [];
  if (!name || NO_NAME.test(name)) throw new RangeError("not the line of a signature");
  const raw = fromPadded(encoded);
  if (raw.length <= 4) throw new RangeError("a signature is missing after the id of its key");
  return { name, id: hex(raw.subarray(0, 4)), raw: raw.slice(4) };
}

/**
 * The checkpoint that `raw` is, signed by one of the log's keys; other signatures are passed over.
 *
 * @param {Uint8Array} raw
 * @param {VerifierKey[]} keys of the log: that of now, and those that it had before
 * @returns {{origin: string, size: number, root: Uint8Array, key: VerifierKey}}
 * Throws {@link VerificationError} (`note.…`, `checkpoint.…`).
 */
export function verifyCheckpoint(raw, keys) {
  const { text, signatures } = parseNote(raw);
  let signer;
  for (const signature of signatures) {
    const key = keys.find(({ name, id }) => name === signature.name && id === signature.id);
    if (key === undefined) continue;
    if (!holds(signature.raw, utf8(text), key.public)) throw new VerificationError("note.signature", key.name);
    signer ??= key;
  }
  if (signer === undefined) throw new VerificationError("note.unsigned", keys.map(({ text: key }) => key).join(", "));
  const checkpoint = parseCheckpoint(text);
  if (checkpoint.origin !== signer.name) throw new VerificationError("checkpoint.origin", checkpoint.origin);
  return { ...checkpoint, key: signer };
}

function parseCheckpoint(text) {
  try {
    const lines = text.split("\n");
    if (lines.length !== 4 || lines[3] !== "" || lines[0] === "") throw new RangeError("not three lines");
    const root = fromPadded(lines[2], 32);
    const size = parseNumber(lines[1]);
    if (size === 0 && hex(root) !== hex(digest(""))) throw new RangeError("no entries, and not the root of none");
    return { origin: lines[0], size, root };
  } catch (error) {
    throw new VerificationError("checkpoint.format", error.message);
  }
}

function holds(signature, message, key) {
  try {
    return verify(signature, message, key, { zip215: false });
  } catch {
    return false;
  }
}
