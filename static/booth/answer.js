/** Encrypted answers (specification, section 4.11) to each kind of question. */

import { encodeIntegers, generatorTable, modQ, writePoints } from "./group.js";
import { ListsQuestion } from "./lists.js";
import { PreferenceQuestion } from "./preference.js";
import {
  proveBlankAlone, proveBlankOrInterval, proveInterval, proveListOrNone, proveNonzero, proveRandomness,
} from "./proofs.js";

/**
 * @param {import("./group.js").FixedBase} key table of the election's public key
 * @param {string} context S0: the proofs about single ciphertexts are bound to it, all the others to S
 * @param {import("./question.js").Question|PreferenceQuestion|ListsQuestion} question
 * @param {any[]} answer which the question allows @param {bigint[]} randomness of each ciphertext
 * @param {() => void} step called for each ciphertext
 * @returns {object} the answer as a ballot holds it
 */
export function encryptAnswer(key, context, question, answer, randomness, step) {
  if (question instanceof PreferenceQuestion) return encryptPreference(key, context, answer, randomness[0], step);
  const bits = encryptBits(key, context, answer.flat(), randomness, step);
  return question instanceof ListsQuestion ? proveLists(key, question, bits) : proveChoice(key, question, bits);
}

/** Each of some zeros and ones, with the proof that it is one of these. */
function encryptBits(key, context, values, randomness, step) {
  const generator = generatorTable();
  const openings = values.map((m, at) => ({ r: randomness[at], m }));
  // Adding g^0 or g^1 from a pair makes the same operations for either choice.
  const message = [generator.times(0n), generator.times(1n)];
  const points = openings.flatMap(({ r, m }) => [generator.times(r), key.times(r).add(message[m])]);
  const texts = writePoints(points);
  const choices = openings.map((_, at) => ({ alpha: texts[2 * at], beta: texts[2 * at + 1] }));
  const individual_proofs = openings.map((opening, at) => {
    const proof = proveInterval(key, context, `${choices[at].alpha},${choices[at].beta}`, opening, [0, 1]);
    step();
    return proof;
  });
  return { openings, points, choices, individual_proofs, whole: `${context}|${texts.join(",")}` };
}

/** So many answers are chosen, or the vote is blank (sections 4.12 and 4.13). */
function proveChoice(key, question, { openings, points, choices, individual_proofs, whole }) {
  if (!question.blank) {
    const overall_proof = proveInterval(key, whole, sumText(points), sumOf(openings), question.counts);
    return { choices, individual_proofs, overall_proof };
  }
  const [blank, ...others] = openings;
  const sum = sumOf(others);
  return {
    choices,
    individual_proofs,
    overall_proof: proveBlankOrInterval(key, whole, blank, sum, question.counts),
    blank_proof: proveBlankAlone(key, whole, blank, sum),
  };
}

/** One list is chosen, candidates of no other one are, and at least one candidate is (section 4.11.3). */
function proveLists(key, question, { openings, points, choices, individual_proofs, whole }) {
  const lists = question.nested(openings).map(([list, ...candidates]) => ({ list, sum: sumOf(candidates) }));
  const names = question.nested(openings.map((_, at) => [points[2 * at], points[2 * at + 1]])).flatMap(([pair]) => pair);
  const [overall_proof] = proveInterval(key, whole, sumText(names), sumOf(lists.map(({ list }) => list)), [1]);
  return {
    choices: question.nested(choices),
    individual_proofs: question.nested(individual_proofs),
    overall_proof,
    list_proofs: lists.map(({ list, sum }) => proveListOrNone(key, whole, list, sum)),
    nonzero_proof: proveNonzero(key, whole, sumOf(lists.map(({ sum }) => sum))),
  };
}

/** All the numbers in one ciphertext (section 4.11.2). No proof speaks of them: counting says which are valid. */
function encryptPreference(key, context, values, r, step) {
  const [alpha, beta, y] = writePoints([generatorTable().times(r), key.times(r).add(encodeIntegers(values)), key.point]);
  step();
  return { choices: { alpha, beta }, proof: proveRandomness(context, `${y},${alpha},${beta}`, r) };
}

/** The opening of the product of ciphertexts: the sums of their randomness and values. */
function sumOf(openings) {
  return openings.reduce((sum, { r, m }) => ({ r: modQ(sum.r + r), m: sum.m + m }), { r: 0n, m: 0 });
}

/** `α,β` of the product of ciphertexts given as [α1, β1, α2, β2, …]. */
function sumText(points) {
  const product = (parity) => points.filter((_, at) => at % 2 === parity).reduce((sum, point) => sum.add(point));
  return writePoints([product(0), product(1)]).join(",");
}
