/**
 * The booth: voting code → questions → review → encrypted ballot → cast or challenge. What casting means, and where the
 * published questions come from, is another thing on the site (main.js) than in the file that one keeps (offline.js).
 *
 * Code, choices and ballot live in the page's memory and in its worker, nowhere else: nothing is stored, nothing is put
 * into an address. They are forgotten when the ballot is delivered, and when the page goes.
 */

import { CredentialStep } from "./credential_step.js";
import { Election } from "./election.js";
import { Encryptor } from "./encryptor.js";
import { Sentences, copyOf, fill, fillCode, offerFile, slots, withdrawFile, write } from "./page.js";
import { questionStep } from "./question_steps.js";
import { Steps } from "./steps.js";
import { inLanguage } from "./texts.js";
import { checkTrustees } from "./trustees.js";

const LOCKED = new Set(["encrypting", "challenged", "casting", "uncertain", "receipt", "saved"]);

/**
 * The steps up to the signed ballot. Who makes one of it says how: `read(place)` gives published bytes, or rejects;
 * `worker()` makes what encrypts; `deliver(ballot)` does with `{bytes, tracker}` what casting is there.
 */
export class Booth {
  constructor(root) {
    this.root = root;
    this.config = { ...root.dataset };
    this.language = this.config.language;
    this.sentences = new Sentences(document.getElementById("sentences"), this.language);
    this.steps = new Steps(root, (place) => this.#arrived(place));
    this.credential = null;
    this.busy = false;
    root.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-action]");
      if (button !== null) this.#act(button.dataset);
    });
    addEventListener("beforeunload", (event) => {
      if (this.credential !== null) event.preventDefault();
    });
    // A page kept for "back" would keep its memory too.
    addEventListener("pagehide", () => this.forget());
    addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
  }

  async open() {
    const raw = await this.#published(this.config.electionUrl);
    if (raw === null) return;
    const trustees = this.config.trusteesUrl ? await this.#published(this.config.trusteesUrl) : undefined;
    if (trustees === null) return;
    try {
      this.election = new Election(raw);
    } catch {
      this.breakOff("other-election");
      return;
    }
    if (this.election.fingerprint !== this.config.fingerprint || this.election.uuid !== this.config.uuid) {
      this.breakOff("other-election");
      return;
    }
    try {
      if (trustees !== undefined) checkTrustees(this.election, trustees);
    } catch {
      this.breakOff("other-key");
      return;
    }
    try {
      this.encryptor = new Encryptor(this.worker());
    } catch {
      this.breakOff("old-browser");
      return;
    }
    // Not waited for: its tables are made while the voter reads.
    this.encryptor.open(raw).catch(() => this.breakOff("old-browser"));
    this.#furnish();
    this.steps.show("credential", { focus: false });
  }

  /** Published bytes; says so and answers null when they cannot be had. */
  async #published(place) {
    try {
      return await this.read(place);
    } catch {
      this.breakOff("unreachable");
      return null;
    }
  }

  /** Says why the booth cannot be used. */
  breakOff(reason) {
    fill(this.root, "reason", this.sentences.say(reason));
    this.credential = null;
    this.steps.show("broken");
  }

  /** Makes the steps that depend on the election. */
  #furnish() {
    const { text, language } = inLanguage(this.election.name, this.language);
    fill(this.root, "election", text, language);
    fillCode(this.root, "fingerprint", this.election.fingerprint);
    fillCode(this.root, "receipt-key", this.config.receiptKey);
    this.credentialStep = new CredentialStep(
      this.root.querySelector('[data-step="credential"]'), this.sentences, (credential) => this.#entered(credential));
    const { questions } = this.election;
    this.questions = questions.map((question, at) => questionStep(
      question, at, questions.length, this.sentences, this.language, () => this.#goOn(at + 1)));
    this.root.querySelector('[data-steps="questions"]').replaceChildren(...this.questions.map(({ section }) => section));
  }

  // Places: 0 the code, 1 … n the questions, n + 1 the review, n + 2 the decision between casting and challenging.

  get #review() {
    return this.questions.length + 1;
  }

  /** Goes on from a place that was filled in; whoever changed one answer from the review comes straight back to it. */
  #goOn(from) {
    this.steps.goTo(this.steps.top >= this.#review ? this.#review : from + 1);
  }

  #arrived(place) {
    if (this.questions === undefined) return;
    if (LOCKED.has(this.steps.current) || place > this.steps.top) {
      this.steps.stayAt(this.steps.top); // what is under way, or over, has no way back; nor forward to what is gone
      return;
    }
    if (place > this.#review) return; // whoever encrypted the ballot shows the decision
    if (this.steps.current === "decide") this.encryptor.discard();
    if (place === 0) this.steps.show("credential");
    else if (place < this.#review) this.steps.show(`question-${place - 1}`);
    else this.#showReview();
    this.steps.forgetAfter(this.#review);
  }

  #showReview() {
    const rows = this.questions.map((step, at) => {
      const row = copyOf("choice-row");
      const question = inLanguage(step.question.question, this.language);
      write(row.querySelector("dt"), question.text, question.language);
      const values = step.chosen.map(({ text, language }) => {
        const line = document.createElement("p");
        write(line, text, language);
        return line;
      });
      row.querySelector("dd").replaceChildren(...values);
      const change = row.querySelector("button");
      change.dataset.place = String(at + 1);
      write(change.querySelector("span"), ` ${question.text}`, question.language);
      return row;
    });
    fill(this.root, "choices", "");
    slots(this.root, "choices")[0].append(...rows);
    this.steps.show("review");
  }

  #entered(credential) {
    this.credential = credential;
    this.#goOn(0);
  }

  /** What buttons do, by the name that stands on them. */
  get actions() {
    return {
      back: () => history.back(),
      change: ({ place }) => this.steps.goTo(Number(place)),
      encrypt: () => this.#encrypt(),
      cast: () => this.#cast(),
      challenge: () => this.#challenge(),
      again: () => this.#again(),
      recode: () => this.#recode(),
      print: () => print(),
    };
  }

  /** Does what a button says; a second press while it is being done does nothing. */
  async #act(button) {
    const { actions } = this;
    const { action } = button;
    if (this.busy || !(action in actions)) return;
    this.busy = true;
    try {
      await actions[action](button);
    } finally {
      this.busy = false;
    }
  }

  async #encrypt() {
    const plaintext = this.questions.map((step) => step.plaintext);
    this.steps.show("encrypting");
    const bar = this.root.querySelector("#encrypting-progress");
    bar.value = 0;
    try {
      const { hash } = await this.encryptor.encrypt(this.credential, plaintext, (done, total) => {
        bar.value = done / total;
      });
      fillCode(this.root, "seal", hash);
    } catch {
      this.breakOff("old-browser");
      return;
    }
    this.steps.show("decide");
    this.steps.goTo(this.#review + 1);
  }

  async #challenge() {
    const { file } = await this.encryptor.challenge();
    const section = this.steps.show("challenged");
    offerFile(slots(section, "challenge-file")[0], file, "egov-ballot-challenge.json");
    const lines = this.questions.flatMap((step) => step.chosen.map(({ text, language }) => {
      const line = document.createElement("li");
      write(line, text, language);
      return line;
    }));
    slots(section, "opened")[0].replaceChildren(...lines);
  }

  /** From the first question, with nothing chosen; after a refusal from the code, which may have been the wrong one. */
  #again() {
    const start = this.steps.current === "uncertain" ? 0 : 1;
    for (const step of this.questions) step.clear();
    this.#withdrawChallenge();
    this.steps.current = null;
    this.steps.forgetAfter(start);
    this.steps.goTo(start);
  }

  /** From the code, which was a wrong one; what was chosen stays, and is looked through again before it is encrypted. */
  #recode() {
    this.#withdrawChallenge();
    this.steps.current = null;
    this.steps.forgetAfter(this.#review);
    this.steps.goTo(0);
  }

  async #cast() {
    this.steps.show("casting");
    let ballot;
    try {
      ballot = await this.encryptor.sign();
    } catch {
      this.breakOff("old-browser");
      return;
    }
    fillCode(this.root, "tracker", ballot.tracker);
    for (const link of slots(this.root, "tracker-page")) link.href = this.trackerPage(ballot.tracker);
    await this.deliver(ballot);
  }

  /** The address of a ballot on the board. */
  trackerPage(tracker) {
    return this.config.trackerPageUrl.replace("TRACKER", tracker.replaceAll("+", "-").replaceAll("/", "_"));
  }

  #withdrawChallenge() {
    withdrawFile(slots(this.root, "challenge-file")[0]);
    for (const name of ["opened", "seal"]) for (const slot of slots(this.root, name)) slot.replaceChildren();
  }

  /** Forgets the code, the choices and the ballot. */
  forget() {
    this.credential = null;
    this.encryptor?.close();
    this.credentialStep?.clear();
    for (const step of this.questions ?? []) step.clear();
    for (const slot of slots(this.root, "choices")) slot.replaceChildren();
    this.#withdrawChallenge();
  }
}
