/** The steps where questions are answered, one question a page. */

import { clearError, copyOf, fill, showError, slots, write } from "./page.js";
import { ChoiceError } from "./question.js";
import { inLanguage } from "./texts.js";

/** One question with its answers. What was chosen lives in the page's form alone. */
export class QuestionStep {
  /**
   * @param {import("./question.js").Question} question @param {number} at its place, from 0 @param {number} total
   * @param {import("./page.js").Sentences} sentences @param {string} language
   * @param {(plaintext: number[]) => void} answered
   */
  constructor(question, at, total, sentences, language, answered) {
    this.question = question;
    this.sentences = sentences;
    this.language = language;
    this.answered = answered;
    this.radios = question.min === 1 && question.max === 1;
    this.section = copyOf("question");
    this.section.dataset.step = `question-${at}`;
    const heading = slots(this.section, "question")[0];
    heading.id = `question-${at}-heading`;
    const { text, language: spoken } = inLanguage(question.question, language);
    write(heading, text, spoken);
    this.#describe(at, total);
    this.inputs = question.answers.map((answer, place) => this.#item(at, place, inLanguage(answer, language)));
    this.blank = question.blank ? this.#blankItem(at) : null;
    this.section.querySelector("form").addEventListener("submit", (event) => this.#submit(event));
    this.section.addEventListener("change", (event) => this.#changed(event.target));
  }

  /** @returns {number[]} the answer in the protocol's form; throws ChoiceError */
  get plaintext() {
    const chosen = this.inputs.flatMap((input, place) => (input.checked ? [place] : []));
    return this.question.plaintext(chosen, this.blank?.checked ?? false);
  }

  /** The chosen answers as the voter reads them: `[{text, language}]`. */
  get chosen() {
    if (this.blank?.checked) return [{ text: this.sentences.say("blank"), language: null }];
    const chosen = this.question.answers.filter((_, place) => this.inputs[place].checked);
    if (chosen.length === 0) return [{ text: this.sentences.say("nothing"), language: null }];
    return chosen.map((answer) => inLanguage(answer, this.language));
  }

  /** Forgets what was chosen. */
  clear() {
    this.section.querySelector("form").reset();
    slots(this.section, "count")[0].textContent = "";
    clearError(this.section);
  }

  #describe(at, total) {
    const { min, max, blank, answers } = this.question;
    if (total > 1) fill(this.section, "place", this.sentences.say("place", { number: at + 1, total }));
    else slots(this.section, "place")[0].remove();
    const rule = () => {
      if (this.radios) return this.sentences.say("one-of");
      if (min === max) return this.sentences.say("exactly", { n: max });
      if (min === 0 && max === 1) return this.sentences.say("at-most-one");
      if (min === 0) return this.sentences.say("at-most", { n: Math.min(max, answers.length) });
      return this.sentences.say("between", { least: min, n: max });
    };
    const hint = slots(this.section, "hint")[0];
    hint.id = `question-${at}-hint`;
    hint.textContent = blank ? `${rule()} ${this.sentences.say("or-blank")}` : rule();
    slots(this.section, "field-error")[0].id = `question-${at}-error`;
    const list = slots(this.section, "answers")[0];
    list.className = this.radios ? "govuk-radios" : "govuk-checkboxes";
    this.section.querySelector("fieldset").setAttribute("aria-describedby", `${hint.id} question-${at}-error`);
  }

  #item(at, place, { text, language }) {
    const item = copyOf(this.radios ? "radios-item" : "checkboxes-item");
    const input = item.querySelector("input");
    const label = item.querySelector("label");
    input.id = `question-${at}-answer-${place}`;
    input.name = `question-${at}`; // radios of one name exclude each other; nothing is ever submitted
    label.htmlFor = input.id;
    write(label, text, language);
    slots(this.section, "answers")[0].append(item);
    return input;
  }

  #blankItem(at) {
    const divider = document.createElement("div");
    divider.className = this.radios ? "govuk-radios__divider" : "govuk-checkboxes__divider";
    divider.textContent = this.sentences.say("or");
    slots(this.section, "answers")[0].append(divider);
    return this.#item(at, "blank", { text: this.sentences.say("blank"), language: null });
  }

  /** A blank vote and an answer take each other's place; the number chosen is said as it changes. */
  #changed(input) {
    if (!this.radios && input.checked && this.blank !== null) {
      if (input === this.blank) for (const other of this.inputs) other.checked = false;
      else this.blank.checked = false;
    }
    if (this.radios) return;
    const n = this.inputs.filter(({ checked }) => checked).length;
    slots(this.section, "count")[0].textContent = this.blank?.checked ? "" : this.sentences.say("chosen", { n });
  }

  #submit(event) {
    event.preventDefault();
    let plaintext;
    try {
      plaintext = this.plaintext;
    } catch (error) {
      if (!(error instanceof ChoiceError)) throw error;
      showError(this.section, this.inputs[0], this.#sentence(error.code), this.sentences);
      return;
    }
    clearError(this.section);
    this.answered(plaintext);
  }

  #sentence(code) {
    const { min, max, blank } = this.question;
    if (code === "many") return this.sentences.say("many", { n: max });
    if (code === "blank") return this.sentences.say("blank-beside");
    const none = this.inputs.every(({ checked }) => !checked);
    if (none && blank) return this.sentences.say("choose-or-blank");
    return none && min === 1 ? this.sentences.say("choose") : this.sentences.say("few", { n: min });
  }
}
