/** Where each candidate gets a grade. */

import { copyOf, slots, write } from "./page.js";
import { QuestionStep } from "./question_step.js";
import { inLanguage } from "./texts.js";

/** A preference question with grades: one group of radio buttons a candidate, so that it fits a narrow screen. */
export class GradingStep extends QuestionStep {
  /** As {@link QuestionStep}, with a {@link import("./preference.js").PreferenceQuestion} that has grades. */
  constructor(...parts) {
    super(...parts);
    const { question, sentences } = this;
    this.grades = question.grades.map((grade) => inLanguage(grade, this.language));
    this.candidates = question.answers.map((answer) => inLanguage(answer, this.language));
    const worst = this.grades.at(-1).text;
    const rule = `${sentences.say("in-grades")} ${sentences.say("ungraded", { grade: worst })}`;
    this.describe(rule, question.blank, sentences.say("by-grades"));
    /** For each candidate its radio buttons: first that it is not graded, then the grades. */
    this.inputs = this.candidates.map((candidate, place) => this.#candidate(candidate, place));
    this.blank = null;
    if (question.blank) {
      const list = document.createElement("div");
      list.className = "govuk-checkboxes";
      this.answers.append(list);
      this.blank = this.blankChoice(list, "checkboxes");
    }
    this.section.addEventListener("change", (event) => this.#changed(event.target));
  }

  get plaintext() {
    return this.question.plaintext(this.#values, this.blank?.checked ?? false);
  }

  get chosen() {
    if (this.blank?.checked) return [{ text: this.sentences.say("blank"), language: null }];
    return this.#values.map((value, place) => {
      const { text, language } = this.candidates[place];
      return { text: `${text}: ${value === 0 ? this.sentences.say("not-graded") : this.grades[value - 1].text}`, language };
    });
  }

  get field() {
    return this.inputs[0][1];
  }

  sentence() {
    return this.sentences.say(this.question.blank ? "grade-or-blank" : "grade");
  }

  get #values() {
    return this.inputs.map((inputs) => Math.max(0, inputs.findIndex(({ checked }) => checked)));
  }

  #candidate({ text, language }, place) {
    const group = copyOf("graded");
    write(slots(group, "candidate")[0], text, language);
    const [list] = slots(group, "grades");
    const name = `answer-${place}`;
    const grades = this.grades.map((grade, at) => this.choice(list, "radios", `${name}-${at + 1}`, grade, `-${name}`));
    const none = { text: this.sentences.say("not-graded"), language: null };
    this.answers.append(group);
    return [this.choice(list, "radios", `${name}-0`, none, `-${name}`), ...grades];
  }

  /** A blank vote and a grade take each other's place. */
  #changed(input) {
    if (this.blank === null) return;
    if (input !== this.blank) {
      if (this.#values.some((value) => value > 0)) this.blank.checked = false;
      return;
    }
    if (input.checked) for (const other of this.inputs.flat()) other.checked = false;
  }
}
