/**
 * The field of integers modulo 2^255 − 19, in floating-point numbers: several times faster than big integers, which is
 * what makes verifying a whole archive in a browser bearable. For public values only: nothing secret is computed here.
 *
 * An element is an array of 12 parts whose sum is its value. Part i is a multiple of 2^e_i with
 * e_i = ⌈21.25·i⌉ = 0, 22, 43, 64, 85, 107, 128, 149, 170, 192, 213, 234. Part i of a *reduced* element is at most
 * 2^(e_(i+1) − 1)·(1 + 2^-8) in size. Products of two reduced elements then are sums below 2^49 units of 2^e_i, and a
 * double holds 2^53 of them exactly. So whoever multiplies may multiply a sum of m reduced elements by a sum of n as
 * long as m·n ≤ 12; `mul` and `sqr` answer with reduced ones. tests/js/field.test.mjs tries the bounds.
 */

/** The prime. */
export const P = 2n ** 255n - 19n;

const EXPONENTS = [0, 22, 43, 64, 85, 107, 128, 149, 170, 192, 213, 234, 255];
const UNITS = EXPONENTS.map((exponent) => 2 ** exponent);
/** What leaves at the top comes in again at the bottom: 2^255 = 19. */
const WRAP = 19 * 2 ** -255;
/** Adding 1.5·2^(52 + e) and taking it off again rounds to a multiple of 2^e. */
const [, M0, M1, M2, M3, M4, M5, M6, M7, M8, M9, M10, M11] = EXPONENTS.map((exponent) => 1.5 * 2 ** (52 + exponent));

/** @typedef {number[]} Element a plain array: engines keep it as doubles, and make it faster than a Float64Array */

/** @returns {Element} zero */
export function element() {
  const made = [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]; // doubles from the start, and they stay so
  return made.fill(0);
}

/** out = a */
export function set(out, a) {
  for (let at = 0; at < 12; at++) out[at] = a[at];
}

/** out = −a */
export function negate(out, a) {
  for (let at = 0; at < 12; at++) out[at] = -a[at];
}

/** @param {bigint} value in [0, 2^255) @returns {Element} reduced */
export function fromBig(value) {
  const made = element();
  let rest = value;
  for (let at = 0; at < 12; at++) {
    const width = EXPONENTS[at + 1] - EXPONENTS[at];
    made[at] = Number(BigInt.asUintN(width, rest)) * UNITS[at];
    rest >>= BigInt(width);
  }
  const one = element();
  one[0] = 1;
  mul(made, made, one);
  return made;
}

/** @param {Element} a sum of a few reduced elements @returns {bigint} its value in [0, P) */
export function toBig(a) {
  let sum = 0n;
  for (let at = 0; at < 12; at += 2) sum += BigInt(a[at] + a[at + 1]);
  sum %= P;
  return sum < 0n ? sum + P : sum;
}

/** out = a + b, not reduced */
export function add(out, a, b) {
  for (let at = 0; at < 12; at++) out[at] = a[at] + b[at];
}

/** out = a − b, not reduced */
export function sub(out, a, b) {
  for (let at = 0; at < 12; at++) out[at] = a[at] - b[at];
}

