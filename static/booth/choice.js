/** What is wrong with an answer that a voter gave, whatever the kind of question. */

/**
 * The question does not allow the choice. The `code` is "few", "many" or "blank" (of answers, section 4.9.1), "none"
 * (nothing is ranked or graded), "list" or "candidate" (none is chosen).
 */
export class ChoiceError extends Error {
  /** @param {"few"|"many"|"blank"|"none"|"list"|"candidate"} code */
  constructor(code) {
    super(`a choice that the question does not allow: ${code}`);
    this.code = code;
  }
}

/** @param {unknown} value @returns {boolean} whether it is a list of texts, and not an empty one */
export function areTexts(value) {
  return Array.isArray(value) && value.length > 0 && value.every((text) => typeof text === "string");
}

/** @param {unknown} bits @param {number} count @returns {boolean} whether they are so many zeros and ones */
export function areBits(bits, count) {
  return Array.isArray(bits) && bits.length === count && bits.every((bit) => bit === 0 || bit === 1);
}
