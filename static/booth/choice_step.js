/** Where answers are chosen. */

import { QuestionStep } from "./question_step.js";
import { inLanguage } from "./texts.js";

/** A homomorphic question: radios where exactly one answer is chosen, else checkboxes. */
export class ChoiceStep extends QuestionStep {
  /** As {@link QuestionStep}, with a {@link import("./question.js").Question}. */
  constructor(...parts) {
    super(...parts);
    const { question } = this;
    this.radios = question.min === 1 && question.max === 1;
    this.kind = this.radios ? "radios" : "checkboxes";
    this.describe(this.#rule(), question.blank);
    this.answers.className = `govuk-${this.kind}`;
    this.inputs = question.answers.map((answer, place) => {
      return this.choice(this.answers, this.kind, `answer-${place}`, inLanguage(answer, this.language));
    });
    this.blank = question.blank ? this.blankChoice(this.answers, this.kind) : null;
    this.section.addEventListener("change", (event) => this.#changed(event.target));
  }

  get plaintext() {
    const chosen = this.inputs.flatMap((input, place) => (input.checked ? [place] : []));
    return this.question.plaintext(chosen, this.blank?.checked ?? false);
  }

  get chosen() {
    if (this.blank?.checked) return [{ text: this.sentences.say("blank"), language: null }];
    const chosen = this.question.answers.filter((_, place) => this.inputs[place].checked);
    if (chosen.length === 0) return [{ text: this.sentences.say("nothing"), language: null }];
    return chosen.map((answer) => inLanguage(answer, this.language));
  }

  get field() {
    return this.inputs[0];
  }

  sentence(code) {
    const { min, max, blank } = this.question;
    if (code === "many") return this.sentences.say("many", { n: max });
    if (code === "blank") return this.sentences.say("blank-beside");
    const none = this.inputs.every(({ checked }) => !checked);
    if (none && blank) return this.sentences.say("choose-or-blank");
    return none && min === 1 ? this.sentences.say("choose") : this.sentences.say("few", { n: min });
  }

  #rule() {
    const { min, max, answers } = this.question;
    if (this.radios) return this.sentences.say("one-of");
    if (min === max) return this.sentences.say("exactly", { n: max });
    if (min === 0 && max === 1) return this.sentences.say("at-most-one");
    if (min === 0) return this.sentences.say("at-most", { n: Math.min(max, answers.length) });
    return this.sentences.say("between", { least: min, n: max });
  }

  /** A blank vote and an answer take each other's place; the number chosen is said as it changes. */
  #changed(input) {
    if (this.radios) return;
    if (input.checked && this.blank !== null) {
      if (input === this.blank) for (const other of this.inputs) other.checked = false;
      else this.blank.checked = false;
    }
    const n = this.inputs.filter(({ checked }) => checked).length;
    this.tell(this.blank?.checked ? "" : this.sentences.say("chosen", { n }));
  }
}
