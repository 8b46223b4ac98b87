/**
 * Homomorphic questions (specification, section 4.9.1) and what may be answered to them.
 *
 * An answer is the protocol's own form, a list of zeros and ones: one for each answer, and before them, where a blank
 * vote is allowed, one that says whether the vote is blank.
 */

/** The voter chose too few or too many; `code` is "few", "many" or "blank". */
export class ChoiceError extends Error {
  /** @param {"few"|"many"|"blank"} code */
  constructor(code) {
    super(`a choice that the question does not allow: ${code}`);
    this.code = code;
  }
}

/** A question this booth can ask. */
export class Question {
  /** @param {object} value the question as the election has it; throws RangeError on one the booth cannot ask */
  constructor(value) {
    const { answers, question, min, max } = value ?? {};
    const natural = (number) => Number.isInteger(number) && number >= 0;
    if (!Array.isArray(answers) || answers.length === 0 || !answers.every((answer) => typeof answer === "string")) {
      throw new RangeError("a question without answers, or of a kind this booth does not know");
    }
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
    if (answer.length !== this.size || !answer.every((bit) => bit === 0 || bit === 1)) {
      throw new RangeError("not an answer to this question");
    }
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
