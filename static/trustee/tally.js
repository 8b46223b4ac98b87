/** The encrypted tally: sums, and of preference questions all ballots' ciphertexts (specification, section 4.18). */

import { utf8 } from "../booth/encoding.js";
import { Point, decode, encode } from "./curve.js";
import { PreferenceQuestion } from "./question.js";
import { dumpText, hexDigest, weightToJson } from "./wire.js";

/** @typedef {import("./election.js").Election} Election */
/** @typedef {{alpha: string, beta: string}} Pair a ciphertext as it is published */

/** What counted ballots add up to: per question its ciphertexts, flat, with how many ballots and what weight. */
export class Tally {
  /** @param {Election} election */
  constructor(election) {
    this.questions = election.questions;
    /** Per question the sum of each value; of preference questions, the ballots' ciphertexts as texts. */
    this.parts = this.questions.map((question) =>
      question instanceof PreferenceQuestion
        ? []
        : Array.from({ length: question.size }, () => ({ alpha: new Point(), beta: new Point() })),
    );
    this.ballots = 0;
    this.weight = 0n;
  }

  /** @param {import("./answers.js").Ciphertext[][]} answers of a verified ballot @param {bigint} weight */
  add(answers, weight) {
    const weighted = (point) => (weight === 1n ? point : point.times(weight));
    this.parts = this.parts.map((part, number) => {
      const answer = answers[number];
      if (!this.#isSum(number)) return listed(part, answer.map(({ text }) => pairOf(text)));
      return part.map((sum, at) => plus(sum, weighted(answer[at].alpha), weighted(answer[at].beta)));
    });
    this.ballots += 1;
    this.weight += weight;
  }

  /** What one worker found, for another: points as they are written. */
  export() {
    return { texts: this.#texts(), ballots: this.ballots, weight: this.weight };
  }

  /** Adds what {@link export} gave. */
  merge({ texts, ballots, weight }) {
    this.parts = this.parts.map((part, number) => {
      if (!this.#isSum(number)) return listed(part, texts[number]);
      return part.map((sum, at) => plus(sum, decode(texts[number][at].alpha), decode(texts[number][at].beta)));
    });
    this.ballots += ballots;
    this.weight += weight;
  }

  /** @returns {EncryptedTally} as it is published */
  published() {
    const texts = this.#texts().map((pairs, number) => (this.#isSum(number) ? pairs : sorted(pairs)));
    return new EncryptedTally(this.questions, texts, this.ballots, this.weight);
  }

  #texts() {
    return this.parts.map((part, number) => {
      if (!this.#isSum(number)) return part;
      const written = encode(part.flatMap(({ alpha, beta }) => [alpha, beta]));
      return part.map((_, at) => ({ alpha: written[2 * at], beta: written[2 * at + 1] }));
    });
  }

  #isSum(number) {
    return !(this.questions[number] instanceof PreferenceQuestion);
  }
}

/** Ciphertexts as they are published, before they are shuffled or after. */
export class EncryptedTally {
  /**
   * @param {any[]} questions @param {Pair[][]} texts per question, flat @param {number} ballots
   * @param {bigint} weight
   */
  constructor(questions, texts, ballots, weight) {
    this.questions = questions;
    this.texts = texts;
    this.ballots = ballots;
    this.weight = weight;
  }

  /** @param {number[]} places of questions @param {Pair[][]} ciphertexts of each @returns {EncryptedTally} with these */
  replaced(places, ciphertexts) {
    const texts = [...this.texts];
    places.forEach((place, at) => (texts[place] = ciphertexts[at]));
    return new EncryptedTally(this.questions, texts, this.ballots, this.weight);
  }

  /** @returns {string} `encrypted_tally` */
  json() {
    return dumpText(this.texts.map((pairs, number) => this.questions[number].nested(pairs)));
  }

  /** @returns {string} `sized_encrypted_tally`, the payload of the EncryptedTally event */
  sizedJson() {
    return dumpText({
      num_tallied: this.ballots,
      total_weight: weightToJson(this.weight),
      encrypted_tally: hexDigest(utf8(this.json())),
    });
  }
}

function plus(sum, alpha, beta) {
  return { alpha: sum.alpha.plus(alpha), beta: sum.beta.plus(beta) };
}

/** Lists grow in place: a vote may have many ballots. */
function listed(part, pairs) {
  for (const pair of pairs) part.push(pair);
  return part;
}

function pairOf(text) {
  const [alpha, beta] = text.split(",");
  return { alpha, beta };
}

/** By (α, β) as little-endian bytes: so that the order says nothing of who voted when. */
function sorted(pairs) {
  const little = (text) => text.match(/../g).reverse().join("");
  const keyed = pairs.map((pair) => ({ pair, key: little(pair.alpha) + little(pair.beta) }));
  keyed.sort((first, second) => (first.key < second.key ? -1 : 1));
  return keyed.map(({ pair }) => pair);
}
