/**
 * The booth on the site: it fetches the questions from its own origin and sends nothing but the encrypted and signed
 * ballot, until a verified receipt has come.
 */

import { Booth } from "./booth.js";
import { CastError, Casting } from "./casting.js";
import { fill, offerFile, slots, writeDay } from "./page.js";
import { qrSvg } from "./qr.js";

class OnlineBooth extends Booth {
  casting = null;

  async read(url) {
    const response = await fetch(url, { credentials: "same-origin", redirect: "error" });
    if (!response.ok) throw new Error(String(response.status));
    return new Uint8Array(await response.arrayBuffer());
  }

  worker() {
    return new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  }

  get actions() {
    return { ...super.actions, "cast-again": () => this.#send() };
  }

  async deliver(ballot) {
    this.casting = new Casting(this.config, this.sentences, ballot, this.election);
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
    this.forget();
    fill(this.root, "day", writeDay(receipt.time, this.sentences));
    fill(this.root, "height", receipt.height.toLocaleString(this.language));
    const section = this.root.querySelector('[data-step="receipt"]');
    offerFile(slots(section, "receipt-file")[0], receipt.text, `receipt-${receipt.vote}.json`);
    slots(section, "qr")[0].replaceChildren(qrSvg(this.trackerPage(receipt.tracker)));
    this.steps.show("receipt");
  }

  forget() {
    super.forget();
    this.casting = null;
  }
}

new OnlineBooth(document.getElementById("booth")).open();
