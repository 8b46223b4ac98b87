/**
 * The Merkle tree of a log (RFC 6962, section 2.1), as egov_crypto/merkle.py: proofs verified, and made from the hashes
 * of perfect subtrees. Sizes and places are numbers, which JavaScript's bit operations would cut to 32 bits: so they are
 * divided and multiplied.
 */

import { digest, hex, utf8 } from "../booth/encoding.js";
import { VerificationError } from "./errors.js";

export const HASH_SIZE = 32;
export const MAX_PROOF = 63;
export const EMPTY_ROOT = digest("");

/** @callback Reader (level, index) → the hash of the perfect subtree over the entries index·2^level … */

const joined = (first, ...parts) => {
  const made = new Uint8Array(1 + parts.reduce((size, part) => size + part.length, 0));
  made[0] = first;
  let at = 1;
  for (const part of parts) {
    made.set(part, at);
    at += part.length;
  }
  return made;
};

/** @param {Uint8Array|string} entry a text stands for its UTF-8 @returns {Uint8Array} */
export function leafHash(entry) {
  return digest(joined(0, typeof entry === "string" ? utf8(entry) : entry));
}

/** @param {Uint8Array} left @param {Uint8Array} right @returns {Uint8Array} */
export function nodeHash(left, right) {
  return digest(joined(1, left, right));
}

/** @param {Uint8Array} one @param {Uint8Array} other @returns {boolean} */
export function same(one, other) {
  return hex(one) === hex(other);
}

/** @param {Uint8Array[]} hashes 2^k of perfect subtrees of one size, side by side @returns {Uint8Array} that over all */
export function perfectRoot(hashes) {
  let level = hashes;
  while (level.length > 1) {
    const above = [];
    for (let at = 0; at < level.length; at += 2) above.push(nodeHash(level[at], level[at + 1]));
    level = above;
  }
  return level[0];
}

const half = (number) => Math.floor(number / 2);
const isOdd = (number) => number % 2 === 1;

/** The largest power of two below `size`, which is at least 2. */
function split(size) {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

/** The first place that is not a left child: a last node without a sibling is its own parent. */
function upToARightChild(node, last) {
  while (node > 0 && !isOdd(node)) [node, last] = [half(node), half(last)];
  return [node, last];
}

/**
 * That the entry whose leaf hash is `leaf` stands at `index` of the tree (RFC 9162, section 2.1.3.2).
 *
 * @param {Uint8Array} leaf @param {number} index @param {number} size @param {Uint8Array[]} proof
 * @param {Uint8Array} root
 * Throws {@link VerificationError} (`inclusion.proof`).
 */
export function verifyInclusion(leaf, index, size, proof, root) {
  const wrong = (why) => new VerificationError("inclusion.proof", why);
  if (!(index >= 0 && index < size)) throw wrong(`a log of ${size} entries has no entry ${index}`);
  let [node, last, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) throw wrong("the proof is too long");
    if (isOdd(node) || node === last) {
      hash = nodeHash(sibling, hash);
      [node, last] = upToARightChild(node, last);
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  if (last > 0) throw wrong("the proof is too short");
  if (!same(hash, root)) throw wrong(`entry ${index} of ${size}`);
}

/**
 * That the tree over `newer` entries begins with the one over `older` (RFC 9162, section 2.1.4.2).
 *
 * Throws {@link VerificationError} (`consistency.proof`).
 */
export function verifyConsistency(older, olderRoot, newer, newerRoot, proof) {
  const wrong = (why) => new VerificationError("consistency.proof", why);
  if (!(older >= 0 && older <= newer)) throw wrong(`the log has ${newer} entries, and had ${older}`);
  if (older === 0 || older === newer) {
    if (proof.length > 0) throw wrong("the proof is too long");
    if (!same(olderRoot, older === 0 ? EMPTY_ROOT : newerRoot) || (newer === 0 && !same(newerRoot, EMPTY_ROOT))) {
      throw wrong(`two root hashes of a log with ${older} entries`);
    }
    return;
  }
  // A perfect subtree is its own first node: the proof does not repeat what the verifier has.
  const path = isPowerOfTwo(older) ? [olderRoot, ...proof] : proof;
  if (path.length === 0) throw wrong("the proof is too short");
  let [node, last] = [older - 1, newer - 1];
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  let [before, now] = [path[0], path[0]];
  for (const sibling of path.slice(1)) {
    if (last === 0) throw wrong("the proof is too long");
    if (isOdd(node) || node === last) {
      [before, now] = [nodeHash(sibling, before), nodeHash(sibling, now)];
      [node, last] = upToARightChild(node, last);
    } else {
      now = nodeHash(now, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  if (last > 0) throw wrong("the proof is too short");
  if (!same(before, olderRoot) || !same(now, newerRoot)) throw wrong(`${older} entries, then ${newer}`);
}

function isPowerOfTwo(number) {
  return number > 0 && (number === 1 || split(number) * 2 === number);
}

/** The subtrees beside the way from the root to where `stops` says so, from below; and where that is. */
function beside(size, stops, goesLeft) {
  const ranges = [];
  let [start, end] = [0, size];
  while (!stops(start, end)) {
    const middle = start + split(end - start);
    if (goesLeft(middle)) {
      ranges.push([middle, end]);
      end = middle;
    } else {
      ranges.push([start, middle]);
      start = middle;
    }
  }
  return { ranges: ranges.reverse(), start, end };
}

/** @param {Reader} read @param {number} index @param {number} size @returns {Promise<Uint8Array[]>} an inclusion proof */
export function proveInclusion(read, index, size) {
  const { ranges } = beside(size, (start, end) => end - start === 1, (middle) => index < middle);
  return Promise.all(ranges.map(([start, end]) => rangeHash(read, start, end)));
}

/** @param {Reader} read @param {number} older @param {number} newer @returns {Promise<Uint8Array[]>} */
export function proveConsistency(read, older, newer) {
  if (older === 0) return Promise.resolve([]);
  const { ranges, start, end } = beside(newer, (_, last) => last === older, (middle) => older <= middle);
  if (start > 0) ranges.unshift([start, end]); // else it is the older tree itself, whose root the verifier has
  return Promise.all(ranges.map(([first, last]) => rangeHash(read, first, last)));
}

/** The hash over the entries from `start` to before `end`, which a node of a tree has beneath it. */
async function rangeHash(read, start, end) {
  const size = end - start;
  if (isPowerOfTwo(size)) return read(Math.round(Math.log2(size)), start / size);
  const middle = start + split(size);
  return nodeHash(...(await Promise.all([rangeHash(read, start, middle), rangeHash(read, middle, end)])));
}
