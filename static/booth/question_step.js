/** The steps where questions are answered, one question a page: what those of all kinds have in common. */

import { ChoiceError } from "./choice.js";
import { clearError, copyOf, fill, showError, slots, write } from "./page.js";
import { inLanguage } from "./texts.js";

/**
 * One question. What was chosen lives in the page's form alone. Each kind adds: `plaintext`, the answer in the
 * protocol's form, which throws {@link ChoiceError}; `chosen`, the answer as the voter reads it, `[{text, language}]`;
 * `field`, to which an error leads; `sentence(code)` of an error.
 */
export class QuestionStep {
  /**
   * @param {{question: string}} question @param {number} at its place, from 0 @param {number} total
   * @param {import("./page.js").Sentences} sentences @param {string} language
   * @param {() => void} answered
   */
  constructor(question, at, total, sentences, language, answered) {
    this.question = question;
    this.name = `question-${at}`;
    this.sentences = sentences;
    this.language = language;
    this.answered = answered;
    this.section = copyOf("question");
    this.section.dataset.step = this.name;
    this.answers = slots(this.section, "answers")[0];
    const heading = slots(this.section, "question")[0];
    heading.id = `${this.name}-heading`;
    const { text, language: spoken } = inLanguage(question.question, language);
    write(heading, text, spoken);
    if (total > 1) fill(this.section, "place", sentences.say("place", { number: at + 1, total }));
    else slots(this.section, "place")[0].remove();
    this.section.querySelector("form").addEventListener("submit", (event) => this.#submit(event));
  }

  /** Forgets what was chosen. */
  clear() {
    this.section.querySelector("form").reset();
    this.tell("");
    clearError(this.section);
  }

  /** Writes how the question is answered, and how the votes are counted where that is not plain. */
  describe(rule, blank, how = "") {
    const hint = slots(this.section, "hint")[0];
    hint.id = `${this.name}-hint`;
    hint.textContent = blank ? `${rule} ${this.sentences.say("or-blank")}` : rule;
    slots(this.section, "how-part")[0].hidden = how === "";
    slots(this.section, "how")[0].textContent = how;
    slots(this.section, "field-error")[0].id = `${this.name}-error`;
    this.section.querySelector("fieldset").setAttribute("aria-describedby", `${hint.id} ${this.name}-error`);
  }

  /** Says what a change has done, to those who hear the page too. */
  tell(text) {
    slots(this.section, "count")[0].textContent = text;
  }

  /**
   * Adds a radio button or a checkbox.
   *
   * @param {HTMLElement} list @param {"radios"|"checkboxes"} kind @param {string} id within the question
   * @param {{text: string, language: string|null}} label
   * @param {string} group radio buttons of one group exclude each other; nothing is ever submitted
   * @returns {HTMLInputElement}
   */
  choice(list, kind, id, label, group = "") {
    const item = copyOf(`${kind}-item`);
    const input = item.querySelector("input");
    const text = item.querySelector("label");
    input.id = `${this.name}-${id}`;
    input.name = this.name + group;
    text.htmlFor = input.id;
    write(text, label.text, label.language);
    list.append(item);
    return input;
  }

  /** Adds the blank vote below the answers. @returns {HTMLInputElement} */
  blankChoice(list, kind) {
    const divider = document.createElement("div");
    divider.className = `govuk-${kind}__divider`;
    divider.textContent = this.sentences.say("or");
    list.append(divider);
    return this.choice(list, kind, "answer-blank", { text: this.sentences.say("blank"), language: null });
  }

  #submit(event) {
    event.preventDefault();
    try {
      void this.plaintext;
    } catch (error) {
      if (!(error instanceof ChoiceError)) throw error;
      showError(this.section, this.field, this.sentence(error.code), this.sentences);
      return;
    }
    clearError(this.section);
    this.answered();
  }
}
