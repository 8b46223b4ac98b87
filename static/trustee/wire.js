/**
 * Strict reading and writing of the specification's JSON (section 4.1), as egov_crypto/wire.py: what was parsed must
 * serialise to the very same bytes, so that nobody can publish two texts of one thing.
 */

import { digest, fromUtf8, hex, utf8 } from "../booth/encoding.js";
import { Q } from "../booth/group.js";
import { FormError } from "./errors.js";

/** Numbers above this are written as decimal strings where a weight or a count stands. */
const SMALL = 2 ** 30 - 1;

const STRINGS_AND_NUMBERS = /"(?:[^"\\]|\\.)*"|[-+.0-9eE]+/g;
/**
 * Numbers that other readers write again as they were and JavaScript does not. No field takes them, as none takes null:
 * so a list that one stands in is refused for what is wrong with it, whoever reads.
 */
const FOREIGN = /^-?(?:[1-9][0-9]{15,}|(?:0|[1-9][0-9]{0,15})\.0)$/;

/** @param {unknown} value @returns {string} compact JSON; U+007F is escaped, as the reference implementation does */
export function dumpText(value) {
  return JSON.stringify(value).replaceAll("\x7f", "\\u007f");
}

/** @param {unknown} value @returns {Uint8Array} */
export function dump(value) {
  return utf8(dumpText(value));
}

/** @param {Uint8Array} raw @returns {any} the value that {@link dump} writes so; throws FormError */
export function load(raw) {
  let text;
  let value;
  try {
    text = fromUtf8(raw);
    value = JSON.parse(text);
    if (dumpText(value) !== text) {
      text = text.replace(STRINGS_AND_NUMBERS, (token) => (FOREIGN.test(token) ? "null" : token));
      value = JSON.parse(text);
    }
  } catch {
    throw new FormError("not valid JSON in UTF-8");
  }
  if (dumpText(value) !== text) throw new FormError("not compact JSON in its one spelling");
  // JSON.stringify writes half a character as an escape, which UTF-8 cannot carry otherwise.
  if (/(?<!\\)(?:\\\\)*\\ud[89a-f]/.test(text)) throw new FormError("half a character");
  return value;
}

/**
 * @param {any} value @param {string[]} names @param {string[]} optional
 * @returns {any} an object with exactly these, in this order
 */
export function fields(value, names, optional = []) {
  if (!isObject(value)) throw new FormError(`an object is wanted, with ${names.join(", ")}`);
  const expected = names.filter((name) => !optional.includes(name) || Object.hasOwn(value, name));
  const given = Object.keys(value);
  if (given.length !== expected.length || !expected.every((name, at) => given[at] === name)) {
    throw new FormError(`its fields are not ${names.join(", ")}, in this order`);
  }
  return value;
}

/** @param {unknown} value */
export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {any} value @param {number} [length] @returns {any[]} */
export function items(value, length) {
  if (!Array.isArray(value)) throw new FormError("a list is wanted");
  if (length !== undefined && value.length !== length) throw new FormError(`a list of ${length} is wanted`);
  return value;
}

/** @param {any} value @returns {string} */
export function string(value) {
  if (typeof value !== "string") throw new FormError("a string is wanted");
  return value;
}

/** @param {any} value @returns {number} a small natural number */
export function integer(value) {
  if (!Number.isInteger(value) || value < 0 || value > SMALL) throw new FormError("a small natural number is wanted");
  return value;
}

/** @param {bigint} value @returns {number|string} a weight, or a count of weights */
export function weightToJson(value) {
  return value <= BigInt(SMALL) ? Number(value) : value.toString();
}

/** @param {any} value @returns {bigint} the reverse; a number in the other's spelling is refused */
export function weightFromJson(value) {
  if (typeof value !== "string") return BigInt(integer(value));
  if (/^[1-9][0-9]{0,77}$/.test(value) && BigInt(value) > BigInt(SMALL)) return BigInt(value);
  throw new FormError("not a canonical natural number");
}

/** @param {any} value @returns {bigint} a decimal string in [0, Q) */
export function scalar(value) {
  if (typeof value !== "string" || !/^(0|[1-9][0-9]{0,75})$/.test(value)) throw new FormError("not a decimal number");
  const number = BigInt(value);
  if (number >= Q) throw new FormError("not below the group's order");
  return number;
}

/** @param {any} value @returns {{challenge: bigint, response: bigint}} a proof (section 4.3) */
export function proof(value) {
  const { challenge, response } = fields(value, ["challenge", "response"]);
  return { challenge: scalar(challenge), response: scalar(response) };
}

/** @param {Uint8Array} raw @returns {string} hexadecimal SHA-256, which names data and events in an archive */
export function hexDigest(raw) {
  return hex(digest(raw));
}

/** @param {unknown} value */
export function isHash(value) {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}
