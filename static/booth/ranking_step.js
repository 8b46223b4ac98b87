/** Where candidates are put in order: by buttons, which everybody can use, or by dragging. */

import { Dragging } from "./dragging.js";
import { copyOf, slots, write } from "./page.js";
import { QuestionStep } from "./question_step.js";
import { inLanguage } from "./texts.js";

/** A preference question whose candidates are ranked. */
export class RankingStep extends QuestionStep {
  /** As {@link QuestionStep}, with a {@link import("./preference.js").PreferenceQuestion} without grades. */
  constructor(...parts) {
    super(...parts);
    const { question, sentences } = this;
    this.describe(sentences.say("in-order"), question.blank, this.#counting());
    const board = copyOf("ranking");
    this.answers.append(board);
    [this.ranked] = slots(board, "ranked");
    [this.rest] = slots(board, "rest");
    this.candidates = question.answers.map((answer) => inLanguage(answer, this.language));
    this.items = this.candidates.map((candidate, place) => this.#item(candidate, place));
    /** Places of the candidates that are ranked, the first choice first. */
    this.order = [];
    this.blank = null;
    if (question.blank) {
      const list = document.createElement("div");
      list.className = "govuk-checkboxes";
      this.answers.append(list);
      this.blank = this.blankChoice(list, "checkboxes");
      this.blank.addEventListener("change", () => this.blank.checked && this.#arrange([], sentences.say("all-unranked")));
    }
    new Dragging(board, {
      items: () => this.order.map((place) => this.items[place]),
      move: (item, to) => this.#place(this.items.indexOf(item), to),
      end: (item) => this.#announce(this.items.indexOf(item)),
    });
    this.#show();
  }

  get plaintext() {
    const ranks = this.items.map((_, place) => this.order.indexOf(place) + 1);
    return this.question.plaintext(ranks, this.blank?.checked ?? false);
  }

  get chosen() {
    if (this.blank?.checked) return [{ text: this.sentences.say("blank"), language: null }];
    const lines = this.order.map((place, at) => {
      const { text, language } = this.candidates[place];
      return { text: `${at + 1}. ${text}`, language };
    });
    const rest = this.candidates.filter((_, place) => !this.order.includes(place));
    if (rest.length === 0) return lines;
    const names = rest.map(({ text }) => text).join(", ");
    return [...lines, { text: this.sentences.say("rest", { names }), language: null }];
  }

  get field() {
    return this.#buttons(this.rest.firstElementChild).rank;
  }

  clear() {
    super.clear();
    this.order = [];
    this.#show();
  }

  sentence() {
    return this.sentences.say(this.question.blank ? "rank-or-blank" : "rank");
  }

  #counting() {
    const { method, seats } = this.question;
    if (method === "STV") return this.sentences.say("by-transfers", { n: seats });
    return this.sentences.say({ IRV: "by-elimination", Borda: "by-points" }[method] ?? "by-pairs");
  }

  #item({ text, language }, place) {
    const item = copyOf("ranking-item");
    item.id = `${this.name}-answer-${place}`;
    write(slots(item, "candidate")[0], text, language);
    for (const [act, button] of Object.entries(this.#buttons(item))) {
      button.id = `${item.id}-${act}`;
      write(button.querySelector("span"), `: ${text}`, language);
      button.addEventListener("click", () => this.#act(act, place));
    }
    return item;
  }

  /** Of one candidate: `{rank, first, up, down, remove}`. */
  #buttons(item) {
    return Object.fromEntries([...item.querySelectorAll("[data-rank]")].map((button) => [button.dataset.rank, button]));
  }

  #act(act, place) {
    const at = this.order.indexOf(place);
    const to = { rank: this.order.length, first: 0, up: at - 1, down: at + 1, remove: null }[act];
    const left = act === "rank" ? [...this.rest.children].indexOf(this.items[place]) : at;
    this.#place(place, to);
    this.#announce(place);
    this.#focusAfter(act, this.items[place], left);
  }

  /** After ranking or taking out, the next one of the same list; after moving, the same candidate. */
  #focusAfter(act, moved, left) {
    const list = { rank: this.rest, remove: this.ranked }[act];
    const next = list?.children[Math.min(left, list.children.length - 1)];
    const buttons = this.#buttons(next ?? moved);
    const open = [buttons[act], ...Object.values(buttons)].find((button) => !button.hidden);
    open.focus();
  }

  /** Gives a candidate the place `to` among the ranked, from 0; none if it is null. */
  #place(place, to) {
    const others = this.order.filter((other) => other !== place);
    const order = to === null ? others : [...others.slice(0, to), place, ...others.slice(to)];
    if (order.length > 0 && this.blank !== null) this.blank.checked = false;
    if (order.join() === this.order.join()) return;
    this.order = order;
    this.#show();
  }

  #arrange(order, said) {
    this.order = order;
    this.#show();
    this.tell(said);
  }

  #announce(place) {
    const at = this.order.indexOf(place);
    const values = { name: this.candidates[place].text, place: at + 1, total: this.items.length };
    this.tell(this.sentences.say(at < 0 ? "unranked" : "ranked", values));
  }

  #show() {
    const rest = this.items.filter((_, place) => !this.order.includes(place));
    this.ranked.replaceChildren(...this.order.map((place) => this.items[place]));
    this.rest.replaceChildren(...rest);
    slots(this.section, "none-ranked")[0].hidden = this.order.length > 0;
    slots(this.section, "rest-part")[0].hidden = rest.length === 0;
    this.items.forEach((item, place) => {
      const at = this.order.indexOf(place);
      const useful = at < 0 ? ["rank"] : ["remove"];
      if (at > 1) useful.push("first");
      if (at > 0) useful.push("up");
      if (at >= 0 && at < this.order.length - 1) useful.push("down");
      slots(item, "rank")[0].textContent = at < 0 ? "" : `${at + 1}.`;
      for (const [act, button] of Object.entries(this.#buttons(item))) button.hidden = !useful.includes(act);
    });
  }
}
