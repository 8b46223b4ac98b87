/**
 * The group, fast and for public values only: what verifies. What knows secrets computes with booth/group.js.
 *
 * Edwards coordinates (X : Y : Z : T) with x = X/Z, y = Y/Z, xy = T/Z; the formulas are complete. Every scalar that a
 * proof multiplies one point with shares that point's doublings ({@link multiples}), the check that the point is of the
 * prime order among them; generator and public key have tables ({@link Table}).
 */

import { Q } from "../booth/group.js";
import { P, add, element, fromBig, invert, mul, negate, power, set, sqr, sub, toBig } from "./field.js";

const ONE = fromBig(1n);
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
const CURVE_D = fromBig(D);
const TWO_D = fromBig((2n * D) % P);
const ROOT_OF_MINUS_ONE = fromBig(19681161376707505956807079304988542015446066515923890162744021073123829784752n);
const SCALAR_DIGITS = 64;

const [s0, s1, s2, s3, s4, s5] = [0, 0, 0, 0, 0, 0].map(element);

/** A point; `assign…` change it, nothing else does. */
export class Point {
  constructor() {
    this.x = element();
    this.y = ONE.slice();
    this.z = ONE.slice();
    this.t = element();
  }

  /** @returns {Point} */
  copy() {
    return new Point().assign(this);
  }

  assign(other) {
    set(this.x, other.x);
    set(this.y, other.y);
    set(this.z, other.z);
    set(this.t, other.t);
    return this;
  }

  /** This point becomes twice `other`; `t` is made only where the next step is an addition. */
  assignDouble(other, withT = true) {
    sqr(s0, other.x); // A
    sqr(s1, other.y); // B
    sqr(s2, other.z);
    add(s2, s2, s2); // C
    add(s4, other.x, other.y);
    sqr(s3, s4);
    add(s4, s0, s1); // H = A + B
    sub(s3, s4, s3); // E = H − (X + Y)²
    sub(s5, s0, s1); // G = A − B
    add(s2, s2, s5); // F = C + G
    mul(this.x, s3, s2);
    mul(this.y, s5, s4);
    mul(this.z, s2, s5);
    if (withT) mul(this.t, s3, s4);
  }

  /** This point becomes itself plus (or minus) `other`, prepared. */
  assignSum(other, minus = false) {
    sub(s0, this.y, this.x);
    mul(s1, s0, minus ? other.sum : other.difference); // A
    add(s0, this.y, this.x);
    mul(s2, s0, minus ? other.difference : other.sum); // B
    mul(s3, this.t, other.t2d);
    if (minus) negate(s3, s3); // C
    if (other.z2 === null) add(s4, this.z, this.z);
    else mul(s4, this.z, other.z2); // D
    sub(s0, s2, s1); // E
    add(s5, s2, s1); // H
    sub(s1, s4, s3); // F
    add(s2, s4, s3); // G
    mul(this.x, s0, s1);
    mul(this.y, s2, s5);
    mul(this.z, s1, s2);
    mul(this.t, s0, s5);
    return this;
  }

  /** @param {Point} other @returns {Point} */
  plus(other) {
    return this.copy().assignSum(new Prepared(other));
  }

  /** @param {Point} other @returns {Point} */
  minus(other) {
    return this.copy().assignSum(new Prepared(other), true);
  }

  /** @param {bigint} scalar in [0, Q) @returns {Point} */
  times(scalar) {
    return multiples(this, [scalar])[0];
  }

  get isIdentity() {
    sub(s0, this.y, this.z);
    return toBig(this.x) === 0n && toBig(s0) === 0n;
  }

  /** Whether it is of the prime order, or the identity. */
  get isInSubgroup() {
    return multiples(this, [Q])[0].isIdentity;
  }

  /** @param {Point} other */
  equals(other) {
    const same = (mine, theirs) => {
      mul(s0, mine, other.z);
      mul(s1, theirs, this.z);
      sub(s0, s0, s1);
      return toBig(s0) === 0n;
    };
    return same(this.x, other.x) && same(this.y, other.y);
  }
}

/** A point as additions want it. */
class Prepared {
  /** @param {Point} point @param {boolean} affine whether its z is 1 */
  constructor(point, affine = false) {
    this.sum = element();
    this.difference = element();
    this.t2d = element();
    this.z2 = affine ? null : element();
    this.assign(point);
  }

  assign(point) {
    add(this.sum, point.y, point.x);
    sub(this.difference, point.y, point.x);
    mul(this.t2d, point.t, TWO_D);
    if (this.z2 !== null) add(this.z2, point.z, point.z);
    return this;
  }
}

/** The digits in [−8, 8] of base 16, the lowest first, of a scalar in [0, 2^253). */
function digits16(scalar) {
  const text = scalar.toString(16).padStart(SCALAR_DIGITS, "0");
  const digits = new Int8Array(SCALAR_DIGITS);
  let carry = 0;
  for (let at = 0; at < SCALAR_DIGITS; at++) {
    const code = text.charCodeAt(SCALAR_DIGITS - 1 - at);
    const digit = (code < 58 ? code - 48 : code - 87) + carry;
    carry = digit > 8 ? 1 : 0;
    digits[at] = digit - 16 * carry;
  }
  return digits;
}

/**
 * The multiples of one point by several scalars: 16^i times the point goes, for each scalar, to the bucket of the
 * scalar's digit i (Yao's way), so that the doublings are made once for all.
 *
 * @param {Point} point @param {bigint[]} scalars in [0, 2^253) @returns {Point[]}
 */