/** out = a · b, reduced */
export function mul(out, a, b) {
  const a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3], a4 = a[4], a5 = a[5],
    a6 = a[6], a7 = a[7], a8 = a[8], a9 = a[9], a10 = a[10], a11 = a[11];
  const b0 = b[0], b1 = b[1], b2 = b[2], b3 = b[3], b4 = b[4], b5 = b[5],
    b6 = b[6], b7 = b[7], b8 = b[8], b9 = b[9], b10 = b[10], b11 = b[11];
  const w1 = WRAP * b1, w2 = WRAP * b2, w3 = WRAP * b3, w4 = WRAP * b4, w5 = WRAP * b5, w6 = WRAP * b6,
    w7 = WRAP * b7, w8 = WRAP * b8, w9 = WRAP * b9, w10 = WRAP * b10, w11 = WRAP * b11;
  let r0 = a0*b0 + a1*w11 + a2*w10 + a3*w9 + a4*w8 + a5*w7 + a6*w6 + a7*w5 + a8*w4 + a9*w3 + a10*w2 + a11*w1;
  let r1 = a0*b1 + a1*b0 + a2*w11 + a3*w10 + a4*w9 + a5*w8 + a6*w7 + a7*w6 + a8*w5 + a9*w4 + a10*w3 + a11*w2;
  let r2 = a0*b2 + a1*b1 + a2*b0 + a3*w11 + a4*w10 + a5*w9 + a6*w8 + a7*w7 + a8*w6 + a9*w5 + a10*w4 + a11*w3;
  let r3 = a0*b3 + a1*b2 + a2*b1 + a3*b0 + a4*w11 + a5*w10 + a6*w9 + a7*w8 + a8*w7 + a9*w6 + a10*w5 + a11*w4;
  let r4 = a0*b4 + a1*b3 + a2*b2 + a3*b1 + a4*b0 + a5*w11 + a6*w10 + a7*w9 + a8*w8 + a9*w7 + a10*w6 + a11*w5;
  let r5 = a0*b5 + a1*b4 + a2*b3 + a3*b2 + a4*b1 + a5*b0 + a6*w11 + a7*w10 + a8*w9 + a9*w8 + a10*w7 + a11*w6;
  let r6 = a0*b6 + a1*b5 + a2*b4 + a3*b3 + a4*b2 + a5*b1 + a6*b0 + a7*w11 + a8*w10 + a9*w9 + a10*w8 + a11*w7;
  let r7 = a0*b7 + a1*b6 + a2*b5 + a3*b4 + a4*b3 + a5*b2 + a6*b1 + a7*b0 + a8*w11 + a9*w10 + a10*w9 + a11*w8;
  let r8 = a0*b8 + a1*b7 + a2*b6 + a3*b5 + a4*b4 + a5*b3 + a6*b2 + a7*b1 + a8*b0 + a9*w11 + a10*w10 + a11*w9;
  let r9 = a0*b9 + a1*b8 + a2*b7 + a3*b6 + a4*b5 + a5*b4 + a6*b3 + a7*b2 + a8*b1 + a9*b0 + a10*w11 + a11*w10;
  let r10 = a0*b10 + a1*b9 + a2*b8 + a3*b7 + a4*b6 + a5*b5 + a6*b4 + a7*b3 + a8*b2 + a9*b1 + a10*b0 + a11*w11;
  let r11 = a0*b11 + a1*b10 + a2*b9 + a3*b8 + a4*b7 + a5*b6 + a6*b5 + a7*b4 + a8*b3 + a9*b2 + a10*b1 + a11*b0;
  // Two carries run at the same time, each once around and a step further.
  let c;
  c = r0 + M0 - M0; r0 -= c; r1 += c;
  c = r6 + M6 - M6; r6 -= c; r7 += c;
  c = r1 + M1 - M1; r1 -= c; r2 += c;
  c = r7 + M7 - M7; r7 -= c; r8 += c;
  c = r2 + M2 - M2; r2 -= c; r3 += c;
  c = r8 + M8 - M8; r8 -= c; r9 += c;
  c = r3 + M3 - M3; r3 -= c; r4 += c;
  c = r9 + M9 - M9; r9 -= c; r10 += c;
  c = r4 + M4 - M4; r4 -= c; r5 += c;
  c = r10 + M10 - M10; r10 -= c; r11 += c;
  c = r5 + M5 - M5; r5 -= c; r6 += c;
  c = r11 + M11 - M11; r11 -= c; r0 += WRAP * c;
  c = r0 + M0 - M0; r0 -= c; r1 += c;
  c = r6 + M6 - M6; r6 -= c; r7 += c;
  out[0] = r0; out[1] = r1; out[2] = r2; out[3] = r3; out[4] = r4; out[5] = r5;
  out[6] = r6; out[7] = r7; out[8] = r8; out[9] = r9; out[10] = r10; out[11] = r11;
}

