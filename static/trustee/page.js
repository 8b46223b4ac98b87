/** Small means of a trustee's pages: their steps, their errors, what was typed and chosen, files that are handed in. */

import { Sentences, fill, slots } from "../booth/page.js";
import { UsageError } from "./errors.js";
import { MAX_THRESHOLD_FILE } from "./threshold.js";

export { fill, slots };

/** One page: its steps, one of which is shown, and its sentences. */
export class TrusteePage {
  /** @param {string} id of the element that a script shows */
  constructor(id) {
    this.root = document.getElementById(id);
    this.sentences = new Sentences(document.getElementById("trustee-sentences"), document.documentElement.lang);
    this.root.hidden = false;
    document.querySelector(".govuk-error-summary")?.setAttribute("tabindex", "-1");
    document.querySelector(".govuk-error-summary")?.focus();
  }

  /** @param {string} name @returns {HTMLElement} */
  step(name) {
    return this.root.querySelector(`[data-step="${name}"]`);
  }

  /** Shows one step and gives its heading the focus. @param {string} name */
  show(name) {
    for (const step of this.root.querySelectorAll("[data-step]")) step.hidden = step.dataset.step !== name;
    this.step(name).querySelector("[tabindex='-1']").focus();
  }

  /** @param {string} name @param {() => unknown} act on a click */
  on(name, act) {
    this.root.querySelector(`[data-action="${name}"]`).addEventListener("click", act);
  }

  /** @param {string} name @param {() => unknown} act when the form is sent, which goes nowhere */
  onForm(name, act) {
    this.root.querySelector(`[data-form="${name}"]`).addEventListener("submit", (event) => {
      event.preventDefault();
      act();
    });
  }

  /** Says what is wrong: at the field, and in a summary that has the focus and leads there. */
  refuse(field, name, values = {}) {
    this.clear();
    const message = this.sentences.say(name, values);
    const summary = document.createElement("div");
    summary.className = "govuk-error-summary";
    summary.tabIndex = -1;
    const title = document.createElement("h3");
    title.className = "govuk-error-summary__title";
    title.textContent = this.sentences.say("title");
    const link = document.createElement("a");
    link.href = `#${field.id}`;
    link.textContent = message;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      field.focus();
    });
    const alert = document.createElement("div");
    alert.setAttribute("role", "alert");
    alert.append(title, link);
    summary.append(alert);
    const scope = field.closest("[data-step]") ?? this.root;
    slots(scope, "errors")[0].replaceChildren(summary);
    const said = document.createElement("p");
    said.className = "govuk-error-message";
    said.id = `${field.id}-said`;
    said.textContent = `${this.sentences.say("error")} ${message}`;
    field.closest(".govuk-form-group")?.classList.add("govuk-form-group--error");
    field.before(said);
    field.dataset.described = field.getAttribute("aria-describedby") ?? "";
    field.setAttribute("aria-describedby", `${field.dataset.described} ${said.id}`.trim());
    field.setAttribute("aria-invalid", "true");
    summary.focus();
  }

  /** Nothing is wrong any more. */
  clear() {
    for (const place of slots(this.root, "errors")) place.replaceChildren();
    for (const field of this.root.querySelectorAll("[aria-invalid]")) {
      field.removeAttribute("aria-invalid");
      if (field.dataset.described) field.setAttribute("aria-describedby", field.dataset.described);
      else field.removeAttribute("aria-describedby");
      document.getElementById(`${field.id}-said`)?.remove();
      field.closest(".govuk-form-group")?.classList.remove("govuk-form-group--error");
    }
  }

  /** @param {string} slot @param {string} name @param {object} [values] writes a sentence */
  say(slot, name, values = {}) {
    fill(this.root, slot, name === "" ? "" : this.sentences.say(name, values));
  }
}

/** @param {HTMLInputElement} input @returns {Promise<string|null>} the chosen file's text; null if none was chosen */
export async function chosenText(input) {
  const [file] = input.files;
  if (file === undefined) return null;
  if (file.size > MAX_THRESHOLD_FILE) throw new UsageError("keyfile.format");
  return (await file.text()).trim();
}

/** @param {HTMLInputElement} input @returns {string} what was typed, which the field forgets */
export function taken(input) {
  const { value } = input;
  input.value = "";
  return value;
}

/**
 * Hands a public file in by the page's own form, as somebody without scripts would.
 *
 * @param {string} field of the form `hand-in` @param {string} text @param {string} name of the file
 */
export function handIn(field, text, name) {
  const form = document.getElementById("hand-in");
  const files = new DataTransfer();
  files.items.add(new File([text], name, { type: "application/json" }));
  form.elements[field].files = files.files;
  form.submit();
}

/** Secrets that a page showed or a form held do not come back with the browser's history. */
export function forgetWhenLeft() {
  addEventListener("pagehide", () => {
    for (const place of document.querySelectorAll("[data-secret]")) {
      if (place instanceof HTMLInputElement) place.value = "";
      else place.textContent = "";
    }
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}