export function multiples(point, scalars) {
  const digits = scalars.map(digits16);
  const buckets = scalars.map(() => new Array(9).fill(null));
  const power16 = point.copy();
  const prepared = new Prepared(power16);
  for (let at = 0; at < SCALAR_DIGITS; at++) {
    if (at > 0) {
      for (let twice = 1; twice <= 4; twice++) power16.assignDouble(power16, twice === 4);
      prepared.assign(power16);
    }
    for (let which = 0; which < digits.length; which++) {
      const digit = digits[which][at];
      if (digit === 0) continue;
      const size = digit < 0 ? -digit : digit;
      buckets[which][size] ??= new Point();
      buckets[which][size].assignSum(prepared, digit < 0);
    }
  }
  return buckets.map((bucket) => {
    const [sum, running] = [new Point(), new Point()];
    for (let size = 8; size > 0; size--) {
      if (bucket[size] !== null) running.assignSum(prepared.assign(bucket[size]));
      sum.assignSum(prepared.assign(running));
    }
    return sum;
  });
}

/** Multiples of one point, prepared: a multiplication is 32 additions; making the table takes some hundreds of those. */
export class Table {
  /** @param {Point} point */
  constructor(point) {
    const points = [];
    const unit = point.copy();
    for (let row = 0; row < 32; row++) {
      const step = new Prepared(unit);
      const multiple = new Point();
      for (let digit = 1; digit <= 128; digit++) points.push(multiple.assignSum(step).copy());
      unit.assignDouble(multiple);
    }
    this.entries = affine(points).map(({ x, y }) => {
      const entry = new Point();
      [entry.x, entry.y] = [x, y];
      mul(entry.t, x, y);
      return new Prepared(entry, true);
    });
  }

  /** Adds a multiple of the table's point to `sum`. @param {Point} sum @param {bigint} scalar in [0, 2^253) */
  addTo(sum, scalar) {
    const text = scalar.toString(16).padStart(64, "0");
    let carry = 0;
    for (let row = 0; row < 32; row++) {
      let digit = Number.parseInt(text.slice(62 - 2 * row, 64 - 2 * row), 16) + carry;
      carry = digit > 128 ? 1 : 0;
      digit -= 256 * carry;
      if (digit !== 0) sum.assignSum(this.entries[128 * row + Math.abs(digit) - 1], digit < 0);
    }
    return sum;
  }

  /** @param {bigint} scalar in [0, 2^253) @returns {Point} */
  times(scalar) {
    return this.addTo(new Point(), scalar);
  }
}

/** x and y of each point, with one inversion for all of them. */
function affine(points) {
  const before = [];
  let product = ONE.slice();
  for (const { z } of points) {
    before.push(product);
    product = element();
    mul(product, before.at(-1), z);
  }
  const inverse = element();
  invert(inverse, product);
  const made = new Array(points.length);
  for (let at = points.length - 1; at >= 0; at--) {
    const [x, y, inverseZ] = [element(), element(), element()];
    mul(inverseZ, inverse, before[at]);
    mul(inverse, inverse, points[at].z);
    mul(x, points[at].x, inverseZ);
    mul(y, points[at].y, inverseZ);
    made[at] = { x, y };
  }
  return made;
}

/** @param {Point[]} points @returns {string[]} 64 hexadecimal digits each, as {@link decode} reads them */
export function encode(points) {
  return affine(points).map(({ x, y }) =>
    (toBig(y) | ((toBig(x) & 1n) << 255n)).toString(16).padStart(64, "0"),
  );
}

/**
 * @param {unknown} text @returns {Point|null} the point of the curve that 64 lower-case hexadecimal digits write in
 * their one spelling; null for anything else. Whether it is of the prime order is yet to be asked, and the identity is
 * a point too.
 */
export function decode(text) {
  if (typeof text !== "string" || !/^[0-9a-f]{64}$/.test(text)) return null;
  const number = BigInt(`0x${text}`);
  const yNumber = BigInt.asUintN(255, number);
  const odd = number >> 255n === 1n;
  if (yNumber >= P) return null;
  const y = fromBig(yNumber);
  const [u, v, v3, root, check] = [element(), element(), element(), element(), element()];
  sqr(u, y);
  mul(v, u, CURVE_D);
  sub(u, u, ONE); // y² − 1
  add(v, v, ONE); // d·y² + 1
  mul(v, v, ONE);
  sqr(v3, v);
  mul(v3, v3, v);
  sqr(check, v3);
  mul(check, check, v);
  mul(check, check, u); // u·v^7
  power(root, check);
  mul(root, root, v3);
  mul(root, root, u); // u·v³·(u·v^7)^((P − 5)/8)
  sqr(check, root);
  mul(check, check, v);
  sub(v3, check, u);
  if (toBig(v3) !== 0n) {
    add(v3, check, u);
    if (toBig(v3) !== 0n) return null;
    mul(root, root, ROOT_OF_MINUS_ONE);
  }
  const xNumber = toBig(root);
  if (xNumber === 0n && odd) return null;
  const point = new Point();
  if (((xNumber & 1n) === 1n) === odd) set(point.x, root);
  else negate(point.x, root);
  set(point.y, y);
  mul(point.t, point.x, point.y);
  return point;
}

/** The generator. */
export const BASE = decode("6666666666666666666666666666666666666666666666666666666666666658");

let table;

/** @returns {Table} of the generator, made when first asked for */
export function baseTable() {
  table ??= new Table(BASE);
  return table;
}
