/**
 * Every check an observer makes, as egov_crypto/verify.py makes them, on an archive that is read twice and never held.
 *
 * The first pass takes the chain of events and ends knowing which ballots count; the second verifies every ballot, in
 * workers, and adds the counted ones up. Then tally, decryptions and result are compared with what was computed.
 * Memory: some 80 bytes a voter, 130 a ballot that was replaced, and a few ballots.
 */

import { FOLLOWS, MAX_EVENT, SHUFFLED, Reader, content, members, padded, parseEvent, readTimestamp, sizeIn } from "./archive.js";
import { verifyBallot } from "./ballot.js";
import { parseCredentials } from "./credentials.js";
import { encode } from "./curve.js";
import { Election } from "./election.js";
import { ArchiveError, VerificationError, coded } from "./errors.js";
import { Outcome } from "./outcome.js";
import { Tally } from "./tally.js";
import { Trustees } from "./trustees.js";
import { dumpText, fields, isHash, load, string } from "./wire.js";
import { utf8 } from "../booth/encoding.js";

const MAX_BALLOT = 1_000_000;
const BLOCK = 512;
const CHUNK = 16;
const CHUNK_BYTES = 1 << 18;

/** What an event's payload refers to: its code if malformed, the names of references, those of other members. */
const SHAPES = {
  Setup: ["setup.format", ["election", "trustees", "credentials"], []],
  Shuffle: ["shuffle.format", ["payload"], ["owner"]],
  EncryptedTally: ["tally.format", ["encrypted_tally"], ["num_tallied", "total_weight"]],
  PartialDecryption: ["decryption.format", ["payload"], ["owner"]],
};

/**
 * @typedef {object} Checkers who makes the long computations, perhaps in other threads (pool.js)
 * @property {(keys: Uint8Array) => Promise<number>} keys as `firstBadKey`
 * @property {(raw: Uint8Array) => void} open takes the election that the ballots are of
 * @property {(chunk: {height: number, raw: Uint8Array, weight: bigint}[]) => Promise<void>} ballots resolves when
 *   another chunk may come, rejects when a ballot did not hold
 * @property {() => Promise<ReturnType<Tally["export"]>[]>} sums when all have been verified
 * @property {(kind: string, task: object) => Promise<any>} run makes any other, as `Checking` names them
 */

/**
 * @param {Blob} blob the archive @param {Checkers} checkers
 * @param {(stage: "events"|"ballots"|"outcome", done: number, total: number) => void} [progress]
 * @returns {Promise<Verification>} throws VerificationError at the first thing that does not hold, ArchiveError,
 * UnsupportedError
 */
export async function verifyArchive(blob, checkers, progress = () => {}) {
  const verification = new Verification(blob, checkers, progress);
  await verification.run();
  return verification;
}

/** What was verified, for those who go on from it: election, trustees, tally, decryptions, head, … */
class Verification {
  constructor(blob, checkers, progress) {
    this.reader = new Reader(blob);
    this.checkers = checkers;
    this.progress = progress;
    this.later = [];
    this.superseded = new Set();
    this.ballots = 0;
    this.voters = 0;
    this.head = null;
    /** Where the archive stood at its Setup event: what trustees confirmed. */
    this.begun = null;
    /** Where the archive stood at its encrypted tally: what trustees compare. */
    this.tallied = null;
    /** Where it stood when shuffling had ended, where votes are shuffled: what trustees compare then. */
    this.mixed = null;
  }

  get registered() {
    return this.credentials.length;
  }

  async run() {
    const { timestamp, end } = await readTimestamp(this.reader);
    try {
      await this.#takeEvents(timestamp, end);
    } catch (error) {
      if (error instanceof VerificationError) error.height ??= (this.head?.height ?? -1) + 1;
      throw error;
    }
    const outcome = new Outcome(this.election, this.trustees, await this.#addUp(), this.checkers);
    await outcome.check(this.later, (done, total) => this.progress("outcome", done, total));
    ({ tally: this.tally, shuffles: this.shuffles, decryptions: this.decryptions, result: this.result } = outcome);
  }

  async #takeEvents(timestamp, start) {
    let head = { height: -1, hash: undefined };
    let previous = "";
    for await (const { event, hash, data, end } of this.#events(timestamp, start)) {
      const { height } = event;
      if (height !== head.height + 1) throw new VerificationError("event.height", `after ${head.height}`, height);
      if (event.parent !== head.hash) throw new VerificationError("event.parent", "", height);
      if (!this.#follows(previous, event.type)) {
        throw new VerificationError("event.order", `${event.type} after ${previous || "nothing"}`, height);
      }
      await this.#take(event, data, end);
      head = { height, hash };
      previous = event.type;
      this.head = head;
      if (event.type === "Setup") this.begun = head;
      if (event.type === "EncryptedTally") this.tallied = head;
      if (event.type === "EndShuffles") this.mixed = head;
    }
    if (previous === "") throw new ArchiveError("the archive has no Setup event");
  }

