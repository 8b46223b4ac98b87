/** What follows the last ballot: tally, shuffles, decryptions and result, each held against what was computed. */

import { fromUtf8 } from "../booth/encoding.js";
import { hasJointProof } from "./decryption.js";
import { VerificationError } from "./errors.js";
import { mostBytes, readShuffle } from "./mixnet.js";
import { hexDigest, load } from "./wire.js";

const LEAST = 1_000_000;
/** Bytes that one ciphertext may take in each. */
const OF_EACH = { EncryptedTally: 200, PartialDecryption: 400, Result: 200 };
/** The code of what is larger than it can be. */
const FORMATS = {
  EncryptedTally: "tally.format",
  Shuffle: "shuffle.format",
  PartialDecryption: "decryption.format",
  Result: "result.format",
};

/** @typedef {import("./tally.js").EncryptedTally} EncryptedTally */
/** @typedef {{event: {height: number, type: string}, read: (code: string, limit: number) => Promise<Uint8Array[]>}} Placed
 * an event, with what reads its data */

/** Checks events one after the other, while their long computations go on at the same time. */
export class Outcome {
  /**
   * @param {import("./election.js").Election} election @param {import("./trustees.js").Trustees} trustees
   * @param {EncryptedTally} tally recomputed @param {import("./verify.js").Checkers} checkers
   */
  constructor(election, trustees, tally, checkers) {
    this.election = election;
    this.trustees = trustees;
    /** What is decrypted: the tally, from the first shuffle on with what the last one gave. */
    this.tally = tally;
    this.checkers = checkers;
    /** Who shuffled, in this order, each with the SHA-256 of the shuffle. @type {Map<number, string>} */
    this.shuffles = new Map();
    /** Decryption factors by owner, of those who have decrypted. @type {Map<number, string[][]>} */
    this.decryptions = new Map();
    /** Whether some decryption has no joint proof: then the votes that come out must tell that none was changed. */
    this.bare = false;
    this.result = null;
    this.running = [];
  }

  /** @param {Placed[]} placed @param {(done: number, total: number) => void} progress throws VerificationError */
  async check(placed, progress) {
    let done = 0;
    const count = () => progress(++done, placed.length);
    for (const { event, read } of placed) {
      try {
        const { computed = [] } = await this.#begin(event, read);
        const whole = Promise.all(computed).then(count);
        whole.catch(() => {}); // it is waited for later
        this.running.push({ height: event.height, whole });
      } catch (error) {
        await this.#settle(); // what is wrong before comes first
        throw at(event.height, error);
      }
    }
    await this.#settle();
  }

  async #settle() {
    for (const { height, whole } of this.running.splice(0)) {
      try {
        await whole;
      } catch (error) {
        throw at(height, error);
      }
    }
  }

  async #begin({ type }, read) {
    const data = await read(FORMATS[type] ?? "event.format", this.#limit(type));
    if (type === "EncryptedTally") this.#checkTally(...data);
    if (type === "Shuffle") return this.#shuffle(...data);
    if (type === "PartialDecryption") return this.#decryption(...data);
    if (type === "Result") await this.#checkResult(...data);
    return {};
  }

  /** Bytes that a payload may have, or what it refers to. */
  #limit(type) {
    const count = (pairs) => pairs.reduce((sum, { length }) => sum + length, 0);
    if (type === "Shuffle") return mostBytes(this.election.shuffled.map((place) => this.tally.texts[place].length));
    return Math.max(LEAST, (OF_EACH[type] ?? 0) * count(this.tally.texts));
  }

  #checkTally(raw, sized) {
    if (!isText(raw, this.tally.json())) throw new VerificationError("tally.ciphertexts");
    if (!isText(sized, this.tally.sizedJson())) throw new VerificationError("tally.size");
  }

  #shuffle(raw, owned) {
    const owner = this.#ownerOf(owned, "shuffle.owner", this.shuffles);
    const places = this.election.shuffled;
    const before = places.map((place) => this.tally.texts[place]);
    const read = readShuffle(raw, before.map(({ length }) => length));
    const computed = read.map((one, at) => this.checkers.run("shuffle", { before: before[at], read: one }));
    this.tally = this.tally.replaced(places, read.map(({ after }) => after));
    this.shuffles.set(owner, hexDigest(raw));
    return { computed };
  }

  #decryption(raw, owned) {
    const owner = this.#ownerOf(owned, "decryption.owner", this.decryptions);
    const { texts, ballots, weight } = this.tally;
    const task = { texts, ballots, weight, publicText: this.trustees.keys[owner - 1].text, raw };
    this.decryptions.set(owner, null);
    this.bare ||= !hasJointProof(raw);
    const computed = this.checkers.run("decryption", task).then((factors) => this.decryptions.set(owner, factors));
    return { computed: [computed] };
  }

  async #checkResult(raw) {
    const weights = this.trustees.weights(this.decryptions.keys());
    if (weights === null) throw new VerificationError("event.order", "too few have decrypted");
    await this.#settle();
    const parts = weights.map(({ owner, by }) => ({ by, factors: this.decryptions.get(owner) }));
    const { texts, ballots, weight } = this.tally;
    this.result = await this.checkers.run("result", { texts, ballots, weight, parts, raw, bare: this.bare });
  }

  /** The owner that `owned` names, who is a trustee and not among `before`. */
  #ownerOf(owned, code, before) {
    const { owner } = load(owned); // its fields were checked in the first pass
    const known = Number.isInteger(owner) && owner >= 1 && owner <= this.trustees.length;
    if (!known || before.has(owner)) throw new VerificationError(code, String(owner));
    return owner;
  }
}

/** An error with the height of the event where it was found. */
function at(height, error) {
  if (error instanceof VerificationError) error.height ??= height;
  return error;
}

function isText(raw, text) {
  try {
    return fromUtf8(raw) === text;
  } catch {
    return false;
  }
}
