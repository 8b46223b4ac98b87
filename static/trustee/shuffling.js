/** What a trustee checks before shuffling, and the shuffle itself: as `egov-ballot trustee shuffle` does both. */

import { utf8 } from "../booth/encoding.js";
import { UsageError, VerificationError } from "./errors.js";
import { readShuffle } from "./mixnet.js";
import { dumpText, hexDigest } from "./wire.js";

/**
 * Refuses to go on with an archive that was verified, but is not the one to be shuffled by this trustee now.
 *
 * @param {any} verified by `verifyArchive` @param {string} uuid of the vote that the page is about
 * @param {number} owner this trustee's place, from 1 @param {string} publicText this trustee's key
 * Throws UsageError (`vote`, `early`, `late`) and VerificationError (`trustees.missing`, `shuffle.own`: somebody has
 * shuffled under this trustee's name).
 */
export function checkToShuffle(verified, uuid, owner, publicText) {
  if (verified.election.uuid !== uuid) throw new UsageError("vote");
  if (verified.trustees.keys[owner - 1]?.text !== publicText) throw new VerificationError("trustees.missing");
  if (verified.tallied === null) throw new UsageError("early");
  if (verified.election.shuffled.length === 0 || verified.mixed !== null) throw new UsageError("late");
  if (verified.shuffles.has(owner)) throw new VerificationError("shuffle.own");
}

/**
 * @param {any} verified by `verifyArchive`, and looked at by {@link checkToShuffle}
 * @param {import("./verify.js").Checkers} checkers @param {(done: number, total: number) => void} [progress]
 * @returns {Promise<{text: string, hash: string}>} the shuffle, which was verified, and its SHA-256
 */
export async function shuffleVerified({ election, tally }, checkers, progress = () => {}) {
  const lists = election.shuffled.map((place) => tally.texts[place]);
  const total = lists.reduce((sum, { length }) => sum + length, 0);
  const far = lists.map(() => 0);
  const told = (which, done) => {
    far[which] = done;
    progress(far.reduce((sum, one) => sum + one, 0), 4 * total);
  };
  checkers.open(election.raw);
  const made = await Promise.all(
    lists.map((before, which) => checkers.run("mix", { before }, (done) => told(which, done))),
  );
  const text = dumpText({
    ciphertexts: made.map(({ ciphertexts }) => ciphertexts),
    proofs: made.map(({ proof }) => proof),
  });
  const read = readShuffle(utf8(text), lists.map(({ length }) => length));
  await Promise.all(
    lists.map((before, which) => {
      return checkers.run("shuffle", { before, read: read[which] }, (done) => told(which, 2 * before.length + done));
    }),
  );
  return { text, hash: hexDigest(utf8(text)) };
}
