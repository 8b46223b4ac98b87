/** Verifying the answers of a ballot (specification, sections 4.11 to 4.15). */

import { Q, hashToScalar, modQ } from "../booth/group.js";
import { baseTable, decode, encode, multiples } from "./curve.js";
import { VerificationError, coded } from "./errors.js";
import { ListsQuestion, PreferenceQuestion } from "./question.js";
import { fields, items, proof, scalar } from "./wire.js";

/** @typedef {import("./curve.js").Point} Point */
/** @typedef {import("./election.js").Election} Election */
/** @typedef {{alpha: Point, beta: Point, text: string}} Ciphertext */

/**
 * @param {Election} election @param {any} question @param {string} voter S0, to which the proofs about single
 * ciphertexts are bound @param {any} value the answer @param {boolean} patient whether each point is looked at first
 * @returns {Ciphertext[]} flat; throws VerificationError (`ballot.*`)
 */
export function verifyAnswer(election, question, voter, value, patient) {
  if (question instanceof PreferenceQuestion) return verifyPreference(election, voter, value, patient);
  if (question instanceof ListsQuestion) return verifyLists(election, question, voter, value, patient);
  return verifyChoice(election, question, voter, value, patient);
}

/** Between min and max answers, or blank (4.11.1). */
function verifyChoice(election, question, voter, value, patient) {
  const counts = question.max - question.min + 1 + (question.blank ? 1 : 0);
  const read = coded("ballot.answers", () => {
    const names = ["choices", "individual_proofs", "overall_proof", ...(question.blank ? ["blank_proof"] : [])];
    const members = fields(value, names);
    return {
      choices: items(members.choices, question.size).map(ciphertextFields),
      individual: items(members.individual_proofs, question.size).map((proofs) => items(proofs, 2)),
      overall: items(members.overall_proof, counts),
      blank: question.blank ? items(members.blank_proof, 2) : [],
    };
  });
  const choices = read.choices.map((choice) => ciphertextOf(choice, patient));
  checkBits(election, voter, choices, read.individual);
  const whole = wholeOf(voter, choices);
  const chosen = sumOf(question.blank ? choices.slice(1) : choices);
  const allowed = [];
  for (let claim = question.min; claim <= question.max; claim++) allowed.push({ of: chosen, claim: BigInt(claim) });
  if (!question.blank) {
    check("overall", election, `prove|${whole}|${textOf(chosen)}|`, allowed, read.overall);
    return choices;
  }
  const [blank] = choices;
  check("overall", election, `bproof1|${whole}|`, [{ of: blank, claim: 1n }, ...allowed], read.overall);
  check("blank", election, `bproof0|${whole}|`, [{ of: blank, claim: 0n }, { of: chosen, claim: 0n }], read.blank);
  return choices;
}

/** A number for each answer, all in one ciphertext, whose sender knows its randomness (4.11.2). */
function verifyPreference(election, voter, value, patient) {
  const read = coded("ballot.answers", () => {
    const members = fields(value, ["choices", "proof"]);
    return { choice: ciphertextFields(members.choices), proof: members.proof };
  });
  const choice = ciphertextOf(read.choice, patient);
  const { challenge, response } = proofOf(read.proof);
  const [power, alphaOrder] = multiples(choice.alpha, [challenge, Q]);
  if (!alphaOrder.isIdentity || !choice.beta.isInSubgroup) throw new VerificationError("ballot.point");
  const [commitment] = encode([baseTable().addTo(power, response)]);
  const hashed = hashToScalar(`raweg|${voter}|${election.keyText},${choice.text}|${commitment}`);
  if (hashed !== challenge) throw new VerificationError("ballot.proof.knowledge");
  return [choice];
}

/** One list, and of its candidates at least one (4.11.3). */
function verifyLists(election, question, voter, value, patient) {
  const read = coded("ballot.answers", () => {
    const names = ["choices", "individual_proofs", "overall_proof", "list_proofs", "nonzero_proof"];
    const members = fields(value, names);
    const nonzero = fields(members.nonzero_proof, ["commitment", "challenge", "response"]);
    items(nonzero.response, 2);
    return {
      choices: question.flat(members.choices).map(ciphertextFields),
      individual: question.flat(members.individual_proofs).map((proofs) => items(proofs, 2)),
      overall: members.overall_proof,
      lists: items(members.list_proofs, question.lists.length).map((proofs) => items(proofs, 2)),
      nonzero,
    };
  });
  const choices = read.choices.map((choice) => ciphertextOf(choice, patient));
  checkBits(election, voter, choices, read.individual);
  const whole = wholeOf(voter, choices);
  const lists = question.nested(choices).map(([list, ...candidates]) => ({ list, candidates: sumOf(candidates) }));
  const chosen = sumOf(lists.map(({ list }) => list));
  check("overall", election, `prove|${whole}|${textOf(chosen)}|`, [{ of: chosen, claim: 1n }], [read.overall]);
  lists.forEach(({ list, candidates }, at) => {
    const branches = [{ of: list, claim: 1n }, { of: candidates, claim: 0n }];
    check("lists", election, `lproof|${whole}|`, branches, read.lists[at]);
  });
  checkNonzero(election, whole, sumOf(lists.map(({ candidates }) => candidates)), read.nonzero);
  return choices;
}

