/** Small means for the booth's page: its sentences, its parts, its errors, files to save. */

import { groupsOfFour } from "./texts.js";

/** The sentences that the page brought along, in its language. */
export class Sentences {
  /** @param {HTMLTemplateElement} template @param {string} language */
  constructor(template, language) {
    this.rules = new Intl.PluralRules(language);
    this.texts = new Map();
    for (const { dataset, textContent } of template.content.children) {
      this.texts.set(dataset.form ? `${dataset.name}.${dataset.form}` : dataset.name, textContent);
    }
  }

  /**
   * @param {string} name @param {Record<string, string|number>} [values] for the braces in the sentence; `n`, if given,
   * chooses the plural form
   */
  say(name, values = {}) {
    const form = values.n === undefined ? undefined : this.rules.select(values.n);
    const text = this.texts.get(`${name}.${form}`) ?? this.texts.get(`${name}.many`) ?? this.texts.get(name);
    if (text === undefined) throw new Error(`the page has no sentence ${name}`);
    return text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
  }
}

/** @param {ParentNode} root @param {string} name @returns {HTMLElement[]} the places of that name */
export function slots(root, name) {
  return [...root.querySelectorAll(`[data-slot="${name}"]`)];
}

/** Writes `text` into every place of that name; with a language, says which one it is. */
export function fill(root, name, text, language = null) {
  for (const slot of slots(root, name)) write(slot, text, language);
}

/** @param {HTMLElement} element @param {string} text @param {string|null} language its own, if known */
export function write(element, text, language = null) {
  element.textContent = text;
  if (language === null) element.removeAttribute("lang");
  else element.lang = language;
}

/** Writes a code in groups of four; copying it gives it without gaps. */
export function fillCode(root, name, code) {
  for (const slot of slots(root, name)) {
    const groups = groupsOfFour(code).map((group) => {
      const span = document.createElement("span");
      span.textContent = group;
      return span;
    });
    slot.replaceChildren(...groups);
  }
}

/** @param {string} id of a template @returns {HTMLElement} a fresh copy of what is in it */
export function copyOf(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

/**
 * Shows what is wrong with a form: a summary on top that has the focus, and the same sentence at the field.
 *
 * @param {HTMLElement} step @param {HTMLElement} field to which the summary leads @param {string} message
 * @param {Sentences} sentences
 */
export function showError(step, field, message, sentences) {
  const summary = copyOf("error-summary");
  const link = summary.querySelector("a");
  link.textContent = message;
  link.href = `#${field.id}`;
  link.addEventListener("click", (event) => {
    event.preventDefault(); // the address stays as it is, so that going back goes back a step
    field.focus();
  });
  slots(step, "errors")[0].replaceChildren(summary);
  const shown = slots(step, "field-error")[0];
  const word = document.createElement("span");
  word.className = "govuk-visually-hidden";
  word.textContent = `${sentences.say("error")} `;
  shown.replaceChildren(word, message);
  shown.hidden = false;
  step.querySelector("[data-group]").classList.add("govuk-form-group--error");
  step.querySelector(".govuk-input")?.classList.add("govuk-input--error");
  summary.focus();
}

/** @param {HTMLElement} step whose error is shown no more */
export function clearError(step) {
  slots(step, "errors")[0].replaceChildren();
  const shown = slots(step, "field-error")[0];
  shown.replaceChildren();
  shown.hidden = true;
  step.querySelector("[data-group]").classList.remove("govuk-form-group--error");
  step.querySelector(".govuk-input")?.classList.remove("govuk-input--error");
}

/** Makes a link save `text` as a file. */
export function offerFile(link, text, name) {
  withdrawFile(link);
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
}

/** Takes back what {@link offerFile} offered. */
export function withdrawFile(link) {
  if (link.href.startsWith("blob:")) URL.revokeObjectURL(link.href);
  link.removeAttribute("href");
}

/**
 * @param {string} day YYYY-MM-DD @param {Sentences} sentences which have a date of each month, the 19th of the year 2222
 * @returns {string} the day as people write it
 */
export function writeDay(day, sentences) {
  const [year, month, date] = day.split("-").map(Number);
  return sentences.say(`month-${month}`).replace("19", String(date)).replace("2222", String(year));
}
