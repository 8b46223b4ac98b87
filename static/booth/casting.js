/** Sending the ballot: the same bytes again and again until a receipt for them has come and was verified. */

import { ReceiptError, checkReceipt } from "./receipt.js";

const PAUSES = [1000, 3000]; // milliseconds before the second and third attempt, where trying again may help
const PATIENCE = 30000; // milliseconds that one attempt may take
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);
const OVER = new Set([404, 410]); // no such vote, or no longer
const WRONG_CODE = new Set(["credential.unknown", "credential.not_yours"]);

/**
 * The ballot was not acknowledged. `title` and `detail` are for the voter, in the server's words if it gave any;
 * `passing` tells whether sending the same bytes once more may help by itself. The `outcome` is "unsure" where the voter
 * had better send them again, "code" where one with another voting code might be taken, "refused" where some other
 * ballot might be, "over" where none is. None of these words
 * is signed: a server that refuses a ballot may still record it, so its bytes are kept and its tracker is shown.
 */
export class CastError extends Error {
  /** @param {{outcome?: "unsure"|"code"|"refused"|"over", passing?: boolean}} [options] */
  constructor(title, detail, { outcome = "unsure", passing = false } = {}) {
    super(title);
    this.title = title;
    this.detail = detail;
    this.outcome = outcome;
    this.passing = passing;
  }
}

/** Casts one ballot. */
export class Casting {
  /**
   * @param {{castUrl: string, csrfToken: string, receiptKey: string, language: string}} config
   * @param {import("./page.js").Sentences} sentences
   * @param {{bytes: Uint8Array, tracker: string}} ballot
   * @param {{uuid: string, fingerprint: string}} election as this browser knows them
   */
  constructor(config, sentences, ballot, election) {
    this.config = config;
    this.sentences = sentences;
    this.bytes = ballot.bytes;
    this.own = { vote: election.uuid, election: election.fingerprint, tracker: ballot.tracker };
  }

  /** @returns {Promise<object>} the verified receipt; rejects with {@link CastError} */
  async send() {
    for (const pause of [...PAUSES, null]) {
      try {
        return await this.#attempt();
      } catch (error) {
        if (!(error instanceof CastError) || !error.passing || pause === null) throw error;
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
    throw new Error("unreachable");
  }

  async #attempt() {
    const response = await this.#post();
    if (response.status !== 200 && response.status !== 201) throw await this.#refused(response);
    const raw = await this.#read(() => response.arrayBuffer());
    try {
      return checkReceipt(new Uint8Array(raw), this.config.receiptKey, this.own);
    } catch (error) {
      if (!(error instanceof ReceiptError)) throw error;
      throw new CastError(this.sentences.say("receipt-title"), this.sentences.say("receipt-detail"));
    }
  }

  #post() {
    return this.#read(() =>
      fetch(this.config.castUrl, {
        method: "POST",
        body: this.bytes,
        headers: {
          "Content-Type": "application/json",
          "Accept-Language": this.config.language,
          "X-CSRF-Token": this.config.csrfToken,
        },
        credentials: "same-origin",
        cache: "no-store",
        redirect: "error",
        signal: AbortSignal.timeout(PATIENCE),
      }),
    );
  }

  async #read(request) {
    try {
      return await request();
    } catch {
      throw this.#lost(true);
    }
  }

  #lost(passing) {
    return new CastError(this.sentences.say("lost-title"), this.sentences.say("lost-detail"), { passing });
  }

  async #refused(response) {
    const passing = PASSING.has(response.status);
    let problem;
    try {
      problem = await response.json();
    } catch {
      problem = null; // something between us and our server spoke
    }
    if (typeof problem?.title !== "string" || typeof problem.detail !== "string") {
      return this.#lost(passing);
    }
    const signedOut = response.status === 401 || String(problem.code).startsWith("csrf.");
    if (signedOut) await this.#renewToken();
    if (passing || signedOut) return new CastError(problem.title, problem.detail, { passing });
    const outcome = OVER.has(response.status) ? "over" : WRONG_CODE.has(problem.code) ? "code" : "refused";
    return new CastError(this.sentences.say("refused-title"), problem.detail, { outcome });
  }

  /** After signing in again in another tab, this page's token is an old one; a fresh page has the new one. */
  async #renewToken() {
    try {
      const response = await fetch(location.href, { credentials: "same-origin", cache: "no-store", redirect: "error" });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      this.config.csrfToken = page.getElementById("booth")?.dataset.csrfToken ?? this.config.csrfToken;
    } catch {
      // not signed in yet: the server's own sentence says what to do
    }
  }
}
