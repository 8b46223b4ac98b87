/** The long computations of a trustee's page, wherever they run: in the page's workers, or here. */

import { verifyBallot } from "./ballot.js";
import { firstBadKey } from "./credentials.js";
import { Election } from "./election.js";
import { verifyDecryption, verifyResult } from "./decryption.js";
import { VerificationError } from "./errors.js";
import { shuffle, verifyShuffle } from "./mixnet.js";
import { EncryptedTally, Tally } from "./tally.js";

/** @typedef {import("./mixnet.js").Pair} Pair */
/** @typedef {import("./mixnet.js").Read} Read */

/** Verifies ballots and adds up those that count; verifies and makes what comes after them. */
export class Checking {
  /** @param {Uint8Array} raw the election */
  open(raw) {
    this.election = new Election(raw);
    this.tally = new Tally(this.election);
  }

  /** @param {Uint8Array} keys @returns {number} the place of the first that is no point, -1 if all are */
  keys(keys) {
    return firstBadKey(keys);
  }

  /** @param {{height: number, raw: Uint8Array, weight: bigint}[]} chunk throws VerificationError with the height */
  ballots(chunk) {
    for (const { height, raw, weight } of chunk) {
      try {
        const { answers } = verifyBallot(this.election, raw);
        if (weight !== 0n) this.tally.add(answers, weight);
      } catch (error) {
        if (error instanceof VerificationError) error.height = height;
        throw error;
      }
    }
  }

  /** @returns {ReturnType<Tally["export"]>} */
  sum() {
    return this.tally.export();
  }

  /**
   * @param {{before: Pair[], read: Read}} task one question's @param {import("./mixnet.js").Progress} progress
   * Throws VerificationError (`shuffle.*`).
   */
  shuffle({ before, read }, progress) {
    verifyShuffle(this.#of, before, read, progress);
  }

  /** @param {{before: Pair[]}} task @param {import("./mixnet.js").Progress} progress @returns {ReturnType<shuffle>} */
  mix({ before }, progress) {
    return shuffle(this.#of, before, progress);
  }

  /** @returns {ReturnType<verifyDecryption>} */
  decryption({ texts, ballots, weight, publicText, raw }) {
    return verifyDecryption(this.election.fingerprint, this.#published(texts, ballots, weight), publicText, raw, false);
  }

  /** @returns {ReturnType<verifyResult>} */
  result({ texts, ballots, weight, parts, raw, bare }) {
    return verifyResult(this.#published(texts, ballots, weight), parts, raw, bare);
  }

  get #of() {
    return { fingerprint: this.election.fingerprint, key: this.election.keyText };
  }

  #published(texts, ballots, weight) {
    return new EncryptedTally(this.election.questions, texts, ballots, weight);
  }
}

/** @returns {import("./verify.js").Checkers} who check without any other thread */
export function checkersHere() {
  const checking = new Checking();
  return {
    open: (raw) => checking.open(raw),
    keys: async (keys) => checking.keys(keys),
    ballots: async (chunk) => checking.ballots(chunk),
    sums: async () => [checking.sum()],
    run: async (kind, task, progress = () => {}) => checking[kind](task, progress),
  };
}
