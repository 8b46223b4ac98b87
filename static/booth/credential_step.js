/** The step where the voting code is typed or scanned. */

import { CredentialError, readCredential } from "./credential.js";
import { clearError, showError, slots } from "./page.js";
import { canScan, readImage, watchCamera } from "./scanner.js";

/** Asks for the credential and hands it on once it can be one. */
export class CredentialStep {
  /** @param {HTMLElement} section @param {import("./page.js").Sentences} sentences @param {(credential: string) => void} entered */
  constructor(section, sentences, entered) {
    this.section = section;
    this.sentences = sentences;
    this.entered = entered;
    this.input = section.querySelector("#credential");
    this.watching = null;
    section.querySelector("form").addEventListener("submit", (event) => this.#submit(event));
    this.#offerScanning();
  }

  /** Forgets what was typed and lets go of the camera. */
  clear() {
    this.input.value = "";
    const image = this.section.querySelector("#credential-image");
    image.value = "";
    this.#stop();
    clearError(this.section);
  }

  #submit(event) {
    event.preventDefault();
    this.#stop();
    try {
      const credential = readCredential(this.input.value);
      this.input.value = credential;
      clearError(this.section);
      this.entered(credential);
    } catch (error) {
      if (!(error instanceof CredentialError)) throw error;
      showError(this.section, this.input, this.#sentence(error), this.sentences);
    }
  }

  #sentence({ code, letters, length }) {
    if (code === "empty") return this.sentences.say("empty");
    if (code === "length") return this.sentences.say("length", { n: length });
    const foreign = letters.filter((letter) => /\p{L}/u.test(letter) && !/[A-Za-z]/.test(letter));
    if (foreign.length > 0) return this.sentences.say("letters-latin", { letters: foreign.join(" ") });
    const alike = letters.filter((letter) => /[0OIl]/.test(letter));
    if (alike.length === letters.length) return this.sentences.say("letters-alike", { letters: alike.join(" ") });
    return this.sentences.say("letters", { letters: letters.join(" ") });
  }

  async #offerScanning() {
    if (!(await canScan())) return;
    const scanner = this.section.querySelector("[data-scanner]");
    scanner.hidden = false;
    if (!navigator.mediaDevices?.getUserMedia) scanner.querySelector("[data-camera]").hidden = true;
    scanner.querySelector('[data-action="scan"]').addEventListener("click", () => this.#scan());
    scanner.querySelector('[data-action="stop-scan"]').addEventListener("click", () => this.#stop());
    scanner.querySelector("#credential-image").addEventListener("change", (event) => this.#image(event.target.files[0]));
  }

  async #scan() {
    const video = this.section.querySelector("video");
    this.watching = new AbortController();
    this.#showCamera(true);
    this.#status("scanning");
    try {
      this.#found(await watchCamera(video, this.watching.signal, this.#readable));
    } catch (error) {
      this.#status(error.name === "AbortError" ? null : "no-camera");
    }
    this.#stop();
  }

  async #image(file) {
    if (!file) return;
    try {
      this.#found(await readImage(file, this.#readable));
    } catch {
      this.#status("not-scanned");
    }
  }

  #readable(text) {
    try {
      return readCredential(text);
    } catch {
      return null;
    }
  }

  #found(credential) {
    this.input.value = credential;
    clearError(this.section);
    this.#status("scanned");
    this.input.focus();
  }

  #stop() {
    this.watching?.abort();
    this.watching = null;
    this.#showCamera(false);
  }

  #showCamera(on) {
    this.section.querySelector("video").hidden = !on;
    this.section.querySelector('[data-action="scan"]').hidden = on;
    this.section.querySelector('[data-action="stop-scan"]').hidden = !on;
  }

  #status(name) {
    slots(this.section, "scan-status")[0].textContent = name === null ? "" : this.sentences.say(name);
  }
}
