/** The long computations of a verification, wherever they run: in the page's workers, or here. */

import { verifyBallot } from "./ballot.js";
import { firstBadKey } from "./credentials.js";
import { Election } from "./election.js";
import { VerificationError } from "./errors.js";
import { Tally } from "./tally.js";

/** Verifies ballots and adds up those that count. */
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
}

/** @returns {import("./verify.js").Checkers} who check without any other thread */
export function checkersHere() {
  const checking = new Checking();
  return {
    open: (raw) => checking.open(raw),
    keys: async (keys) => checking.keys(keys),
    ballots: async (chunk) => checking.ballots(chunk),
    sums: async () => [checking.sum()],
  };
}
