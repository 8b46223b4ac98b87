/** A trustee's key pair, and the passphrase of its file (specification, section 4.5; egov_crypto/keyfile.py). */

import { generatorTable, hashToScalar, modQ, randomScalar, writePoints } from "../booth/group.js";

const CONSONANTS = "bdfghjklmnprstvz";
const VOWELS = "aiou";
const WORDS = 6;

/** @returns {bigint} a fresh private key */
export function generateSecret() {
  return randomScalar();
}

/** @param {bigint} secret @returns {string} 64 hexadecimal digits */
export function publicText(secret) {
  return writePoints([generatorTable().times(secret)])[0];
}

/**
 * @param {bigint} secret
 * @returns {{pok: {challenge: string, response: string}, public_key: string}} the public key with the proof that its
 * owner knows the private one, as it is handed in
 */
export function publicKey(secret) {
  const text = publicText(secret);
  return { pok: prove(`pok|Ed25519|${text}|`, secret), public_key: text };
}

/**
 * Proves that a private key is known (section 4.5), or signs with it (4.6.1).
 *
 * @param {string} prefix of what is hashed @param {bigint} secret @returns {{challenge: string, response: string}}
 */
export function prove(prefix, secret) {
  const nonce = randomScalar();
  const [commitment] = writePoints([generatorTable().times(nonce)]);
  const challenge = hashToScalar(`${prefix}${commitment}`);
  return { challenge: challenge.toString(), response: modQ(nonce - secret * challenge).toString() };
}

/** @returns {string} six fresh words of five letters, joined by dashes: 96 bits, as proquints (arXiv:0901.4016) */
export function generatePassphrase() {
  const numbers = crypto.getRandomValues(new Uint16Array(WORDS));
  const words = Array.from(numbers, proquint);
  numbers.fill(0);
  return words.join("-");
}

function proquint(number) {
  return (
    CONSONANTS[number >> 12] +
    VOWELS[(number >> 10) & 3] +
    CONSONANTS[(number >> 6) & 15] +
    VOWELS[(number >> 4) & 3] +
    CONSONANTS[number & 15]
  );
}
