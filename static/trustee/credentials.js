/** The list of public credentials (specification, section 4.8), held so that a million of them take some 50 MB. */

import { hex, utf8 } from "../booth/encoding.js";
import { Q } from "../booth/group.js";
import { decode } from "./curve.js";
import { UnsupportedError, VerificationError } from "./errors.js";

const [QUOTE, COMMA, OPEN, CLOSE] = utf8('",[]');
const KEY = 32;

/**
 * Whether each key is a point of the prime order; for the workers.
 *
 * @param {Uint8Array} keys @returns {number} the place of the first that is none, -1 if all are
 */
export function firstBadKey(keys) {
  for (let at = 0; at < keys.length / KEY; at++) {
    const point = decode(hex(keys.subarray(KEY * at, KEY * at + KEY)));
    if (point === null || point.isIdentity || !point.isInSubgroup) return at;
  }
  return -1;
}

/** Entries are numbered by their place among the sorted keys. */
export class CredentialList {
  /** @param {Uint8Array} keys sorted, 32 bytes each @param {BigUint64Array} weights */
  constructor(keys, weights) {
    this.keys = keys;
    this.weights = weights;
    this.total = weights.reduce((sum, weight) => sum + weight, 0n);
    /** For each credential the height of its last ballot, 0 while there is none. */
    this.last = new Uint32Array(weights.length);
    /** 32 bytes for each credential: the hash of its last ballot. */
    this.trackers = new Uint8Array(keys.length);
  }

  get length() {
    return this.weights.length;
  }

  /** @param {string} text 64 hexadecimal digits @returns {number} its place, -1 if it is not on the list */
  find(text) {
    const key = fromHex(text);
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const order = compare(this.keys, KEY * middle, key, 0);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return -1;
  }

  trackerOf(at) {
    return hex(this.trackers.subarray(KEY * at, KEY * at + KEY));
  }

  setTracker(at, hash) {
    this.trackers.set(fromHex(hash), KEY * at);
  }
}

/**
 * @param {Uint8Array} raw as it stands in the archive
 * @param {(keys: Uint8Array) => Promise<number>} check as {@link firstBadKey}, perhaps elsewhere
 * @returns {Promise<CredentialList>} throws VerificationError (`credentials.*`) and UnsupportedError
 */
export async function parseCredentials(raw, check) {
  const { keys, weights, failure } = read(raw);
  // In the order of the list: a key that is no point before the place where the list is malformed comes first.
  if ((await check(keys)) >= 0) throw new VerificationError("credentials.point");
  if (failure !== null) throw failure;
  const sorted = inOrder(keys, weights);
  for (let at = 1; at < sorted.weights.length; at++) {
    if (compare(sorted.keys, KEY * at, sorted.keys, KEY * at - KEY) === 0) {
      throw new VerificationError("credentials.duplicate");
    }
  }
  const list = new CredentialList(sorted.keys, sorted.weights);
  if (list.total >= Q) throw new VerificationError("credentials.format", "the weights add up to too much");
  return list;
}

/** Keys and weights up to the end, or up to the first place where it is malformed. */
function read(raw) {
  const most = Math.ceil(raw.length / 67);
  const keys = new Uint8Array(KEY * most);
  const weights = new BigUint64Array(most);
  let count = 0;
  let weighted = null;
  let failure = null;
  const wrong = (at) => new VerificationError("credentials.format", `byte ${at}`);
  let at = 1;
  let closed = raw.length === 2 && raw[0] === OPEN && raw[1] === CLOSE;
  if (raw[0] !== OPEN) failure = wrong(0);
  while (!closed && failure === null) {
    const entry = readEntry(raw, at);
    if (entry === null || (weighted ?? entry.weighted) !== entry.weighted) {
      failure = wrong(at);
      break;
    }
    weighted = entry.weighted;
    keys.set(entry.key, KEY * count);
    if (entry.weight >= 2n ** 64n) failure = new UnsupportedError("weights of 2^64 and more");
    else weights[count] = entry.weight;
    count++;
    at = entry.end;
    closed = entry.closes;
    if (closed && at !== raw.length) failure ??= wrong(at);
  }
  return { keys: keys.slice(0, KEY * count), weights: weights.slice(0, count), failure };
}

/** `"<64 hex digits>"` or `"<64 hex digits>,<weight>"`, and what follows. */
function readEntry(raw, at) {
  if (raw[at] !== QUOTE) return null;
  const key = new Uint8Array(KEY);
  for (let byte = 0; byte < KEY; byte++) {
    const [high, low] = [digit(raw[at + 1 + 2 * byte]), digit(raw[at + 2 + 2 * byte])];
    if (high < 0 || low < 0) return null;
    key[byte] = 16 * high + low;
  }
  let end = at + 65;
  let text = "";
  const weighted = raw[end] === COMMA;
  if (weighted) {
    for (end++; raw[end] >= 48 && raw[end] <= 57; end++) text += String.fromCharCode(raw[end]);
    if (!/^[1-9][0-9]{0,77}$/.test(text)) return null;
  }
  if (raw[end] !== QUOTE || (raw[end + 1] !== COMMA && raw[end + 1] !== CLOSE)) return null;
  return { key, weighted, weight: weighted ? BigInt(text) : 1n, end: end + 2, closes: raw[end + 1] === CLOSE };
}

function digit(code) {
  if (code >= 48 && code <= 57) return code - 48;
  return code >= 97 && code <= 102 ? code - 87 : -1;
}

/** Lists of other software are not always sorted. */
function inOrder(keys, weights) {
  const order = Uint32Array.from(weights, (_, at) => at);
  const before = (first, second) => compare(keys, KEY * first, keys, KEY * second);
  let sorted = true;
  for (let at = 1; at < order.length && sorted; at++) sorted = before(at - 1, at) <= 0;
  if (sorted) return { keys, weights };
  order.sort(before);
  const [newKeys, newWeights] = [new Uint8Array(keys.length), new BigUint64Array(weights.length)];
  order.forEach((from, to) => {
    newKeys.set(keys.subarray(KEY * from, KEY * from + KEY), KEY * to);
    newWeights[to] = weights[from];
  });
  return { keys: newKeys, weights: newWeights };
}

function compare(first, at, second, other) {
  for (let byte = 0; byte < KEY; byte++) {
    const difference = first[at + byte] - second[other + byte];
    if (difference !== 0) return difference;
  }
  return 0;
}

function fromHex(text) {
  return Uint8Array.from(text.match(/../g), (pair) => Number.parseInt(pair, 16));
}
