/**
 * Verifying ballots (specification, sections 4.11.1, 4.12, 4.13, 4.16, 4.17), check by check as egov_crypto/ballot.py.
 *
 * The check that a ballot's points are of the prime order shares the doublings of the proofs that use them, and so
 * comes with the proofs and not before. Where anything fails, all is looked at again in the order of the other
 * verifier, so that both name the same fault.
 */

import { compactDigest } from "../booth/encoding.js";
import { Q, hashToScalar, modQ } from "../booth/group.js";
import { baseTable, decode, encode, multiples } from "./curve.js";
import { VerificationError, coded } from "./errors.js";
import { dumpText, fields, items, load, proof } from "./wire.js";

/** @typedef {import("./curve.js").Point} Point */
/** @typedef {{alpha: Point, beta: Point, text: string}} Ciphertext */

/**
 * @param {import("./election.js").Election} election @param {Uint8Array} raw
 * @returns {{credential: string, tracker: string, answers: Ciphertext[][]}} throws VerificationError (`ballot.*`)
 */
export function verifyBallot(election, raw) {
  try {
    return verify(election, raw, false);
  } catch (error) {
    if (error instanceof VerificationError) verify(election, raw, true);
    throw error;
  }
}

function verify(election, raw, patient) {
  const { members, signature, answers } = coded("ballot.format", () => {
    const names = ["election_uuid", "election_hash", "credential", "answers", "signature"];
    const value = fields(load(raw), names);
    return {
      members: value,
      signature: fields(value.signature, ["hash", "proof"]),
      answers: items(value.answers),
    };
  });
  if (members.election_uuid !== election.uuid || members.election_hash !== election.fingerprint) {
    throw new VerificationError("ballot.election");
  }
  const credential = pointOf(members.credential);
  if (!credential.isInSubgroup) throw new VerificationError("ballot.point");
  const { signature: _, ...unsigned } = members;
  if (signature.hash !== compactDigest(dumpText(unsigned))) throw new VerificationError("ballot.hash");
  if (answers.length !== election.questions.length) throw new VerificationError("ballot.answers");
  checkSignature(credential, signature);
  const voter = `${election.fingerprint}|${members.credential}`;
  return {
    credential: members.credential,
    tracker: compactDigest(raw),
    answers: election.questions.map((question, at) => verifyAnswer(election, question, voter, answers[at], patient)),
  };
}

function checkSignature(credential, { hash, proof: value }) {
  const { challenge, response } = proofOf(value);
  const [commitment] = encode([baseTable().addTo(multiples(credential, [challenge])[0], response)]);
  if (hashToScalar(`sig|${hash}|${commitment}`) !== challenge) throw new VerificationError("ballot.signature");
}

/** One answer: S0 is `voter`; the proofs about single ciphertexts are bound to it, all the others to S. */
function verifyAnswer(election, question, voter, value, patient) {
  const counts = question.max - question.min + 1 + (question.blank ? 1 : 0);
  const read = coded("ballot.answers", () => {
    const names = ["choices", "individual_proofs", "overall_proof", ...(question.blank ? ["blank_proof"] : [])];
    const members = fields(value, names);
    return {
      choices: items(members.choices, question.size).map((choice) => fields(choice, ["alpha", "beta"])),
      individual: items(members.individual_proofs, question.size).map((proofs) => items(proofs, 2)),
      overall: items(members.overall_proof, counts),
      blank: question.blank ? items(members.blank_proof, 2) : [],
    };
  });
  const choices = read.choices.map(({ alpha, beta }) => ({
    alpha: pointOf(alpha, patient),
    beta: pointOf(beta, patient),
    text: `${alpha},${beta}`,
  }));
  choices.forEach((choice, at) => {
    const branches = [{ of: choice, claim: 0n }, { of: choice, claim: 1n }];
    check("individual", election, `prove|${voter}|${choice.text}|`, branches, read.individual[at], true);
  });
  const whole = `${voter}|${choices.map(({ text }) => text).join(",")}`;
  const chosen = sumOf(question.blank ? choices.slice(1) : choices);
  const allowed = [];
  for (let claim = question.min; claim <= question.max; claim++) allowed.push({ of: chosen, claim: BigInt(claim) });
  if (!question.blank) {
    const [alpha, beta] = encode([chosen.alpha, chosen.beta]);
    check("overall", election, `prove|${whole}|${alpha},${beta}|`, allowed, read.overall);
    return choices;
  }
  const [blank] = choices;
  check("overall", election, `bproof1|${whole}|`, [{ of: blank, claim: 1n }, ...allowed], read.overall);
  check("blank", election, `bproof0|${whole}|`, [{ of: blank, claim: 0n }, { of: chosen, claim: 0n }], read.blank);
  return choices;
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

/** @param {Ciphertext[]} ciphertexts @returns {{alpha: Point, beta: Point}} their product */
function sumOf(ciphertexts) {
  return ciphertexts.reduce((sum, { alpha, beta }) => ({ alpha: sum.alpha.plus(alpha), beta: sum.beta.plus(beta) }));
}

function pointOf(text, patient = false) {
  const read = decode(text);
  if (read === null || read.isIdentity || (patient && !read.isInSubgroup)) throw new VerificationError("ballot.point");
  return read;
}

function proofOf(value) {
  return coded("ballot.scalar", () => proof(value));
}
