/**
 * Questions of all kinds (specification, section 4.9), read as strictly as egov_crypto does.
 *
 * `size` is the number of ciphertexts in an answer. What stands flat here, one value after another, `nested` puts into
 * the form in which it is published, and `flat` takes it from there.
 */

import { FormError, UnsupportedError, VerificationError } from "./errors.js";
import { fields, integer, isObject, items, string } from "./wire.js";

/** The most answers whose numbers fit into a point (section 5.2.1). */
const MOST_PREFERENCES = 30;
const MAX_DEPTH = 16;

/** Choose between `min` and `max` answers, or vote blank (section 4.9.1). */
export class Question {
  constructor(value) {
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

  get size() {
    return this.answers.length + (this.blank ? 1 : 0);
  }

  nested(values) {
    return values;
  }

  flat(values) {
    return items(values);
  }
}

/** Give each answer a number, a rank or a grade: such votes are shuffled and listed one by one (section 4.9.2). */
export class PreferenceQuestion {
  constructor(value) {
    const members = fields(value, ["type", "value", "extra"], ["extra"]);
    if (Object.hasOwn(members, "extra")) checkHint(members.extra, MAX_DEPTH);
    const inner = fields(members.value, ["answers", "question"]);
    this.answers = items(inner.answers).map(string);
    this.question = string(inner.question);
    this.extra = members.extra;
    if (this.answers.length === 0 || this.answers.length > MOST_PREFERENCES) {
      throw new VerificationError("election.question", `${this.answers.length} answers`);
    }
  }

  size = 1;

  nested(values) {
    return values;
  }

  flat(values) {
    return items(values);
  }
}

/** Refuses what other readers of JSON read otherwise: null stands here for numbers too that JavaScript would change. */
function checkHint(value, depth) {
  if (depth === 0) throw new FormError("a hint that goes too deep");
  if (isObject(value) && Object.keys(value).some((name) => /^[0-9]/.test(name))) throw new FormError("a name with a digit");
  if (typeof value === "object" && value !== null) Object.values(value).forEach((one) => checkHint(one, depth - 1));
  else if (typeof value !== "string" && typeof value !== "boolean") integer(value);
}

/** Choose one list and at least one of its candidates (section 4.9.3); each list begins with its own name. */
export class ListsQuestion {
  constructor(value) {
    const members = fields(value, ["type", "value"]);
    const inner = fields(members.value, ["answers", "question"]);
    this.lists = items(inner.answers).map((texts) => items(texts).map(string));
    this.question = string(inner.question);
    if (this.lists.length === 0) throw new VerificationError("election.question", "no lists");
    if (this.lists.some((texts) => texts.length < 2)) throw new VerificationError("election.question", "an empty list");
  }

  get size() {
    return this.lists.reduce((sum, texts) => sum + texts.length, 0);
  }

  nested(values) {
    let at = 0;
    return this.lists.map(({ length }) => values.slice(at, (at += length)));
  }

  flat(values) {
    return items(values, this.lists.length).flatMap((list, at) => items(list, this.lists[at].length));
  }
}

/** @param {any} value @returns {Question|PreferenceQuestion|ListsQuestion} throws FormError, UnsupportedError, VerificationError */
export function parseQuestion(value) {
  if (!isObject(value) || !Object.hasOwn(value, "type")) return new Question(value);
  if (value.type === "NonHomomorphic") return new PreferenceQuestion(value);
  if (value.type === "Lists") return new ListsQuestion(value);
  throw new UnsupportedError("questions of another type are not supported");
}
