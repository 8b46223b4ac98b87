/** The election archive and its grammar (specification, section 4.4), as egov_crypto/archive.py reads it. */

import { sha256 } from "../vendor/noble-hashes/sha2.js";
import { hex, utf8 } from "../booth/encoding.js";
import { ArchiveError, FormError, VerificationError, coded } from "./errors.js";
import { fields, integer, isHash, load, string } from "./wire.js";

const BLOCK = 512;
const MAX_TIMESTAMP = 8 ** 11 - 1;
/** Bytes that an event may have; real ones have under 300. */
export const MAX_EVENT = 1024;
const WINDOW = 1 << 22;
const SUFFIXES = { data: ".data.json", event: ".event.json" };

/** Which event may follow which, where sums alone are decrypted. */
export const FOLLOWS = {
  "": ["Setup"],
  Setup: ["Ballot", "EndBallots"],
  Ballot: ["Ballot", "EndBallots"],
  EndBallots: ["EncryptedTally"],
  EncryptedTally: ["PartialDecryption"],
  PartialDecryption: ["PartialDecryption", "Result"],
  Result: [],
};

/** The same where votes are shuffled before they are decrypted. */
export const SHUFFLED = {
  ...FOLLOWS,
  EncryptedTally: ["Shuffle"],
  Shuffle: ["Shuffle", "EndShuffles"],
  EndShuffles: ["PartialDecryption"],
};

/** @typedef {{kind: "data"|"event", hash: string, offset: number, size: number}} Member its contents not yet read */

/** Reads a Blob a few megabytes at a time: an archive may be larger than a page's memory. */
export class Reader {
  /** @param {Blob} blob */
  constructor(blob) {
    this.blob = blob;
    this.size = blob.size;
    this.start = 0;
    this.window = new Uint8Array(0);
  }

  /**
   * @param {number} offset @param {number} length
   * @returns {Promise<Uint8Array>} shorter at the end; valid until the next read
   */
  async read(offset, length) {
    const end = Math.min(offset + length, this.size);
    if (offset < this.start || end > this.start + this.window.length) {
      const upTo = Math.min(Math.max(end, offset + WINDOW), this.size);
      this.window = new Uint8Array(await this.blob.slice(offset, upTo).arrayBuffer());
      this.start = offset;
    }
    return this.window.subarray(offset - this.start, Math.max(end, offset) - this.start);
  }
}

/**
 * @param {Reader} reader @returns {Promise<{timestamp: number, end: number}>} the archive's timestamp, and where its
 * first member ends; throws ArchiveError if this is no archive
 */
export async function readTimestamp(reader) {
  const block = await reader.read(0, 2 * BLOCK);
  if (block.length !== 2 * BLOCK || !startsWith(block, utf8("BELENIOS\0"))) {
    throw new ArchiveError("this is not an election archive: it does not start with BELENIOS");
  }
  const size = Number.parseInt(ascii(block.subarray(124, 135)), 8);
  const content = block.slice(BLOCK, BLOCK + (size || 0));
  let timestamp;
  try {
    const value = fields(load(content), ["version", "timestamp"]);
    if (integer(value.version) !== 1) throw new FormError("another version");
    timestamp = Number(string(value.timestamp));
    const fits = Number.isInteger(timestamp) && timestamp >= 0 && timestamp <= MAX_TIMESTAMP;
    if (!fits || String(timestamp) !== value.timestamp) throw new FormError("the timestamp is not a canonical number");
  } catch (error) {
    if (!(error instanceof FormError)) throw error;
    throw new ArchiveError(`the archive's header is malformed: ${error.message}`);
  }
  const whole = new Uint8Array(2 * BLOCK);
  whole.set(header("BELENIOS", content.length, timestamp));
  whole.set(content, BLOCK);
  if (!same(whole, block)) throw new ArchiveError("the archive's header is malformed");
  return { timestamp, end: 2 * BLOCK };
}

/**
 * The members from `offset` on, each one's header, padding and hash checked.
 *
 * @param {Reader} reader @param {number} offset @param {number} timestamp @returns {AsyncGenerator<Member>}
 * throws VerificationError (`archive.*`)
 */
