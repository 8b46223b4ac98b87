/** What the pages have in common that begin with an archive: it is downloaded, verified whole, and its head compared. */

import { groupsOfFour } from "../booth/texts.js";
import { download } from "./download.js";
import { fill, slots } from "./page.js";
import { Pool } from "./pool.js";
import { verifyArchive } from "./verify.js";

const FAMILIES = {
  archive: "refused.archive",
  unsupported: "refused.unsupported",
  vote: "refused.vote",
  early: "refused.early",
  late: "refused.late",
  few: "refused.few",
  "trustees.missing": "refused.missing",
  "tally.second": "refused.second",
  "setup.confirmed": "refused.confirmed",
  "shuffle.own": "refused.own",
  "shuffle.second": "refused.second",
};
const GROUPS = [
  [/^(archive|event)\./, "refused.chain"],
  [/^(setup|election|trustees|threshold|credentials)\./, "refused.setup"],
  [/^ballot\./, "refused.ballot"],
  [/^tally\./, "refused.tally"],
  [/^shuffle\./, "refused.shuffle"],
  [/^(decryption|result)\./, "refused.decryption"],
];

/** How far it is, how long it will take, and every ten seconds the same for those who hear the page. */
export class Clock {
  /** @param {import("./page.js").TrusteePage} page @param {string} step that has a bar and slots for stage and left */
  constructor(page, step) {
    this.page = page;
    this.root = page.step(step);
    this.bar = this.root.querySelector("progress");
    this.begin("");
    this.spoken = performance.now();
    this.shown = 0;
  }

  begin(stage) {
    this.stage = stage;
    this.started = performance.now();
  }

  at(stage, done, total) {
    if (stage !== this.stage) this.begin(stage);
    const now = performance.now();
    if (now - this.shown < 200 && done < total) return;
    this.shown = now;
    this.bar.max = total || 1;
    this.bar.value = done;
    const numbers = new Intl.NumberFormat(this.page.root.dataset.language);
    const counted = { done: numbers.format(done), total: numbers.format(total) };
    this.#say("stage", stage, counted);
    const seconds = done > 0 && total > 0 ? ((now - this.started) / 1000) * (total / done - 1) : 0;
    if (now - this.started < 1500 || seconds < 1) return this.#say("left", "");
    if (seconds < 90) this.#say("left", "seconds", { n: Math.ceil(seconds) });
    else this.#say("left", "minutes", { n: Math.ceil(seconds / 60) });
    if (now - this.spoken < 10_000) return;
    this.spoken = now;
    const [stageText, leftText] = [slots(this.root, "stage")[0], slots(this.root, "left")[0]];
    fill(this.root, "said", `${stageText.textContent}. ${leftText.textContent}`);
  }

  #say(slot, name, values = {}) {
    fill(this.root, slot, name === "" ? "" : this.page.sentences.say(name, values));
  }
}

/** The archive of a page: the steps `checking`, `refused` and `compare`. */
export class ArchivePage {
  /** @param {import("./page.js").TrusteePage} page */
  constructor(page) {
    this.page = page;
    this.pool = null;
    this.head = null;
    page.on("stop", () => this.stop());
    page.on("restart", () => page.show("start"));
    this.theirs = document.getElementById("theirs");
    this.theirs.addEventListener("input", () => this.#compared());
  }

  /**
   * @param {(found: any) => Promise<void>|void} judge of what was verified
   * @returns {Promise<any>} what was verified; null if it was stopped meanwhile; throws what does not hold
   */
  async check(judge) {
    this.page.show("checking");
    const clock = new Clock(this.page, "checking");
    const own = new Pool();
    this.pool = own;
    try {
      const archive = await download(this.page.root.dataset.archiveUrl, (done, total) => clock.at("download", done, total));
      if (this.pool !== own) return null;
      const found = await verifyArchive(archive, own, (stage, done, total) => clock.at(stage, done, total));
      await judge(found);
      return found;
    } catch (error) {
      if (this.pool !== own) return null;
      throw error;
    } finally {
      own.end();
    }
  }

  stop() {
    const ended = this.pool;
    this.pool = null;
    ended?.end();
    this.page.show("start");
  }

  /** @param {any} error says that it does not hold, and what */
  refused(error) {
    const code = error.code ?? "fault";
    if (code === "fault") console.error(error);
    const group = FAMILIES[code] ?? GROUPS.find(([form]) => form.test(code))?.[1] ?? "fault";
    this.page.say("reason", group);
    const place = error.height === undefined || error.height === null ? "" : ` @ ${error.height}`;
    fill(this.page.root, "code", `${code}${place}`);
    this.page.show("refused");
  }

  /** @param {any} found whose encrypted tally all trustees must see alike */
  compare(found) {
    this.head = found.tallied;
    this.page.say("summary", "summary", { n: found.ballots });
    this.fillGrouped("setup", found.begun.hash);
    this.fillGrouped("head", this.head.hash);
    this.page.show("compare");
  }

  fillGrouped(name, hash) {
    for (const slot of slots(this.page.root, name)) {
      const spans = groupsOfFour(hash).map((group) => {
        const span = document.createElement("span");
        span.textContent = group;
        return span;
      });
      slot.replaceChildren(...spans);
    }
  }

  #compared() {
    const given = digits(this.theirs.value);
    if (given === "") return this.page.say("compared", "");
    if (given === this.head.hash) return this.page.say("compared", "same");
    this.page.say("compared", given.length < 64 && this.head.hash.startsWith(given) ? "" : "different");
  }
}

/** @param {string} text @returns {string} the hexadecimal digits in it, as people copy numbers */
export function digits(text) {
  return text.toLowerCase().replace(/[^0-9a-f]/g, "");
}
