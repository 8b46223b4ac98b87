/**
 * Zero-knowledge proofs that a ballot's ciphertexts hold a permitted answer (specification, sections 4.11 to 4.15).
 *
 * Each proof is a disjunction: one branch is true and proved, the others are simulated with a challenge and a response
 * of our own choice. We made the ciphertexts and know their randomness r, so that simulating needs no multiplication of
 * α and β themselves: α^c = g^(rc) and (β / g^M)^c = y^(rc) · g^((m − M)c), all with tables of g and y.
 */

import { generatorTable, hashToScalar, modQ, randomScalar, writePoints } from "./group.js";

/** @typedef {{r: bigint, m: number}} Opening the randomness and the value of a ciphertext (or of a sum of them) */
/** @typedef {{challenge: string, response: string}} Proof decimal, in the specification's order */
/** @typedef {import("./group.js").FixedBase} Table of the election's public key */
/** @typedef {{opening: Opening, value: number}} Branch the claim that a ciphertext holds `value` */

/**
 * Proves that one of the branches holds, without telling which.
 *
 * @param {Table} key
 * @param {Branch[]} branches
 * @param {number} truth the place of one that holds
 * @param {(commitments: string) => string} hashed what is hashed, given `A0,B0,A1,B1,…`
 * @returns {Proof[]} one for each branch
 */
export function proveOneOf(key, branches, truth, hashed) {
  const holds = branches[truth] !== undefined && branches[truth].opening.m === branches[truth].value;
  if (!holds) throw new RangeError("a claim that does not hold");
  const generator = generatorTable();
  const nonce = randomScalar();
  const proofs = [];
  const points = branches.flatMap(({ opening, value }, at) => {
    if (at === truth) {
      proofs.push(null);
      return [generator.times(nonce), key.times(nonce)];
    }
    const challenge = randomScalar();
    const response = randomScalar();
    proofs.push({ challenge, response });
    const exponent = modQ(response + opening.r * challenge);
    const rest = generator.times(BigInt(opening.m - value) * challenge);
    return [generator.times(exponent), key.times(exponent).add(rest)];
  });
  const simulated = proofs.reduce((sum, proof) => sum + (proof?.challenge ?? 0n), 0n);
  const challenge = modQ(hashToScalar(hashed(writePoints(points).join(","))) - simulated);
  proofs[truth] = { challenge, response: modQ(nonce - branches[truth].opening.r * challenge) };
  return proofs.map((proof) => ({ challenge: proof.challenge.toString(), response: proof.response.toString() }));
}

/**
 * A ciphertext's value is one of `values` (`iprove`, section 4.12).
 *
 * @param {Table} key @param {string} context S or S0 of the specification
 * @param {string} ciphertext `α,β` @param {Opening} opening @param {number[]} values
 * @returns {Proof[]}
 */
export function proveInterval(key, context, ciphertext, opening, values) {
  const branches = values.map((value) => ({ opening, value }));
  const hashed = (commitments) => `prove|${context}|${ciphertext}|${commitments}`;
  return proveOneOf(key, branches, values.indexOf(opening.m), hashed);
}

/**
 * The vote is not blank, or nothing else is chosen (`blank_proof`, section 4.13).
 *
 * @param {Table} key @param {string} context S
 * @param {Opening} blank of the blank flag @param {Opening} sum of all other values
 * @returns {Proof[]} two
 */
export function proveBlankAlone(key, context, blank, sum) {
  const branches = [
    { opening: blank, value: 0 },
    { opening: sum, value: 0 },
  ];
  return proveOneOf(key, branches, blank.m === 0 ? 0 : 1, (commitments) => `bproof0|${context}|${commitments}`);
}

/**
 * The vote is blank, or the number of chosen answers is one of `values` (`overall_proof`, section 4.13).
 *
 * @param {Table} key @param {string} context S
 * @param {Opening} blank of the blank flag @param {Opening} sum of all other values @param {number[]} values
 * @returns {Proof[]} one more than there are values
 */
export function proveBlankOrInterval(key, context, blank, sum, values) {
  const branches = [{ opening: blank, value: 1 }, ...values.map((value) => ({ opening: sum, value }))];
  const truth = blank.m === 1 ? 0 : 1 + values.indexOf(sum.m);
  return proveOneOf(key, branches, truth, (commitments) => `bproof1|${context}|${commitments}`);
}

/**
 * A list is chosen, or none of its candidates is (`list_proofs`, section 4.14).
 *
 * @param {Table} key @param {string} context S @param {Opening} list @param {Opening} sum of its candidates
 * @returns {Proof[]} two
 */
export function proveListOrNone(key, context, list, sum) {
  const branches = [
    { opening: list, value: 1 },
    { opening: sum, value: 0 },
  ];
  return proveOneOf(key, branches, list.m === 1 ? 0 : 1, (commitments) => `lproof|${context}|${commitments}`);
}

/**
 * A ciphertext's value is not zero (`nonzero_proof`, section 4.15).
 *
 * With α = g^r and β = y^r·g^m, the specification's β^a·y^b is y^(ra + b)·g^(ma), and α^a·g^b is g^(ra + b).
 *
 * @param {Table} key @param {string} context S @param {Opening} opening
 * @returns {{commitment: string, challenge: string, response: string[]}}
 */
export function proveNonzero(key, context, { r, m }) {
  if (m === 0) throw new RangeError("a claim that does not hold");
  const generator = generatorTable();
  const [secret, first, second] = [randomScalar(), randomScalar(), randomScalar()];
  const value = BigInt(m);
  const sum = modQ(r * first + second);
  const [commitment, ...others] = writePoints([
    generator.times(value * secret),
    generator.times(sum),
    key.times(sum).add(generator.times(value * first)),
  ]);
  const challenge = hashToScalar(`nonzero|${context}|${[commitment, ...others].join(",")}`);
  const response = [modQ(first - secret * challenge), modQ(second + secret * r * challenge)];
  return { commitment, challenge: challenge.toString(), response: response.map(String) };
}

/**
 * Who made a ciphertext knows its randomness (the proof of a preference, section 4.11.2).
 *
 * @param {string} context S0 @param {string} statement `y,α,β` @param {bigint} r @returns {Proof}
 */
export function proveRandomness(context, statement, r) {
  return proveKnowledge(`raweg|${context}|${statement}|`, r);
}

/**
 * Signs a hash with a credential (section 4.16).
 *
 * @param {bigint} secret of the credential @param {string} hash 43 characters of Base64 @returns {Proof}
 */
export function proveSignature(secret, hash) {
  return proveKnowledge(`sig|${hash}|`, secret);
}

/** A power of the generator is known: what is hashed is `prefix` and the commitment. */
function proveKnowledge(prefix, secret) {
  const nonce = randomScalar();
  const [commitment] = writePoints([generatorTable().times(nonce)]);
  const challenge = hashToScalar(prefix + commitment);
  return { challenge: challenge.toString(), response: modQ(nonce - secret * challenge).toString() };
}
