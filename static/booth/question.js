/**
 * Homomorphic questions (specification, section 4.9.1) and what may be answered to them.
 *
 * An answer is the protocol's own form, a list of zeros and ones: one for each answer, and before them, where a blank
 * vote is allowed, one that says whether the vote is blank.
 */

import { ChoiceError, areBits, areTexts } from "./choice.js";
import { ListsQuestion } from "./lists.js";
import { PreferenceQuestion } from "./preference.js";

/**
 * @param {any} value a question as the election has it
 * @returns {Question|PreferenceQuestion|ListsQuestion} throws RangeError on one this booth cannot ask
 */
export function readQuestion(value) {
  if (value?.type === undefined) return new Question(value);
  if (value.type === PreferenceQuestion.TYPE) return new PreferenceQuestion(value.value, value.extra);
  if (value.type === ListsQuestion.TYPE) return new ListsQuestion(value.value);
  throw new RangeError("a kind of question this booth does not know");
}

/** A question with answers to choose from. */
export class Question {
  /** @param {object} value the question as the election has it; throws RangeError on one the booth cannot ask */
  constructor(value) {
    const { answers, question, min, max } = value ?? {};
    const natural = (number) => Number.isInteger(number) && number >= 0;
    if (!areTexts(answers)) throw new RangeError("a question without answers");
    if (typeof question !== "string" || !natural(min) || !natural(max) || min > max || max > answers.length) {
      throw new RangeError("a malformed question");
    }
    if (value.blank !== undefined && typeof value.blank !== "boolean") throw new RangeError("a malformed question");
    this.answers = answers;
    this.question = question;
    this.min = min;
    this.max = max;
    this.blank = value.blank === true;
  }

  /** The number of ciphertexts in an answer. */
  get size() {
    return this.answers.length + (this.blank ? 1 : 0);
  }

  /** The numbers of answers that may be chosen: [min, …, max]. */
  get counts() {
    return Array.from({ length: this.max - this.min + 1 }, (_, at) => this.min + at);
  }

  /**
   * @param {number[]} chosen the places of the chosen answers, from 0
   * @param {boolean} blank whether the vote is blank
   * @returns {number[]} the answer; throws {@link ChoiceError}
   */
  plaintext(chosen, blank) {
    const bits = this.answers.map((_, at) => (chosen.includes(at) ? 1 : 0));
    const answer = this.blank ? [blank ? 1 : 0, ...bits] : bits;
    if (blank && !this.blank) throw new ChoiceError("blank");
    this.check(answer);
    return answer;
  }

  /** @param {number[]} answer throws RangeError on another form, {@link ChoiceError} on too few or too many */
  check(answer) {
    if (!areBits(answer, this.size)) throw new RangeError("not an answer to this question");
    const bits = this.blank ? answer.slice(1) : answer;
    const sum = bits.reduce((total, bit) => total + bit, 0);
    if (this.blank && answer[0] === 1) {
      if (sum > 0) throw new ChoiceError("blank");
      return;
    }
    if (sum < this.min) throw new ChoiceError("few");
    if (sum > this.max) throw new ChoiceError("many");
  }
}
