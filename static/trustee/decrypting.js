/** What a trustee checks before decrypting, and the decryption itself: as `egov-ballot trustee decrypt` does both. */

import { utf8 } from "../booth/encoding.js";
import { decrypt, verifyDecryption } from "./decryption.js";
import { UsageError, VerificationError } from "./errors.js";
import { confirmedSetup, remember } from "./memory.js";
import { hexDigest } from "./wire.js";

/**
 * Refuses to go on with an archive that was verified, but is not the one to be decrypted with this key.
 *
 * @param {any} verified by `verifyArchive` @param {string} uuid of the vote that the page is about
 * @param {import("./keyfile.js").KeyFile} file
 * Throws UsageError (`vote`, `keyfile.election`, `early`, `few`) and VerificationError (`trustees.missing`).
 */
export function checkVerified(verified, uuid, file) {
  if (verified.election.uuid !== uuid) throw new UsageError("vote");
  if (!["", uuid].includes(file.election)) throw new UsageError("keyfile.election");
  if (verified.trustees.ownerOf(file.publicText) === 0) throw new VerificationError("trustees.missing");
  const { election, trustees, shuffles, tallied, mixed } = verified;
  const shuffled = election.shuffled.length > 0;
  if ((shuffled ? mixed : tallied) === null) throw new UsageError("early");
  // Fewer could tell whose vote is whose.
  if (shuffled && !trustees.enough(shuffles.keys())) throw new UsageError("few");
}

/**
 * Refuses an archive that does not begin with the setup that was confirmed with this key in this browser.
 *
 * @param {any} verified by `verifyArchive` @param {{publicText: string}} file of the key, or what stands for it
 * @returns {Promise<boolean>} whether a confirmation is remembered at all; throws VerificationError (`setup.confirmed`)
 */
export async function checkConfirmed(verified, file, recall = confirmedSetup) {
  const head = await recall(file.publicText, verified.election.uuid);
  if (head !== undefined && head !== verified.begun.hash) throw new VerificationError("setup.confirmed");
  return head !== undefined;
}

/** @param {any} verified @returns {import("./memory.js").Mark} */
export function markOf(verified) {
  return { election: verified.election.fingerprint, tally: hexDigest(utf8(verified.tally.json())) };
}

/**
 * A shuffle is not signed: a server could make all of them itself, under the trustees' names, and know every order. So
 * the one under a trustee's own name must be one that the trustee made. If none is there, the trustee is asked, also
 * where one was made: it may have come too late, when enough others had shuffled.
 *
 * @param {any} verified by `verifyArchive` @param {string} publicText @param {string[]} made the SHA-256 of each shuffle
 * that this browser remembers to have made with this key
 * @returns {{state: "sums"|"none"|"known"|"unknown", hash?: string}} nothing is shuffled, none is there, it is one of
 * those, or the trustee is to be asked; throws VerificationError (`shuffle.own`)
 */
export function ownShuffle({ election, trustees, shuffles }, publicText, made) {
  if (election.shuffled.length === 0) return { state: "sums" };
  const hash = shuffles.get(trustees.ownerOf(publicText));
  if (hash === undefined) return { state: "none" };
  if (made.length > 0 && !made.includes(hash)) throw new VerificationError("shuffle.own");
  return { state: made.includes(hash) ? "known" : "unknown", hash };
}

/**
 * @param {any} verified by `verifyArchive`, and looked at by {@link checkVerified}
 * @param {import("./keyfile.js").KeyFile} file @param {string} passphrase
 * @param {{rememberIt?: typeof remember, progress?: (done: number, total: number) => Promise<void>}} [means]
 * @returns {Promise<string>} the partial decryption, which was verified; which tally it is of, is remembered before
 * anything is given away. Throws UsageError (`keyfile.*`, `memory`), VerificationError (`tally.second`)
 */
export async function decryptVerified(verified, file, passphrase, { rememberIt = remember, progress = breathe() } = {}) {
  const secret = await file.openSecret(passphrase);
  try {
    await rememberIt(file.publicText, verified.election.uuid, markOf(verified));
  } catch (error) {
    if (error instanceof VerificationError) throw error;
    throw new UsageError("memory", String(error));
  }
  const { election, tally } = verified;
  const text = await decrypt(election.fingerprint, tally, secret, file.publicText, progress);
  verifyDecryption(election.fingerprint, tally, file.publicText, utf8(text));
  return text;
}

/** Lets the page draw ten times a second while something long is computed. */
export function breathe(tell = () => {}) {
  let drawn = performance.now();
  return async (done, total) => {
    if (performance.now() - drawn < 100) return;
    tell(done, total);
    await new Promise((resolve) => setTimeout(resolve));
    drawn = performance.now();
  };
}
