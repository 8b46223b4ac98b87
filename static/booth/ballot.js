/** Ballots (specification, sections 4.11.1, 4.16 and 4.17): encrypted first, signed only when they are cast. */

import { publicOf, secretOf } from "./credential.js";
import { compactDigest, utf8 } from "./encoding.js";
import { generatorTable, modQ, randomScalar, writePoints } from "./group.js";
import { proveBlankAlone, proveBlankOrInterval, proveInterval, proveSignature } from "./proofs.js";

/** An encrypted, unsigned ballot with what opens it. Its `hash` commits to it before anything is signed. */
export class UnsignedBallot {
  /**
   * @param {object} ballot without signature, in the specification's order
   * @param {number[][]} plaintext per question @param {bigint[][]} randomness of each ciphertext
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
 * @param {number[][]} plaintext an answer to each question, as `Question.plaintext` makes them
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
  const randomness = plaintext.map((answer) => answer.map(() => randomScalar()));
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

/** One answer: S0 is `context`; the proofs about single ciphertexts are bound to it, all the others to S. */
function encryptAnswer(key, context, question, answer, randomness, step) {
  const generator = generatorTable();
  const openings = answer.map((m, at) => ({ r: randomness[at], m }));
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
  const whole = `${context}|${texts.join(",")}`;
  if (!question.blank) {
    const sum = sumOf(openings);
    const product = sumText(points);
    return { choices, individual_proofs, overall_proof: proveInterval(key, whole, product, sum, question.counts) };
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

/** The opening of the product of ciphertexts: the sums of their randomness and values. */
function sumOf(openings) {
  return openings.reduce((sum, { r, m }) => ({ r: modQ(sum.r + r), m: sum.m + m }), { r: 0n, m: 0 });
}

/** `α,β` of the product of ciphertexts given as [α1, β1, α2, β2, …]. */
function sumText(points) {
  const product = (parity) => points.filter((_, at) => at % 2 === parity).reduce((sum, point) => sum.add(point));
  return writePoints([product(0), product(1)]).join(",");
}
