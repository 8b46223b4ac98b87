/**
 * The booth's page: voting code → questions → review → encrypted ballot → cast or challenge → receipt.
 *
 * Code, choices and ballot live in this page's memory and in its worker, nowhere else: nothing is stored, nothing is put
 * into an address, nothing is sent but the encrypted and signed ballot. They are forgotten when the receipt has come,
 * and when the page goes.
 */

import { CastError, Casting } from "./casting.js";
import { CredentialStep } from "./credential_step.js";
import { Election, checkTrustees } from "./election.js";
import { Encryptor } from "./encryptor.js";
import { Sentences, copyOf, fill, fillCode, offerFile, slots, withdrawFile, write, writeDay } from "./page.js";
import { QuestionStep } from "./question_step.js";
import { qrSvg } from "./qr.js";
import { Steps } from "./steps.js";
import { inLanguage } from "./texts.js";

const LOCKED = new Set(["encrypting", "challenged", "casting", "uncertain", "receipt"]);

class Booth {
  constructor(root) {
    this.root = root;
    this.config = { ...root.dataset };
    this.language = this.config.language;
    this.sentences = new Sentences(document.getElementById("sentences"), this.language);
    this.steps = new Steps(root, (place) => this.#arrived(place));
    this.credential = null;
    this.casting = null;
    this.busy = false;
    root.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-action]");
      if (button !== null) this.#act(button.dataset);
    });
    addEventListener("beforeunload", (event) => {
      if (this.credential !== null) event.preventDefault();
    });
    // A page kept for "back" would keep its memory too.
    addEventListener("pagehide", () => this.#forget());
    addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
  }

  async open() {
    const raw = await this.#fetched(this.config.electionUrl);
    if (raw === null) return;
    const trustees = this.config.trusteesUrl ? await this.#fetched(this.config.trusteesUrl) : undefined;
    if (trustees === null) return;
    try {
      this.election = new Election(raw);
    } catch {
      this.#break("other-election");
      return;
    }
    if (this.election.fingerprint !== this.config.fingerprint || this.election.uuid !== this.config.uuid) {
      this.#break("other-election");
      return;
    }
    try {
      if (trustees !== undefined) checkTrustees(this.election, trustees);
    } catch {
      this.#break("other-key");
      return;
    }
    try {
      this.encryptor = new Encryptor();
    } catch {
      this.#break("old-browser");
      return;
    }
    // Not waited for: its tables are made while the voter reads.
    this.encryptor.open(raw).catch(() => this.#break("old-browser"));
    this.#furnish();
    this.steps.show("credential", { focus: false });
  }

  /** Fetches bytes of our own origin; says so and answers null when they cannot be had. */
  async #fetched(url) {
    try {
      const response = await fetch(url, { credentials: "same-origin", redirect: "error" });
      if (!response.ok) throw new Error(String(response.status));
      return new Uint8Array(await response.arrayBuffer());
    } catch {
      this.#break("unreachable");
      return null;
    }
  }

  #break(reason) {
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
    this.questions = questions.map((question, at) => new QuestionStep(
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

  /** Does what a button says; a second press while it is being done does nothing. */
  async #act({ action, place }) {
    const actions = {
      back: () => history.back(),
      change: () => this.steps.goTo(Number(place)),
      encrypt: () => this.#encrypt(),
      cast: () => this.#cast(),
      "cast-again": () => this.#send(),
      challenge: () => this.#challenge(),
      again: () => this.#again(),
      print: () => print(),
    };
    if (this.busy || !(action in actions)) return;
    this.busy = true;
    try {
      await actions[action]();
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
      this.#break("old-browser");
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
    this.casting = null;
    this.steps.current = null;
    this.steps.forgetAfter(start);
    this.steps.goTo(start);
  }

  async #cast() {
    this.steps.show("casting");
    let ballot;
    try {
      ballot = await this.encryptor.sign();
    } catch {
      this.#break("old-browser");
      return;
    }
    this.casting = new Casting(this.config, this.sentences, ballot, this.election);
    fillCode(this.root, "tracker", ballot.tracker);
    for (const link of slots(this.root, "tracker-page")) link.href = this.#trackerPage(ballot.tracker);
    await this.#send();
  }

  async #send() {
    this.steps.show("casting");
    try {
      this.#done(await this.casting.send());
    } catch (error) {
      if (!(error instanceof CastError)) throw error;
      const section = this.root.querySelector('[data-step="uncertain"]');
      fill(section, "title", error.title);
      fill(section, "detail", error.detail);
      for (const part of section.querySelectorAll("[data-when]")) {
        part.hidden = !part.dataset.when.split(" ").includes(error.outcome);
      }
      this.steps.show("uncertain");
    }
  }

  #done(receipt) {
    this.#forget();
    fill(this.root, "day", writeDay(receipt.time, this.sentences));
    fill(this.root, "height", receipt.height.toLocaleString(this.language));
    const section = this.root.querySelector('[data-step="receipt"]');
    offerFile(slots(section, "receipt-file")[0], receipt.text, `receipt-${receipt.vote}.json`);
    slots(section, "qr")[0].replaceChildren(qrSvg(this.#trackerPage(receipt.tracker)));
    this.steps.show("receipt");
  }

  #trackerPage(tracker) {
    return this.config.trackerPageUrl.replace("TRACKER", tracker.replaceAll("+", "-").replaceAll("/", "_"));
  }

  #withdrawChallenge() {
    withdrawFile(slots(this.root, "challenge-file")[0]);
    for (const name of ["opened", "seal"]) for (const slot of slots(this.root, name)) slot.replaceChildren();
  }

  /** Forgets the code, the choices and the ballot. */
  #forget() {
    this.credential = null;
    this.casting = null;
    this.encryptor?.close();
    this.credentialStep?.clear();
    for (const step of this.questions ?? []) step.clear();
    for (const slot of slots(this.root, "choices")) slot.replaceChildren();
    this.#withdrawChallenge();
  }
}

new Booth(document.getElementById("booth")).open();
