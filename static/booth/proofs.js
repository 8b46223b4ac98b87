/**
 * Zero-knowledge proofs that a ballot's ciphertexts hold a permitted answer (specification, sections 4.12 and 4.13).
 *
 * Each proof is a disjunction: one branch is true and proved, the others are simulated with a challenge and a response
 * of our own choice. We made the ciphertexts and know their randomness r, so that simulating needs no multiplication of
 * α and β themselves: α^c = g^(rc) and (β / g^M)^c = y^(rc) · g^((m − M)c), all with tables of g and y.
 */

import { generatorTable, hashToScalar, modQ, randomScalar, writePoints } from "./group.js";

/** @typedef {{r: bigint, m: number}} Opening the randomness and the value of a ciphertext (or of a sum of them) */
/** @typedef {{challenge: string, response: string}} Proof decimal, in the specification's order */
/** @typedef {{opening: Opening, value: number}} Branch the claim that a ciphertext holds `value` */

/**
 * Proves that one of the branches holds, without telling which.
 *
 * @param {import("./group.js").FixedBase} key table of the election's public key
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
 * @param {import("./group.js").FixedBase} key @param {string} context S or S0 of the specification
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
 * @param {import("./group.js").FixedBase} key @param {string} context S
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
 * @param {import("./group.js").FixedBase} key @param {string} context S
 * @param {Opening} blank of the blank flag @param {Opening} sum of all other values @param {number[]} values
 * @returns {Proof[]} one more than there are values
 */
export function proveBlankOrInterval(key, context, blank, sum, values) {
  const branches = [{ opening: blank, value: 1 }, ...values.map((value) => ({ opening: sum, value }))];
  const truth = blank.m === 1 ? 0 : 1 + values.indexOf(sum.m);
  return proveOneOf(key, branches, truth, (commitments) => `bproof1|${context}|${commitments}`);
}

/**
 * Signs a hash with a credential (section 4.16).
 *
 * @param {bigint} secret of the credential @param {string} hash 43 characters of Base64 @returns {Proof}
 */
export function proveSignature(secret, hash) {
  const nonce = randomScalar();
  const [commitment] = writePoints([generatorTable().times(nonce)]);
  const challenge = hashToScalar(`sig|${hash}|${commitment}`);
  return { challenge: challenge.toString(), response: modQ(nonce - secret * challenge).toString() };
}
