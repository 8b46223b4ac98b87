/** Ballots (specification, sections 4.16 and 4.17): encrypted first, signed only when they are cast. */

import { encryptAnswer } from "./answer.js";
import { publicOf, secretOf } from "./credential.js";
import { compactDigest, utf8 } from "./encoding.js";
import { randomScalar } from "./group.js";
import { proveSignature } from "./proofs.js";

/** An encrypted, unsigned ballot with what opens it. Its `hash` commits to it before anything is signed. */
export class UnsignedBallot {
  /**
   * @param {object} ballot without signature, in the specification's order
   * @param {any[]} plaintext per question @param {bigint[][]} randomness of each ciphertext, question by question
   */
  constructor(ballot, plaintext, randomness) {
    this.ballot = ballot;
    this.plaintext = plaintext;
    this.randomness = randomness;
    /** What a signature will cover: the code that is shown before the voter decides to cast or to challenge. */
    this.hash = compactDigest(JSON.stringify(ballot));
  }

  /**
   * What a challenge reveals, for `egov-ballot audit`. A ballot that was opened must never be signed.
   *
   * @returns {string} JSON
   */
  challengeFile() {
    return JSON.stringify({
      type: "egov-ballot-challenge",
      version: 1,
      hash: this.hash,
      ballot: this.ballot,
      plaintext: this.plaintext,
      randomness: this.randomness.map((answer) => answer.map((scalar) => scalar.toString())),
    });
  }

  /**
   * Signs the ballot.
   *
   * @param {string} credential the one it was encrypted for
   * @returns {{bytes: Uint8Array, tracker: string}} the bytes to cast, and the name under which the board shows them
   */
  sign(credential) {
    const secret = secretOf(this.ballot.election_uuid, credential);
    if (publicOf(secret) !== this.ballot.credential) throw new RangeError("another credential's ballot");
    const signature = { hash: this.hash, proof: proveSignature(secret, this.hash) };
    const bytes = utf8(JSON.stringify({ ...this.ballot, signature }));
    return { bytes, tracker: compactDigest(bytes) };
  }
}

/**
 * Encrypts a vote and proves it well-formed.
 *
 * @param {import("./election.js").Election} election
 * @param {string} credential with its dashes
 * @param {any[]} plaintext an answer to each question, as the questions' own `plaintext` makes them
 * @param {(done: number, total: number) => void} [progress] counted in ciphertexts
 * @returns {UnsignedBallot}
 * Throws RangeError or ChoiceError on answers the questions do not allow.
 */
export function encryptBallot(election, credential, plaintext, progress = () => {}) {
  if (plaintext.length !== election.questions.length) throw new RangeError("not one answer to each question");
  election.questions.forEach((question, at) => question.check(plaintext[at]));
  const public_credential = publicOf(secretOf(election.uuid, credential));
  const context = `${election.fingerprint}|${public_credential}`;
  const total = election.questions.reduce((sum, question) => sum + question.size, 0);
  let done = 0;
  const step = () => progress(++done, total);
  const randomness = election.questions.map(({ size }) => Array.from({ length: size }, randomScalar));
  const answers = election.questions.map((question, at) =>
    encryptAnswer(election.keyTable, context, question, plaintext[at], randomness[at], step),
  );
  const ballot = {
    election_uuid: election.uuid,
    election_hash: election.fingerprint,
    credential: public_credential,
    answers,
  };
  return new UnsignedBallot(ballot, plaintext, randomness);
}
