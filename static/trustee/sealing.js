/** What trustees' key files are sealed with, as egov_crypto/sealing.py specifies it: PBKDF2 and AES-256-GCM. */

import { hex, utf8 } from "../booth/encoding.js";
import { FormError, UsageError } from "./errors.js";
import { fields } from "./wire.js";

const KDF = "PBKDF2-HMAC-SHA-256";
const CIPHER = "AES-256-GCM";
export const ITERATIONS = 600_000;
/** More than this would keep a reader busy for longer than anybody waits. */
const MAX_ITERATIONS = 20_000_000;

/**
 * @param {Uint8Array} content which is overwritten @param {Uint8Array} additional @param {string} passphrase
 * @returns {Promise<{kdf: object, cipher: object}>} the two members of a file
 */
export async function sealContent(content, additional, passphrase) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const key = await derive(passphrase, salt, ITERATIONS, "encrypt");
  const algorithm = { name: "AES-GCM", iv: nonce, additionalData: additional };
  const sealed = new Uint8Array(await crypto.subtle.encrypt(algorithm, key, content));
  content.fill(0);
  return {
    kdf: { name: KDF, iterations: ITERATIONS, salt: hex(salt) },
    cipher: { name: CIPHER, nonce: hex(nonce), sealed: hex(sealed) },
  };
}

/** Something sealed, as it lies in a file. */
export class Sealed {
  /** @param {any} kdf @param {any} cipher the two members; throws FormError */
  constructor(kdf, cipher) {
    const { name, iterations, salt } = fields(kdf, ["name", "iterations", "salt"]);
    const { name: other, nonce, sealed } = fields(cipher, ["name", "nonce", "sealed"]);
    if (name !== KDF || other !== CIPHER) throw new FormError("sealed in another way");
    const bounded = Number.isInteger(iterations) && iterations >= ITERATIONS && iterations <= MAX_ITERATIONS;
    if (!bounded) throw new FormError("too few or too many rounds");
    this.iterations = iterations;
    this.salt = bytes(salt);
    this.nonce = bytes(nonce);
    this.content = bytes(sealed);
    if (this.salt.length < 16 || this.nonce.length !== 12 || this.content.length < 16) throw new FormError("cut");
  }

  /**
   * @param {Uint8Array} additional @param {string} passphrase @returns {Promise<Uint8Array>} what was sealed
   * Throws UsageError (`keyfile.passphrase`) if the passphrase is wrong or the file was changed: one cannot tell which.
   */
  async open(additional, passphrase) {
    const key = await derive(passphrase, this.salt, this.iterations, "decrypt");
    const algorithm = { name: "AES-GCM", iv: this.nonce, additionalData: additional };
    try {
      return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, this.content));
    } catch {
      throw new UsageError("keyfile.passphrase");
    }
  }
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

/** @param {unknown} text lower-case hexadecimal digits @returns {Uint8Array} throws FormError */
export function bytes(text) {
  if (typeof text !== "string" || !/^(?:[0-9a-f]{2})*$/.test(text)) throw new FormError("not hexadecimal digits");
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
