/** Generators of the group that nobody knows a logarithm of (specification, section 6, tables 6, 7 and 9). */

import { digest, hex } from "../booth/encoding.js";
import { BASE, decode } from "./curve.js";

/** @typedef {import("./curve.js").Point} Point */

/** What was computed stays: every shuffle takes the same ones. */
const known = new Map();

/** @param {number} count @returns {Point[]} h_0, h_1, … */
export function generators(count) {
  return Array.from({ length: count }, (_, at) => generator(at));
}

/** @returns {Point} h */
export function secondGenerator() {
  return generator(-1);
}

function generator(number) {
  let made = known.get(number);
  if (made === undefined) known.set(number, (made = derive(number)));
  return made;
}

function derive(number) {
  let y = BigInt(`0x${hex(digest(`ggen|${number}`))}`) >> 2n;
  let found = null;
  for (; found === null; y++) found = decode(y.toString(16).padStart(64, "0"));
  for (let twice = 1; twice <= 3; twice++) found.assignDouble(found); // out of the small subgroup
  if (found.isIdentity || found.equals(BASE)) throw new Error("a generator that is none");
  return found;
}
