/**
 * Preference questions (the specification's non-homomorphic ones, section 4.9.2): candidates are ranked or graded.
 *
 * An answer is a number for each candidate: its rank, 1 being the first, or its grade, 1 being the best; 0 for neither.
 * Zeros alone are a blank vote. What is asked depends on how the votes will be counted, which the question's `extra` says.
 */

import { ChoiceError, areTexts } from "./choice.js";

/** Members of `extra` beside `type` and `blank`, by method; as strict as egov_crypto/counting/method.py. */
const METHODS = { Schulze: [], Condorcet: [], Borda: [], IRV: [], STV: ["rules", "seats"], MajorityJudgment: ["grades"] };
/** Those that only mind who is ahead of whom, so that a voter may give several candidates one rank. */
const SHARED = ["Schulze", "Condorcet", "Borda"];
const RULES = ["scottish", "meek"];
const MAX_ANSWERS = 30;
const MAX_GRADES = 255;
const MAX_SEATS = 2 ** 30 - 1;

/** A question whose candidates are ranked or graded. */
export class PreferenceQuestion {
  static TYPE = "NonHomomorphic";

  /**
   * @param {any} value as in the question @param {any} extra the method of counting, such as
   * `{"type":"STV","blank":true,"rules":"scottish","seats":3}`; throws RangeError on what the booth cannot ask
   */
  constructor(value, extra) {
    const { answers, question } = value ?? {};
    if (!areTexts(answers) || answers.length > MAX_ANSWERS || typeof question !== "string") {
      throw new RangeError("a malformed preference question");
    }
    if (!isMethod(extra)) throw new RangeError("a method of counting this booth does not know");
    const { type, blank, seats = 1, grades = null } = extra;
    this.answers = answers;
    this.question = question;
    this.method = type;
    this.blank = blank;
    this.seats = seats;
    /** Texts, the best first; null where the candidates are ranked. */
    this.grades = grades;
    /** Whether several candidates may have one rank. */
    this.shared = SHARED.includes(type);
  }

  /** The number of ciphertexts in an answer. */
  get size() {
    return 1;
  }

  /**
   * @param {number[]} values for each candidate @param {boolean} blank whether the vote is blank
   * @returns {number[]} the answer; throws {@link ChoiceError}
   */
  plaintext(values, blank) {
    const none = values.every((value) => value === 0);
    if (blank && !(none && this.blank)) throw new ChoiceError("blank");
    if (none && !blank) throw new ChoiceError("none");
    this.check(values);
    return [...values];
  }

  /**
   * @param {number[]} answer throws RangeError on another form, a grade there is not, and ranks that are not 1, 2, 3 …,
   * each given once where none is shared;
   * {@link ChoiceError} on a blank vote where there is none
   */
  check(answer) {
    const most = this.grades?.length ?? this.answers.length;
    const fits = (value) => Number.isInteger(value) && value >= 0 && value <= most;
    if (!Array.isArray(answer) || answer.length !== this.answers.length || !answer.every(fits)) {
      throw new RangeError("not an answer to this question");
    }
    const given = answer.filter((value) => value > 0);
    if (given.length === 0 && !this.blank) throw new ChoiceError("none");
    const ranks = new Set(given).size;
    const inOrder = Math.max(0, ...given) === ranks && (this.shared || ranks === given.length);
    if (this.grades === null && !inOrder) throw new RangeError("not a ranking");
  }
}

/** Whether it is what a question says of a method of counting. */
function isMethod(extra) {
  const own = Object.hasOwn(METHODS, extra?.type) ? METHODS[extra.type] : null;
  // In this order: of another one those who count say that it is no method, and a voter would be told that it is.
  if (own === null || Object.keys(extra).join() !== ["type", "blank", ...own].join()) return false;
  const { blank, rules = RULES[0], seats = 1, grades } = extra;
  if (own.includes("grades") && !areGrades(grades)) return false;
  return typeof blank === "boolean" && RULES.includes(rules) && Number.isInteger(seats) && seats >= 1 && seats <= MAX_SEATS;
}

/** Whether they are several texts, each another one. */
function areGrades(grades) {
  if (!areTexts(grades) || grades.length < 2 || grades.length > MAX_GRADES) return false;
  return !grades.includes("") && new Set(grades).size === grades.length;
}