/**
 * What is encrypted is not zero (4.15). The commitment, too, must be of the group: times a multiple of 8, a point of order
 * 8 would pass for anything.
 */
function checkNonzero(election, whole, { alpha, beta }, value) {
  const commitment = pointOf(value.commitment, true);
  const { challenge, first, second } = coded("ballot.scalar", () => {
    const [one, two] = value.response.map(scalar);
    return { challenge: scalar(value.challenge), first: one, second: two };
  });
  const base = baseTable().addTo(alpha.times(first), second);
  const key = election.keyTable.addTo(beta.times(first), second).plus(commitment.times(challenge));
  const hashed = hashToScalar(`nonzero|${whole}|${[value.commitment, ...encode([base, key])].join(",")}`);
  if (hashed !== challenge) throw new VerificationError("ballot.proof.nonzero");
}

/** Each value is 0 or 1; that the points are of the prime order, is found on the way. */
function checkBits(election, voter, choices, proofs) {
  choices.forEach((choice, at) => {
    const branches = [{ of: choice, claim: 0n }, { of: choice, claim: 1n }];
    check("individual", election, `prove|${voter}|${choice.text}|`, branches, proofs[at], true);
  });
}

/** One of several claims on ciphertexts holds; `fresh`: whether their points are of the prime order is checked too. */
function check(kind, election, prefix, branches, values, fresh = false) {
  const proofs = values.map(proofOf);
  const commitments = [];
  const known = new Map();
  for (const { of } of branches) {
    if (known.has(of)) continue;
    const own = proofs.filter((_, at) => branches[at].of === of).map(({ challenge }) => challenge);
    const scalars = fresh ? [...own, Q] : own;
    const [alphas, betas] = [multiples(of.alpha, scalars), multiples(of.beta, scalars)];
    if (fresh && !(alphas.at(-1).isIdentity && betas.at(-1).isIdentity)) throw new VerificationError("ballot.point");
    known.set(of, { alphas, betas });
  }
  branches.forEach(({ of, claim }, at) => {
    const { challenge, response } = proofs[at];
    const first = baseTable().addTo(known.get(of).alphas.shift(), response);
    const second = election.keyTable.addTo(known.get(of).betas.shift(), response);
    if (claim !== 0n) baseTable().addTo(second, modQ(-claim * challenge));
    commitments.push(first, second);
  });
  const sum = modQ(proofs.reduce((total, { challenge }) => total + challenge, 0n));
  if (hashToScalar(prefix + encode(commitments).join(",")) !== sum) {
    throw new VerificationError(`ballot.proof.${kind}`);
  }
}

function ciphertextFields(value) {
  return fields(value, ["alpha", "beta"]);
}

function ciphertextOf({ alpha, beta }, patient) {
  return { alpha: pointOf(alpha, patient), beta: pointOf(beta, patient), text: `${alpha},${beta}` };
}

/** S: the voter's S0 with all ciphertexts. */
function wholeOf(voter, choices) {
  return `${voter}|${choices.map(({ text }) => text).join(",")}`;
}

function textOf({ alpha, beta }) {
  return encode([alpha, beta]).join(",");
}

/** @param {{alpha: Point, beta: Point}[]} ciphertexts @returns {{alpha: Point, beta: Point}} their product */
function sumOf(ciphertexts) {
  return ciphertexts.reduce((sum, { alpha, beta }) => ({ alpha: sum.alpha.plus(alpha), beta: sum.beta.plus(beta) }));
}

/** @param {unknown} text @param {boolean} [patient] whether its order is looked at now @returns {Point} */
export function pointOf(text, patient = false) {
  const read = decode(text);
  if (read === null || read.isIdentity || (patient && !read.isInSubgroup)) throw new VerificationError("ballot.point");
  return read;
}

/** @param {unknown} value @returns {{challenge: bigint, response: bigint}} throws VerificationError (`ballot.scalar`) */
export function proofOf(value) {
  return coded("ballot.scalar", () => proof(value));
}