  #follows(previous, type) {
    const grammar = this.election?.shuffled.length > 0 ? SHUFFLED : FOLLOWS;
    return grammar[previous].includes(type);
  }

  /** Each event with its data, which must be all that stands before it and be referred to by it. */
  async *#events(timestamp, start) {
    let pending = new Map();
    for await (const member of members(this.reader, start, timestamp)) {
      this.progress("events", member.offset, this.reader.size);
      if (member.kind === "data") {
        if (pending.has(member.hash) || pending.size === 4) throw new VerificationError("archive.unreferenced");
        pending.set(member.hash, member);
        continue;
      }
      if (member.size > MAX_EVENT) throw new VerificationError("event.format", `${member.size} bytes`);
      const event = parseEvent(await content(this.reader, member));
      const data = await this.#dataOf(event, pending);
      yield { event, hash: member.hash, data, end: member.offset + padded(member.size) };
      pending = new Map();
    }
    if (pending.size > 0) throw new VerificationError("archive.truncated", "data without an event");
  }

  /** The members that an event refers to, payload last. */
  async #dataOf(event, pending) {
    const wrong = () => new VerificationError("event.payload", "", event.height);
    let wanted = [];
    if (event.payload !== undefined) {
      if (!pending.has(event.payload)) throw wrong();
      wanted = [...(await this.#references(event, pending.get(event.payload))), event.payload];
    }
    if ((event.payload === undefined) !== ["EndBallots", "EndShuffles"].includes(event.type)) throw wrong();
    if (!wanted.every((hash) => pending.has(hash)) || new Set(wanted).size !== wanted.length) throw wrong();
    if (pending.size !== wanted.length) throw new VerificationError("archive.unreferenced", "", event.height);
    return wanted.map((hash) => pending.get(hash));
  }

  async #references(event, payload) {
    if (!Object.hasOwn(SHAPES, event.type)) return [];
    const [code, references, others] = SHAPES[event.type];
    try {
      const raw = await this.#bounded(code, payload, MAX_EVENT);
      return coded(code, () => {
        const value = fields(load(raw), [...others, ...references]);
        return references.map((name) => string(value[name]));
      });
    } catch (error) {
      if (error instanceof VerificationError) error.height = event.height;
      throw error;
    }
  }

  async #bounded(code, member, limit = MAX_BALLOT) {
    if (member.size > limit) throw new VerificationError(code, `${member.size} bytes are more than ${limit}`);
    return content(this.reader, member);
  }

  async #take(event, data, end) {
    if (event.type === "Setup") {
      await this.#takeSetup(data);
      this.ballotsStart = end;
    } else if (event.type === "Ballot") await this.#takeBallot(event.height, data[0]);
    else this.later.push({ event, read: (code, limit) => this.#each(code, data, limit) });
  }

  async #takeSetup([election, trustees, credentials]) {
    /** SHA-256 in hex of each, as the archive names them. */
    this.published = { election: election.hash, trustees: trustees.hash, credentials: credentials.hash };
    this.election = new Election(await this.#bounded("election.format", election));
    this.trustees = new Trustees(await this.#bounded("trustees.format", trustees));
    const [combined] = encode([this.trustees.publicKey]);
    if (combined !== this.election.keyText) throw new VerificationError("election.public_key");
    this.checkers.open(this.election.raw);
    this.credentials = await parseCredentials(await content(this.reader, credentials), this.checkers.keys);
    if (this.election.shuffled.length > 0 && this.credentials.total !== BigInt(this.credentials.length)) {
      throw new VerificationError("credentials.weight");
    }
    const { uuid, fingerprint } = this.election;
    const start = dumpText({ election_uuid: uuid, election_hash: fingerprint, credential: "" });
    this.ballotStart = utf8(start.slice(0, -2));
  }

  /** Whose ballot it is, and whether it was there before; that it is a ballot at all, the second pass checks. */
  async #takeBallot(height, member) {
    const raw = await this.#bounded("ballot.format", member);
    const { length } = this.ballotStart;
    if (!this.ballotStart.every((byte, at) => raw[at] === byte)) {
      verifyBallot(this.election, raw); // says what exactly is wrong with it
      throw new VerificationError("ballot.format");
    }
    const index = this.#voterOf(raw.subarray(length, length + 64));
    const { last } = this.credentials;
    if (last[index] === 0) this.voters++;
    else {
      this.superseded.add(this.credentials.trackerOf(index));
      if (this.superseded.has(member.hash)) throw new VerificationError("ballot.duplicate");
    }
    last[index] = height;
    this.credentials.setTracker(index, member.hash);
    this.ballots++;
  }

  #voterOf(bytes) {
    const text = String.fromCharCode(...bytes);
    if (!isHash(text)) throw new VerificationError("ballot.point");
    const index = this.credentials.find(text);
    if (index < 0) throw new VerificationError("ballot.credential");
    return index;
  }

  async #addUp() {
    let done = 0;
    for await (const chunk of this.#chunks()) {
      this.progress("ballots", done, this.ballots);
      await this.checkers.ballots(chunk);
      done += chunk.length;
    }
    const tally = new Tally(this.election);
    for (const sum of await this.checkers.sums()) tally.merge(sum);
    this.progress("ballots", this.ballots, this.ballots);
    return tally.published();
  }

  /** The ballots in order, a few at a time, each with its height and its weight (0 if a later one replaces it). */
  async *#chunks() {
    let chunk = [];
    let bytes = 0;
    let offset = this.ballotsStart;
    for (let height = 1; height <= this.ballots; height++) {
      const size = sizeIn(await this.reader.read(offset, BLOCK));
      const raw = await content(this.reader, { offset: offset + BLOCK, size });
      offset += BLOCK + padded(size);
      offset += BLOCK + padded(sizeIn(await this.reader.read(offset, BLOCK)));
      const index = this.#voterOf(raw.subarray(this.ballotStart.length, this.ballotStart.length + 64));
      const counts = this.credentials.last[index] === height;
      chunk.push({ height, raw, weight: counts ? this.credentials.weights[index] : 0n });
      bytes += size;
      if (chunk.length === CHUNK || bytes > CHUNK_BYTES) {
        yield chunk;
        [chunk, bytes] = [[], 0];
      }
    }
    if (chunk.length > 0) yield chunk;
  }

  async #each(code, data, limit) {
    const read = [];
    for (const member of data) read.push(await this.#bounded(code, member, limit));
    return read;
  }
}
