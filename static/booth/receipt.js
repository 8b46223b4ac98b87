/** Receipts: what the server signs for a recorded ballot, checked against what this browser itself computed. */

import { hashes, verify } from "../vendor/noble-ed25519/index.js";
import { sha512 } from "../vendor/noble-hashes/sha2.js";
import { fromBase64, fromUtf8, utf8 } from "./encoding.js";

hashes.sha512 ??= sha512;

const FIELDS = {
  type: (value) => value === "egov-receipt/v1",
  vote: (value) => typeof value === "string",
  election: (value) => typeof value === "string",
  tracker: (value) => typeof value === "string",
  height: (value) => Number.isSafeInteger(value) && value >= 0,
  head: (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value),
  time: (value) => typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value),
  signature: (value) => typeof value === "string",
};

/** The receipt does not hold; `code` is "format", "other" (another ballot's, vote's or election's) or "signature". */
export class ReceiptError extends Error {
  /** @param {"format"|"other"|"signature"} code */
  constructor(code) {
    super(`a receipt that does not hold: ${code}`);
    this.code = code;
  }
}

/**
 * @param {Uint8Array} raw as the server sent it
 * @returns {{type: string, vote: string, election: string, tracker: string, height: number, head: string,
 *   time: string, signature: string, text: string}} the receipt, and the text to keep; that it is signed nothing says
 * yet. Throws {@link ReceiptError} ("format").
 */
export function parseReceipt(raw) {
  let text;
  let value;
  try {
    text = fromUtf8(raw);
    value = JSON.parse(text);
  } catch {
    throw new ReceiptError("format");
  }
  const names = value !== null && typeof value === "object" ? Object.keys(value) : [];
  const wanted = Object.keys(FIELDS);
  const complete = names.length === wanted.length && wanted.every((name, at) => names[at] === name);
  if (!complete || !wanted.every((name) => FIELDS[name](value[name])) || JSON.stringify(value) !== text) {
    throw new ReceiptError("format");
  }
  return { ...value, text };
}

/** @param {string} text @returns {boolean} whether it is 32 bytes in Base64, as a public key is written */
export function isKey(text) {
  try {
    return fromBase64(text.replace(/=+$/, "")).length === 32;
  } catch {
    return false;
  }
}

/**
 * That the server has signed it.
 *
 * @param {ReturnType<typeof parseReceipt>} receipt
 * @param {string} key the server's public key: 32 bytes in Base64
 * Throws {@link ReceiptError} ("signature").
 */
export function checkSignature(receipt, key) {
  const { text: _, signature, ...signed } = receipt;
  let holds = false;
  try {
    holds = verify(fromBase64(signature), utf8(JSON.stringify(signed)), fromBase64(key.replace(/=+$/, "")), {
      zip215: false,
    });
  } catch {
    holds = false;
  }
  if (!holds) throw new ReceiptError("signature");
}

/**
 * Reads and checks a receipt.
 *
 * @param {Uint8Array} raw as the server sent it
 * @param {string} key the server's public key as the page pinned it: 32 bytes in Base64
 * @param {{vote: string, election: string, tracker: string}} own what this browser computed by itself
 * @returns {ReturnType<typeof parseReceipt>}
 * Throws {@link ReceiptError}; it never answers with less than a receipt for this very ballot.
 */
export function checkReceipt(raw, key, own) {
  const receipt = parseReceipt(raw);
  if (receipt.vote !== own.vote || receipt.election !== own.election || receipt.tracker !== own.tracker) {
    throw new ReceiptError("other");
  }
  checkSignature(receipt, key);
  return receipt;
}
