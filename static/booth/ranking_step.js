/** Where candidates are put in order: by buttons, which everybody can use, or by dragging. */

import { Dragging } from "./dragging.js";
import { Order } from "./order.js";
import { copyOf, slots, write } from "./page.js";
import { QuestionStep } from "./question_step.js";
import { inLanguage } from "./texts.js";

/** A preference question whose candidates are ranked. */
export class RankingStep extends QuestionStep {
  /** As {@link QuestionStep}, with a {@link import("./preference.js").PreferenceQuestion} without grades. */
  constructor(...parts) {
    super(...parts);
    const { question, sentences } = this;
    const rule = question.shared ? `${sentences.say("in-order")} ${sentences.say("shared")}` : sentences.say("in-order");
    this.describe(rule, question.blank, this.#counting());
    const board = copyOf("ranking");
    this.answers.append(board);
    [this.ranked] = slots(board, "ranked");
    [this.rest] = slots(board, "rest");
    this.candidates = question.answers.map((answer) => inLanguage(answer, this.language));
    this.items = this.candidates.map((candidate, place) => this.#item(candidate, place));
    this.order = new Order();
    this.blank = null;
    if (question.blank) {
      const list = document.createElement("div");
      list.className = "govuk-checkboxes";
      this.answers.append(list);
      this.blank = this.blankChoice(list, "checkboxes");
      this.blank.addEventListener("change", () => this.blank.checked && this.#empty(sentences.say("all-unranked")));
    }
    new Dragging(board, {
      items: () => this.order.candidates.map((place) => this.items[place]),
      move: (item, to) => this.#set(this.#dragged(this.items.indexOf(item), to)),
      level: question.shared ? (item, other) => this.#set(this.#leveled(item, other)) : null,
      now: () => this.order,
      back: (order) => this.#set(order),
      end: (item) => this.#announce(this.items.indexOf(item)),
    });
    this.#show();
  }

  get plaintext() {
    const ranks = this.items.map((_, place) => this.order.rank(place));
    return this.question.plaintext(ranks, this.blank?.checked ?? false);
  }

  get chosen() {
    if (this.blank?.checked) return [{ text: this.sentences.say("blank"), language: null }];
    const lines = this.order.candidates.map((place) => {
      const { text, language } = this.candidates[place];
      const line = `${this.order.rank(place)}. ${text}`;
      return { text: this.#follows(place) ? `${line} ${this.sentences.say("same")}` : line, language };
    });
    const rest = this.candidates.filter((_, place) => this.order.rank(place) === 0);
    if (rest.length === 0) return lines;
    const names = rest.map(({ text }) => text).join(", ");
    return [...lines, { text: this.sentences.say("rest", { names }), language: null }];
  }

  get field() {
    return this.#buttons(this.rest.firstElementChild).rank;
  }

  clear() {
    super.clear();
    this.order = new Order();
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

  /** Of one candidate: `{rank, up, down, level, first, remove}`. */
  #buttons(item) {
    return Object.fromEntries([...item.querySelectorAll("[data-rank]")].map((button) => [button.dataset.rank, button]));
  }

  #act(act, place) {
    const left = [...(act === "rank" ? this.rest : this.ranked).children].indexOf(this.items[place]);
    this.#set(this.order.moves(place, this.question.shared)[act]);
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

  #dragged(place, to) {
    return to === null ? this.order.without(place) : this.order.with(place, to);
  }

  #leveled(item, other) {
    return this.order.level(this.items.indexOf(item), this.items.indexOf(other));
  }

  #set(order) {
    if (order.tiers.length > 0 && this.blank !== null) this.blank.checked = false;
    if (JSON.stringify(order.tiers) === JSON.stringify(this.order.tiers)) return;
    this.order = order;
    this.#show();
  }

  #empty(said) {
    this.order = new Order();
    this.#show();
    this.tell(said);
  }

  /** Whether a candidate stands below another one with whom it shares the place. */
  #follows(place) {
    const [first] = this.order.tiers[this.order.rank(place) - 1] ?? [place];
    return first !== place;
  }

  #announce(place) {
    const others = this.order.beside(place).map((other) => this.candidates[other].text);
    const name = others.length > 0 ? "ranked-with" : this.order.rank(place) > 0 ? "ranked" : "unranked";
    const { text } = this.candidates[place];
    const values = { place: this.order.rank(place), total: this.items.length, others: others.join(", ") };
    this.tell(this.sentences.say(name, { name: text, ...values }));
  }

  #show() {
    const rest = this.items.filter((_, place) => this.order.rank(place) === 0);
    this.ranked.replaceChildren(...this.order.candidates.map((place) => this.items[place]));
    this.rest.replaceChildren(...rest);
    slots(this.section, "none-ranked")[0].hidden = this.order.tiers.length > 0;
    slots(this.section, "rest-part")[0].hidden = rest.length === 0;
    this.items.forEach((item, place) => {
      const rank = this.order.rank(place);
      const moves = this.order.moves(place, this.question.shared);
      item.classList.toggle("booth-ranking__item--level", this.#follows(place));
      slots(item, "rank")[0].textContent = rank === 0 ? "" : `${rank}.`;
      for (const [act, button] of Object.entries(this.#buttons(item))) button.hidden = !(act in moves);
    });
  }
}
