/** The election and its trustees, read as strictly as egov_crypto does (specification, sections 4.5, 4.7 and 4.10). */

import { compactDigest } from "../booth/encoding.js";
import { hashToScalar } from "../booth/group.js";
import { Table, baseTable, decode, encode, multiples } from "./curve.js";
import { UnsupportedError, VerificationError, coded, FormError } from "./errors.js";
import { fields, integer, isObject, items, load, proof, string } from "./wire.js";

/** @typedef {import("./curve.js").Point} Point */

const UUID = /^[1-9A-HJ-NP-Za-km-z]{14,64}$/;
const OPTIONAL = ["administrator", "credential_authority"];

/** A question with its bounds. */
class Question {
  constructor(value) {
    if (isObject(value) && Object.hasOwn(value, "type")) {
      throw new UnsupportedError("questions of another type are not supported");
    }
    const members = fields(value, ["answers", "blank", "min", "max", "question"], ["blank"]);
    if (members.blank !== undefined && typeof members.blank !== "boolean") throw new FormError("blank is no truth");
    this.blank = members.blank === true;
    this.answers = items(members.answers).map(string);
    this.question = string(members.question);
    this.min = integer(members.min);
    this.max = integer(members.max);
    if (this.answers.length === 0) throw new VerificationError("election.question", "no answers");
    if (this.min > this.max || this.max > this.answers.length) {
      throw new VerificationError("election.question", `min ${this.min}, max ${this.max}`);
    }
  }

  /** The number of ciphertexts in an answer. */
  get size() {
    return this.answers.length + (this.blank ? 1 : 0);
  }
}

/** An election, from the very bytes that its fingerprint is of. */
export class Election {
  /** @param {Uint8Array} raw throws VerificationError (`election.format`, `election.question`) and UnsupportedError */
  constructor(raw) {
    this.raw = raw;
    coded("election.format", () => this.#read(load(raw)));
    this.fingerprint = compactDigest(raw);
  }

  #read(value) {
    if (isObject(value)) {
      const { version = 1, group = "Ed25519" } = value;
      if (version !== 1 && version !== true) throw new UnsupportedError("another version of the protocol");
      if (group !== "Ed25519") throw new UnsupportedError("another group");
    }
    const names = ["version", "description", "name", "group", "public_key", "questions", "uuid", ...OPTIONAL];
    const members = fields(value, names, OPTIONAL);
    integer(members.version);
    this.uuid = string(members.uuid);
    if (!UUID.test(this.uuid)) throw new FormError("not an election's identifier");
    this.questions = items(members.questions).map((question) => new Question(question));
    if (this.questions.length === 0) throw new FormError("no questions");
    this.name = string(members.name);
    this.description = string(members.description);
    this.keyText = members.public_key;
    this.key = point(members.public_key);
    for (const name of OPTIONAL) if (Object.hasOwn(members, name)) string(members[name]);
  }

  /** @returns {Table} of the public key, made when first asked for */
  get keyTable() {
    this.table ??= new Table(this.key);
    return this.table;
  }
}

/** @param {unknown} text @returns {Point} of the prime order, and not the identity; throws FormError */
export function point(text) {
  const read = decode(text);
  if (read === null || read.isIdentity || !read.isInSubgroup) throw new FormError("not a point of the group");
  return read;
}

/**
 * A trustee's public key, whose owner proved to know the private one.
 *
 * @param {any} value @returns {{text: string, key: Point}}
 * Throws VerificationError (`trustees.key`, `trustees.proof`) and FormError.
 */
export function trusteeKey(value) {
  const members = fields(value, ["pok", "public_key"]);
  const { challenge, response } = proof(members.pok);
  const key = coded("trustees.key", () => point(members.public_key));
  const [commitment] = encode([baseTable().addTo(multiples(key, [challenge])[0], response)]);
  if (hashToScalar(`pok|Ed25519|${members.public_key}|${commitment}`) !== challenge) {
    throw new VerificationError("trustees.proof");
  }
  return { text: members.public_key, key };
}

/**
 * @param {Uint8Array} raw the trustees as published: mandatory ones only
 * @returns {{text: string, key: Point}[]} throws VerificationError (`trustees.*`), UnsupportedError
 */
export function parseTrustees(raw) {
  const keys = coded("trustees.format", () => {
    const kinds = items(load(raw)).map((item) => items(item, 2));
    if (kinds.some(([kind]) => kind === "Pedersen")) throw new UnsupportedError("threshold trustees");
    if (kinds.length === 0 || kinds.some(([kind]) => kind !== "Single")) throw new FormError("not a list of trustees");
    return kinds.map(([, value]) => trusteeKey(value));
  });
  if (new Set(keys.map(({ text }) => text)).size !== keys.length) throw new VerificationError("trustees.duplicate");
  return keys;
}