/** out = a², reduced */
export function sqr(out, a) {
  const a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3], a4 = a[4], a5 = a[5],
    a6 = a[6], a7 = a[7], a8 = a[8], a9 = a[9], a10 = a[10], a11 = a[11];
  const d0 = 2 * a0, d1 = 2 * a1, d2 = 2 * a2, d3 = 2 * a3, d4 = 2 * a4, d5 = 2 * a5,
    d6 = 2 * a6, d7 = 2 * a7, d8 = 2 * a8, d9 = 2 * a9, d10 = 2 * a10;
  const w1 = WRAP * a1, w2 = WRAP * a2, w3 = WRAP * a3, w4 = WRAP * a4, w5 = WRAP * a5, w6 = WRAP * a6,
    w7 = WRAP * a7, w8 = WRAP * a8, w9 = WRAP * a9, w10 = WRAP * a10, w11 = WRAP * a11;
  let r0 = a0*a0 + d1*w11 + d2*w10 + d3*w9 + d4*w8 + d5*w7 + a6*w6;
  let r1 = d0*a1 + d2*w11 + d3*w10 + d4*w9 + d5*w8 + d6*w7;
  let r2 = d0*a2 + a1*a1 + d3*w11 + d4*w10 + d5*w9 + d6*w8 + a7*w7;
  let r3 = d0*a3 + d1*a2 + d4*w11 + d5*w10 + d6*w9 + d7*w8;
  let r4 = d0*a4 + d1*a3 + a2*a2 + d5*w11 + d6*w10 + d7*w9 + a8*w8;
  let r5 = d0*a5 + d1*a4 + d2*a3 + d6*w11 + d7*w10 + d8*w9;
  let r6 = d0*a6 + d1*a5 + d2*a4 + a3*a3 + d7*w11 + d8*w10 + a9*w9;
  let r7 = d0*a7 + d1*a6 + d2*a5 + d3*a4 + d8*w11 + d9*w10;
  let r8 = d0*a8 + d1*a7 + d2*a6 + d3*a5 + a4*a4 + d9*w11 + a10*w10;
  let r9 = d0*a9 + d1*a8 + d2*a7 + d3*a6 + d4*a5 + d10*w11;
  let r10 = d0*a10 + d1*a9 + d2*a8 + d3*a7 + d4*a6 + a5*a5 + a11*w11;
  let r11 = d0*a11 + d1*a10 + d2*a9 + d3*a8 + d4*a7 + d5*a6;
  // Two carries run at the same time, each once around and a step further.
  let c;
  c = r0 + M0 - M0; r0 -= c; r1 += c;
  c = r6 + M6 - M6; r6 -= c; r7 += c;
  c = r1 + M1 - M1; r1 -= c; r2 += c;
  c = r7 + M7 - M7; r7 -= c; r8 += c;
  c = r2 + M2 - M2; r2 -= c; r3 += c;
  c = r8 + M8 - M8; r8 -= c; r9 += c;
  c = r3 + M3 - M3; r3 -= c; r4 += c;
  c = r9 + M9 - M9; r9 -= c; r10 += c;
  c = r4 + M4 - M4; r4 -= c; r5 += c;
  c = r10 + M10 - M10; r10 -= c; r11 += c;
  c = r5 + M5 - M5; r5 -= c; r6 += c;
  c = r11 + M11 - M11; r11 -= c; r0 += WRAP * c;
  c = r0 + M0 - M0; r0 -= c; r1 += c;
  c = r6 + M6 - M6; r6 -= c; r7 += c;
  out[0] = r0; out[1] = r1; out[2] = r2; out[3] = r3; out[4] = r4; out[5] = r5;
  out[6] = r6; out[7] = r7; out[8] = r8; out[9] = r9; out[10] = r10; out[11] = r11;
}

/** out = a^(2^252 − 3), from which square roots are made; `out` must not be `a` */
export function power(out, a) {
  const [two, nine, t] = [element(), element(), element()];
  sqr(two, a);
  squares(t, two, 2);
  mul(nine, t, a); // a^9
  mul(two, nine, two); // a^11
  sqr(t, two);
  mul(out, t, nine); // a^(2^5 − 1)
  const ones = (target, base, count) => {
    squares(t, base, count);
    mul(target, t, base);
  };
  const five = out.slice();
  ones(out, five, 5); // 2^10 − 1
  const ten = out.slice();
  ones(out, ten, 10); // 2^20 − 1
  ones(out, out.slice(), 20); // 2^40 − 1
  squares(t, out, 10);
  mul(out, t, ten); // 2^50 − 1
  const fifty = out.slice();
  ones(out, fifty, 50); // 2^100 − 1
  ones(out, out.slice(), 100); // 2^200 − 1
  squares(t, out, 50);
  mul(out, t, fifty); // 2^250 − 1
  squares(t, out, 2);
  mul(out, t, a);
}

function squares(out, a, count) {
  sqr(out, a);
  for (let done = 1; done < count; done++) sqr(out, out);
}

/** out = 1/a, and 0 for 0 */
export function invert(out, a) {
  const high = element();
  power(high, a); // 2^252 − 3; P − 2 = 8·(2^252 − 3) + 3
  squares(high, high, 3);
  const cube = element();
  sqr(cube, a);
  mul(cube, cube, a);
  mul(out, high, cube);
}
