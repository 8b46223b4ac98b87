/**
 * Questions of lists (specification, section 4.9.3): one list is chosen, and in it at least one candidate.
 *
 * An answer is nested as the lists are: for each list a one or a zero for itself, then one for each of its candidates.
 */

import { ChoiceError, areBits, areTexts } from "./choice.js";

/** A question with lists of candidates. */
export class ListsQuestion {
  static TYPE = "Lists";

  /** @param {any} value as in the question; throws RangeError on one the booth cannot ask */
  constructor(value) {
    const { answers, question } = value ?? {};
    const listed = (texts) => areTexts(texts) && texts.length > 1;
    if (!Array.isArray(answers) || answers.length === 0 || !answers.every(listed) || typeof question !== "string") {
      throw new RangeError("a malformed question of lists");
    }
    this.question = question;
    /** What can be chosen. */
    this.lists = answers.map(([name, ...candidates]) => ({ name, candidates }));
  }

  /** The number of ciphertexts in an answer. */
  get size() {
    return this.lists.reduce((sum, { candidates }) => sum + 1 + candidates.length, 0);
  }

  /**
   * @param {number|null} list the place of the chosen list, from 0 @param {number[]} chosen places of its candidates
   * @returns {number[][]} the answer; throws {@link ChoiceError}
   */
  plaintext(list, chosen) {
    const answer = this.lists.map(({ candidates }, place) =>
      place === list ? [1, ...candidates.map((_, at) => (chosen.includes(at) ? 1 : 0))] : [0, ...candidates.map(() => 0)],
    );
    this.check(answer);
    return answer;
  }

  /** @param {number[][]} answer throws RangeError on another form, {@link ChoiceError} on what is not chosen */
  check(answer) {
    const sizes = this.lists.map(({ candidates }) => 1 + candidates.length);
    if (!Array.isArray(answer) || answer.length !== sizes.length || !answer.every((bits, at) => areBits(bits, sizes[at]))) {
      throw new RangeError("not an answer to this question");
    }
    const chosen = answer.filter(([list]) => list === 1);
    if (chosen.length === 0) throw new ChoiceError("list");
    if (chosen.length > 1 || answer.some(([list, ...bits]) => list === 0 && bits.includes(1))) {
      throw new RangeError("not an answer of one list");
    }
    if (!chosen[0].includes(1, 1)) throw new ChoiceError("candidate");
  }

  /** @param {any[]} values one for each ciphertext @returns {any[][]} list by list */
  nested(values) {
    let at = 0;
    return this.lists.map(({ candidates }) => values.slice(at, (at += 1 + candidates.length)));
  }
}
