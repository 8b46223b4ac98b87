/**
 * The group: the prime-order subgroup of Ed25519 (specification, section 5.2), on the points of @noble/ed25519.
 *
 * JavaScript's big integers take a time that depends on their values, so nothing here is constant-time in the strict
 * sense. What can be even is: a fixed-base multiplication makes the same additions for every scalar, and a proof makes
 * the same multiplications for every choice.
 */

import { Point } from "../vendor/noble-ed25519/index.js";
import { digest, hex, utf8 } from "./encoding.js";

export { Point };

/** The order of the group; scalars are bigints in [0, Q). */
export const Q = 2n ** 252n + 27742317777372353535851937790883648493n;

const FIELD = 2n ** 255n - 19n;
const WINDOW = 6n;
const HALF = 1 << (Number(WINDOW) - 1);
const WINDOWS = 43; // 43 × 6 bits hold a scalar of 253 bits and the last carry

/** @param {bigint} value @returns {bigint} value modulo Q, in [0, Q) */
export function modQ(value) {
  const rest = value % Q;
  return rest < 0n ? rest + Q : rest;
}

/**
 * @param {string} text 64 lower-case hexadecimal digits of the compressed point, big-endian (RFC 8032's bytes reversed)
 * @returns {Point} throws RangeError on another spelling, the identity and points outside the prime-order subgroup
 */
export function parsePoint(text) {
  if (typeof text !== "string" || !/^[0-9a-f]{64}$/.test(text)) throw new RangeError("not 64 hexadecimal digits");
  let point;
  try {
    point = Point.fromHex(text.match(/../g).reverse().join(""), false);
  } catch {
    throw new RangeError("not a canonical point");
  }
  if (point.is0() || !point.isTorsionFree()) throw new RangeError("not a point of the prime-order subgroup");
  return point;
}

/**
 * Writes points, with one inversion for all of them (Montgomery's trick).
 *
 * @param {Point[]} points @returns {string[]} 64 hexadecimal digits each, as {@link parsePoint} reads them
 */
export function writePoints(points) {
  const before = [];
  let product = 1n;
  for (const point of points) {
    before.push(product);
    product = (product * point.Z) % FIELD;
  }
  let inverse = invert(product);
  const texts = new Array(points.length);
  for (let at = points.length - 1; at >= 0; at--) {
    const { X, Y, Z } = points[at];
    const inverseZ = (inverse * before[at]) % FIELD;
    inverse = (inverse * Z) % FIELD;
    const x = (X * inverseZ) % FIELD;
    const y = (Y * inverseZ) % FIELD;
    texts[at] = (y | ((x & 1n) << 255n)).toString(16).padStart(64, "0");
  }
  return texts;
}

/** The inverse in the field by Fermat: the same 254 squarings for every value. */
function invert(value) {
  let power = 1n;
  let base = value % FIELD;
  for (let exponent = FIELD - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) power = (power * base) % FIELD;
    base = (base * base) % FIELD;
  }
  return power;
}

/** Multiples of one point, so that multiplying it takes 43 additions and no doubling. */
export class FixedBase {
  /** @param {Point} point; making the table takes as long as some thirty multiplications with it */
  constructor(point) {
    this.point = point;
    this.rows = [];
    let unit = point;
    for (let window = 0; window < WINDOWS; window++) {
      const row = [Point.ZERO, unit];
      for (let digit = 2; digit <= HALF; digit++) row.push(row[digit - 1].add(unit));
      this.rows.push(row);
      unit = row[HALF].double();
    }
  }

  /** @param {bigint} scalar @returns {Point} scalar times the point */
  times(scalar) {
    let rest = modQ(scalar);
    let sum = Point.ZERO;
    for (const row of this.rows) {
      let digit = Number(rest & (2n ** WINDOW - 1n));
      rest >>= WINDOW;
      if (digit > HALF) {
        digit -= 2 * HALF;
        rest += 1n;
      }
      const positive = row[Math.abs(digit)];
      const negative = positive.negate();
      sum = sum.add(digit < 0 ? negative : positive);
    }
    return sum;
  }
}

const PADDING = 14n;
/** So many integers and the padding fill 254 bits: below the field's prime, and with the sign bit clear. */
const MAX_INTEGERS = 30;

/**
 * Writes small integers as a point (`of_ints`, section 5.2.1): 8 bits each, the first most significant, and the smallest
 * padding that gives a point of the group. That takes 16 trials or so; how many it takes depends on the integers.
 *
 * @param {number[]} values 1 to 30 of 0 to 255; zeros alone give the identity @returns {Point} throws RangeError
 */
export function encodeIntegers(values) {
  const small = (value) => Number.isInteger(value) && value >= 0 && value < 256;
  if (values.length === 0 || values.length > MAX_INTEGERS || !values.every(small)) {
    throw new RangeError("not 1 to 30 integers of 8 bits");
  }
  const start = values.reduce((sum, value) => (sum << 8n) | BigInt(value), 0n) << PADDING;
  for (let padding = 0n; padding < 2n ** PADDING; padding++) {
    const text = (start | padding).toString(16).padStart(64, "0");
    let point;
    try {
      point = Point.fromHex(text.match(/../g).reverse().join(""), false);
    } catch {
      continue;
    }
    if (point.is0() || point.isTorsionFree()) return point;
  }
  throw new RangeError("no padding gives a point of the group");
}

let generator;

/** @returns {FixedBase} the table of the generator, made when first asked for */
export function generatorTable() {
  generator ??= new FixedBase(Point.BASE);
  return generator;
}

/** @param {string} text decimal, without sign or leading zeros, below Q @returns {bigint} throws RangeError otherwise */
export function parseScalar(text) {
  if (typeof text !== "string" || !/^(0|[1-9][0-9]{0,75})$/.test(text)) throw new RangeError("not a decimal number");
  const value = BigInt(text);
  if (value >= Q) throw new RangeError("not below the group's order");
  return value;
}

/** @returns {bigint} uniform in [1, Q): 512 random bits reduced are off by less than 2^-259 */
export function randomScalar() {
  const bytes = crypto.getRandomValues(new Uint8Array(64));
  const value = modQ(BigInt(`0x${hex(bytes)}`));
  bytes.fill(0);
  return value === 0n ? randomScalar() : value;
}

/** @param {string} text ASCII @returns {bigint} SHA-256 read as a big-endian number, modulo Q */
export function hashToScalar(text) {
  return modQ(BigInt(`0x${hex(digest(utf8(text)))}`));
}
