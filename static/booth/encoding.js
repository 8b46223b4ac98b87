/**
 * Bytes and their spellings: UTF-8, hexadecimal, Base64, SHA-256.
 *
 * Hashing is done here and not by WebCrypto, which browsers keep from pages without TLS and which only answers later.
 */

import { sha256 } from "../vendor/noble-hashes/sha2.js";

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** @param {string} text @returns {Uint8Array} its UTF-8 bytes */
export function utf8(text) {
  return new TextEncoder().encode(text);
}

/** @param {Uint8Array} bytes UTF-8 @returns {string} throws TypeError on anything that is not UTF-8; keeps a BOM */
export function fromUtf8(bytes) {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

/** @param {Uint8Array} bytes @returns {string} lower-case hexadecimal */
export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {Uint8Array} bytes @returns {string} Base64 without padding */
export function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const three = (bytes[at] << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const digits = Math.min(bytes.length - at, 3) + 1;
    for (let digit = 0; digit < digits; digit++) text += BASE64[(three >> (18 - 6 * digit)) & 63];
  }
  return text;
}

/**
 * @param {string} text Base64 without padding, in its one spelling (unused bits are zero)
 * @returns {Uint8Array} throws RangeError on anything else
 */
export function fromBase64(text) {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let held = 0;
  let bits = 0;
  let at = 0;
  for (const letter of text) {
    const digit = BASE64.indexOf(letter);
    if (digit < 0) throw new RangeError("not Base64");
    held = ((held << 6) | digit) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (held >> bits) & 255;
    }
  }
  if (base64(bytes) !== text) throw new RangeError("not Base64 in its one spelling");
  return bytes;
}

/** @param {string|Uint8Array} data a text stands for its UTF-8 @returns {Uint8Array} 32 bytes */
export function digest(data) {
  return sha256(typeof data === "string" ? utf8(data) : data);
}

/**
 * The hash the specification uses for names: an election's fingerprint, the hash under a signature, a ballot's tracker.
 *
 * @param {string|Uint8Array} data @returns {string} SHA-256 in 43 characters of unpadded Base64
 */
export function compactDigest(data) {
  return base64(digest(data));
}