export async function* members(reader, offset, timestamp) {
  let at = offset;
  while (at < reader.size) {
    const block = await reader.read(at, BLOCK);
    if (block.length !== BLOCK) throw new VerificationError("archive.truncated", `byte ${at}`);
    const { kind, hash, size } = readHeader(block, timestamp, at);
    await checkContents(reader, hash, size, at + BLOCK);
    yield { kind, hash, offset: at + BLOCK, size };
    at += BLOCK + padded(size);
  }
}

/** @param {Reader} reader @param {Member} member @returns {Promise<Uint8Array>} its contents, a copy */
export async function content(reader, member) {
  return (await reader.read(member.offset, member.size)).slice();
}

/** @param {number} size @returns {number} with the padding that follows */
export function padded(size) {
  return Math.ceil(size / BLOCK) * BLOCK;
}

/** @param {Uint8Array} block a header that was checked before @returns {number} */
export function sizeIn(block) {
  return Number.parseInt(ascii(block.subarray(124, 135)), 8);
}

/**
 * @param {Uint8Array} raw @returns {{parent?: string, height: number, type: string, payload?: string}}
 * throws VerificationError (`event.format`)
 */
export function parseEvent(raw) {
  return coded("event.format", () => {
    const value = fields(load(raw), ["parent", "height", "type", "payload"], ["parent", "payload"]);
    for (const name of ["parent", "payload"]) {
      if (Object.hasOwn(value, name) && !isHash(value[name])) throw new FormError("not a hexadecimal SHA-256");
    }
    integer(value.height);
    const known = string(value.type) !== "" && Object.hasOwn(SHUFFLED, value.type);
    if (!known) throw new FormError("an unknown kind of event");
    return value;
  });
}

function readHeader(block, timestamp, offset) {
  const wrong = (detail) => new VerificationError("archive.member", `byte ${offset}: ${detail}`);
  const name = ascii(block.subarray(0, 100)).replace(/\0+$/, "");
  const kind = name.endsWith(SUFFIXES.event) ? "event" : "data";
  const hash = name.slice(0, 64);
  if (name !== hash + SUFFIXES[kind] || !isHash(hash)) throw wrong("its name is neither data's nor an event's");
  if (!/^[0-7]{11}$/.test(ascii(block.subarray(124, 135)))) throw wrong("its size is not a number");
  const size = sizeIn(block);
  if (!same(header(name, size, timestamp), block)) throw wrong("its header is not the one the format fixes");
  return { kind, hash, size };
}

async function checkContents(reader, hash, size, offset) {
  const truncated = () => new VerificationError("archive.truncated", `byte ${offset}`);
  if (offset + padded(size) > reader.size) throw truncated();
  const digest = sha256.create();
  for (let done = 0; done < size; ) {
    const piece = await reader.read(offset + done, Math.min(size - done, 1 << 20));
    if (piece.length === 0) throw truncated();
    digest.update(piece);
    done += piece.length;
  }
  const padding = await reader.read(offset + size, padded(size) - size);
  if (padding.some((byte) => byte !== 0)) {
    throw new VerificationError("archive.member", `byte ${offset}: its padding is not empty`);
  }
  if (hex(digest.digest()) !== hash) throw new VerificationError("archive.hash", `byte ${offset}`);
}

/** The one header that a member of this name and size has. */
function header(name, size, timestamp) {
  const octal = (value, digits) => value.toString(8).padStart(digits, "0");
  const block = new Uint8Array(BLOCK);
  block.set(utf8(name));
  block.set(utf8(`0000644\x000000000\x000000000\0${octal(size, 11)}\0${octal(timestamp, 11)}\0`), 100);
  const sum = block.reduce((total, byte) => total + byte, 8 * 32 + 48); // eight blanks in its own place, and the "0"
  block.set(utf8(`${octal(sum, 6)}\0 0`), 148);
  return block;
}

function ascii(bytes) {
  return String.fromCharCode(...bytes);
}

function startsWith(bytes, start) {
  return start.every((byte, at) => bytes[at] === byte);
}

function same(first, second) {
  return first.length === second.length && startsWith(first, second);
}
