/** The election, read as strictly as egov_crypto does (specification, section 4.10). */

import { compactDigest } from "../booth/encoding.js";
import { Table, decode } from "./curve.js";
import { UnsupportedError, VerificationError, coded, FormError } from "./errors.js";
import { PreferenceQuestion, parseQuestion } from "./question.js";
import { fields, integer, isObject, items, load, string } from "./wire.js";

/** @typedef {import("./curve.js").Point} Point */

const UUID = /^[1-9A-HJ-NP-Za-km-z]{14,64}$/;
const OPTIONAL = ["administrator", "credential_authority"];

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
    this.questions = items(members.questions).map((question) => parseQuestion(question));
    if (this.questions.length === 0) throw new FormError("no questions");
    this.name = string(members.name);
    this.description = string(members.description);
    this.keyText = members.public_key;
    this.key = point(members.public_key);
    for (const name of OPTIONAL) if (Object.hasOwn(members, name)) string(members[name]);
  }

  /** The places, from 0, of the questions whose votes are shuffled before they are decrypted. */
  get shuffled() {
    return [...this.questions.keys()].filter((at) => this.questions[at] instanceof PreferenceQuestion);
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
