/** Tiles of a log (C2SP tlog-tiles), as egov_crypto/tiles.py: where each lies, and hashes read out of them. */

import { UnknownError, VerificationError } from "./errors.js";
import { HASH_SIZE, perfectRoot } from "./merkle.js";

export const WIDTH = 256;
const HEIGHT = 8;
/** Tiles that are fetched side by side. */
const AT_ONCE = 6;

/** @param {number} level @param {number} index @param {number} [width] @returns {string} below the log's address */
export function tilePath(level, index, width = WIDTH) {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, "0").match(/.{3}/g);
  const name = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join("/");
  return `tile/${level}/${name}${width === WIDTH ? "" : `.p/${width}`}`;
}

/**
 * The tiles of a log with `size` entries, each fetched once.
 *
 * What they hold is not verified: a proof made from it is, when it is held against a root hash that is signed.
 */
export class Tiles {
  /** @param {(path: string) => Promise<Uint8Array|null>} fetch null if there is no such tile @param {number} size */
  constructor(fetch, size) {
    this.fetch = fetch;
    this.size = size;
    this.kept = new Map();
  }

  /** How many hashes the level has that stand in the tile `index`: at most {@link WIDTH}. */
  width(level, index) {
    return Math.min(WIDTH, Math.floor(this.size / 2 ** (HEIGHT * level)) - index * WIDTH);
  }

  /** @returns {Promise<Uint8Array>} throws {@link VerificationError} (`tile.missing`, `tile.format`) */
  async tile(level, index) {
    const width = this.width(level, index);
    const path = tilePath(level, index, width);
    let raw = await this.fetch(path);
    // Where a full tile is there, the log may have thrown the narrower one away: it begins with the same.
    if (raw === null && width < WIDTH) raw = (await this.fetch(tilePath(level, index)))?.subarray(0, width * HASH_SIZE);
    if (!raw) throw new VerificationError("tile.missing", path);
    if (raw.length !== width * HASH_SIZE) throw new VerificationError("tile.format", path);
    return raw;
  }

  /** The same, fetched once. */
  keep(level, index) {
    const key = `${level}/${index}`;
    if (!this.kept.has(key)) this.kept.set(key, this.tile(level, index));
    return this.kept.get(key);
  }

  /** @returns {Promise<Uint8Array>} the hash of the perfect subtree over the entries index·2^level … */
  async hash(level, index) {
    const across = 2 ** (level % HEIGHT);
    const first = index * across;
    const place = first % WIDTH;
    const raw = await this.keep(Math.floor(level / HEIGHT), Math.floor(first / WIDTH));
    return perfectRoot(Array.from({ length: across }, (_, at) => hashAt(raw, place + at)));
  }

  /**
   * Where a leaf stands. All tiles are fetched, whichever it is in: so whoever serves them does not learn what is looked
   * for, nor when a proof is made of them afterwards.
   *
   * @param {Uint8Array} leaf @param {number} most tiles that are looked through
   * @returns {Promise<number|null>} throws {@link UnknownError} (`search.long`) if there are more
   */
  async find(leaf, most) {
    const tiles = [];
    for (let level = 0; this.width(level, 0) > 0; level++) {
      for (let index = 0; this.width(level, index) > 0; index++) tiles.push([level, index]);
      if (tiles.length > most) throw new UnknownError("search.long");
    }
    const fetchNext = async () => {
      for (let next = tiles.pop(); next !== undefined; next = tiles.pop()) await this.keep(...next);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, fetchNext));
    for (let index = 0; this.width(0, index) > 0; index++) {
      const raw = await this.keep(0, index);
      for (let place = 0; place * HASH_SIZE < raw.length; place++) {
        if (equal(raw, place * HASH_SIZE, leaf)) return index * WIDTH + place;
      }
    }
    return null;
  }
}

function hashAt(raw, place) {
  return raw.subarray(place * HASH_SIZE, (place + 1) * HASH_SIZE);
}

function equal(raw, start, hash) {
  for (let at = 0; at < HASH_SIZE; at++) if (raw[start + at] !== hash[at]) return false;
  return true;
}
