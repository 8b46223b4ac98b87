/** Where a list is chosen, and candidates on it. */

import { copyOf, slots } from "./page.js";
import { QuestionStep } from "./question_step.js";
import { inLanguage } from "./texts.js";

/** A question of lists: a radio button for each, and below the chosen one its candidates. */
export class ListsStep extends QuestionStep {
  /** As {@link QuestionStep}, with a {@link import("./lists.js").ListsQuestion}. */
  constructor(...parts) {
    super(...parts);
    this.describe(this.sentences.say("by-lists"), false);
    this.answers.className = "govuk-radios";
    this.lists = this.question.lists.map((list, place) => this.#list(list, place));
    this.section.addEventListener("change", (event) => this.#changed(event.target));
  }

  get plaintext() {
    const list = this.#at;
    return this.question.plaintext(list < 0 ? null : list, list < 0 ? [] : this.lists[list].chosen());
  }

  get chosen() {
    const list = this.lists[this.#at];
    if (list === undefined) return [{ text: this.sentences.say("nothing"), language: null }];
    const candidates = list.chosen().map((place) => list.candidates[place]);
    return [list.name, ...candidates.map(({ text, language }) => ({ text: `– ${text}`, language }))];
  }

  get field() {
    return (this.lists[this.#at]?.inputs ?? this.lists.map(({ input }) => input))[0];
  }

  clear() {
    super.clear();
    this.#show();
  }

  sentence(code) {
    return this.sentences.say(code === "list" ? "choose-list" : "choose-candidate");
  }

  /** The place of the chosen list, or -1. */
  get #at() {
    return this.lists.findIndex(({ input }) => input.checked);
  }

  #list({ name, candidates }, place) {
    const read = inLanguage(name, this.language);
    const input = this.choice(this.answers, "radios", `answer-${place}`, read);
    const part = copyOf("listed");
    slots(part, "list")[0].textContent = this.sentences.say("candidates", { list: read.text });
    const [list] = slots(part, "candidates");
    const texts = candidates.map((candidate) => inLanguage(candidate, this.language));
    const inputs = texts.map((text, at) => this.choice(list, "checkboxes", `answer-${place}-${at}`, text, `-${place}`));
    this.answers.append(part);
    const chosen = () => inputs.flatMap(({ checked }, at) => (checked ? [at] : []));
    return { name: read, candidates: texts, input, inputs, part, chosen };
  }

  /** Another list takes the place of the one before, whose candidates are chosen no more. */
  #changed(input) {
    const list = this.lists[this.#at];
    const left = this.lists.find((other) => other !== list && other.chosen().length > 0);
    for (const candidate of left?.inputs ?? []) candidate.checked = false;
    this.#show();
    if (left !== undefined) this.tell(this.sentences.say("list-left", { list: left.name.text }));
    else if (input !== list?.input) this.tell(this.sentences.say("candidates-chosen", { n: list.chosen().length }));
    else this.tell("");
  }

  #show() {
    for (const { input, part } of this.lists) part.hidden = !input.checked;
  }
}
