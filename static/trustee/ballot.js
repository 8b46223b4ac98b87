/**
 * Verifying ballots (specification, sections 4.16 and 4.17), check by check as egov_crypto/ballot.py.
 *
 * The check that a ballot's points are of the prime order shares the doublings of the proofs that use them, and so
 * comes with the proofs and not before. Where anything fails, all is looked at again in the order of the other
 * verifier, so that both name the same fault.
 */

import { compactDigest } from "../booth/encoding.js";
import { pointOf, proofOf, verifyAnswer } from "./answers.js";
import { VerificationError, coded } from "./errors.js";
import { knows } from "./schnorr.js";
import { dumpText, fields, items, load } from "./wire.js";

/** @typedef {import("./answers.js").Ciphertext} Ciphertext */

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

function checkSignature(credential, { hash, proof }) {
  if (!knows(`sig|${hash}|`, credential, proofOf(proof))) throw new VerificationError("ballot.signature");
}
