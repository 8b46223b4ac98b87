/** Proofs that somebody knows a private key, and signatures, verified (specification, sections 4.5 and 4.6.1). */

import { hashToScalar } from "../booth/group.js";
import { baseTable, encode, multiples } from "./curve.js";
import { VerificationError, coded } from "./errors.js";
import { point } from "./election.js";
import { fields, proof } from "./wire.js";

/** @typedef {import("./curve.js").Point} Point */

/**
 * @param {string} prefix of what is hashed @param {Point} key public
 * @param {{challenge: bigint, response: bigint}} proof @returns {boolean}
 */
export function knows(prefix, key, { challenge, response }) {
  const [commitment] = encode([baseTable().addTo(multiples(key, [challenge])[0], response)]);
  return hashToScalar(`${prefix}${commitment}`) === challenge;
}

/** @param {string} message @param {Point} key @param {{challenge: bigint, response: bigint}} signature */
export function hasSigned(message, key, signature) {
  return knows(`sigmsg|${message}|`, key, signature);
}

/**
 * A trustee's public key, whose owner proved to know the private one (so that no trustee can choose a key that cancels
 * the others').
 *
 * @param {any} value @returns {{text: string, key: Point}}
 * Throws VerificationError (`trustees.key`, `trustees.proof`) and FormError.
 */
export function trusteeKey(value) {
  const members = fields(value, ["pok", "public_key"]);
  const known = proof(members.pok);
  const key = coded("trustees.key", () => point(members.public_key));
  if (!knows(`pok|Ed25519|${members.public_key}|`, key, known)) throw new VerificationError("trustees.proof");
  return { text: members.public_key, key };
}
