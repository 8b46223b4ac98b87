/** Decrypting in the browser: the archive downloaded and verified whole, the tally recomputed, compared, decrypted. */

import { groupsOfFour } from "../booth/texts.js";
import { checkConfirmed, checkVerified, decryptVerified, markOf } from "./decrypting.js";
import { download } from "./download.js";
import { UsageError } from "./errors.js";
import { KeyFile } from "./keyfile.js";
import { refuseSecond } from "./memory.js";
import { TrusteePage, chosenText, fill, forgetWhenLeft, handIn, slots, taken } from "./page.js";
import { Pool } from "./pool.js";
import { verifyArchive } from "./verify.js";

const page = new TrusteePage("trustee-decrypt");
const { archiveUrl, uuid, language } = page.root.dataset;
const keyInput = document.getElementById("key-file");
const theirs = document.getElementById("theirs");
const numbers = new Intl.NumberFormat(language);
const FAMILIES = {
  archive: "refused.archive",
  unsupported: "refused.unsupported",
  vote: "refused.vote",
  early: "refused.early",
  "trustees.missing": "refused.missing",
  "tally.second": "refused.second",
  "setup.confirmed": "refused.confirmed",
};
const GROUPS = [
  [/^(archive|event)\./, "refused.chain"],
  [/^(setup|election|trustees|credentials)\./, "refused.setup"],
  [/^ballot\./, "refused.ballot"],
  [/^tally\./, "refused.tally"],
  [/^(decryption|result)\./, "refused.decryption"],
];
let file = null;
let verified = null;
let known = false; // whether this browser remembers which setup was confirmed
let pool = null;

/** How far it is, how long it will take, and every ten seconds the same for those who hear the page. */
class Clock {
  constructor() {
    this.bar = page.step("checking").querySelector("progress");
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
    const counted = { done: numbers.format(done), total: numbers.format(total) };
    page.say("stage", stage, counted);
    const seconds = done > 0 && total > 0 ? ((now - this.started) / 1000) * (total / done - 1) : 0;
    if (now - this.started < 1500 || seconds < 1) return page.say("left", "");
    if (seconds < 90) page.say("left", "seconds", { n: Math.ceil(seconds) });
    else page.say("left", "minutes", { n: Math.ceil(seconds / 60) });
    if (now - this.spoken < 10_000) return;
    this.spoken = now;
    const [stageText, leftText] = [slots(page.root, "stage")[0], slots(page.root, "left")[0]];
    fill(page.root, "said", `${stageText.textContent}. ${leftText.textContent}`);
  }
}

async function start() {
  page.clear();
  try {
    const text = await chosenText(keyInput);
    if (text === null) return page.refuse(keyInput, "file");
    file = new KeyFile(text);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return page.refuse(keyInput, error.code);
  }
  page.show("checking");
  const clock = new Clock();
  const own = new Pool();
  pool = own;
  try {
    const archive = await download(archiveUrl, (done, total) => clock.at("download", done, total));
    if (pool !== own) return;
    const found = await verifyArchive(archive, own, (stage, done, total) => clock.at(stage, done, total));
    checkVerified(found, uuid, file);
    await refuseSecond(file.publicText, uuid, markOf(found));
    known = await checkConfirmed(found, file);
    verified = found;
  } catch (error) {
    if (pool === own) refused(error);
    return;
  } finally {
    own.end();
  }
  compare();
}

function stop() {
  const ended = pool;
  pool = null;
  ended?.end();
  page.show("start");
}

function refused(error) {
  const code = error.code ?? "fault";
  if (code === "fault") console.error(error);
  if (code === "keyfile.election") {
    page.show("start");
    return page.refuse(keyInput, code);
  }
  const group = FAMILIES[code] ?? GROUPS.find(([form]) => form.test(code))?.[1] ?? "fault";
  page.say("reason", group);
  const place = error.height === undefined || error.height === null ? "" : ` @ ${error.height}`;
  fill(page.root, "code", `${code}${place}`);
  page.show("refused");
}

function compare() {
  page.say("summary", "summary", { n: verified.ballots });
  page.say("setup-known", known ? "setup.known" : "setup.unknown");
  fillGrouped("setup", verified.begun.hash);
  fillGrouped("head", verified.tallied.hash);
  page.show("compare");
}

function fillGrouped(name, hash) {
  for (const slot of slots(page.root, name)) {
    const spans = groupsOfFour(hash).map((group) => {
      const span = document.createElement("span");
      span.textContent = group;
      return span;
    });
    slot.replaceChildren(...spans);
  }
}

function compared() {
  const given = theirs.value.toLowerCase().replace(/[^0-9a-f]/g, "");
  if (given === "") return page.say("compared", "");
  if (given === verified.tallied.hash) return page.say("compared", "same");
  page.say("compared", given.length < 64 && verified.tallied.hash.startsWith(given) ? "" : "different");
}

async function decryptNow() {
  page.clear();
  const field = document.getElementById("passphrase");
  if (field.value.trim() === "") return page.refuse(field, "passphrase");
  page.say("status", "decrypting");
  try {
    const text = await decryptVerified(verified, file, taken(field));
    page.say("status", "handing-in");
    handIn("decryption", text, "decryption.json");
  } catch (error) {
    page.say("status", "");
    if (error instanceof UsageError && error.code !== "vote") return page.refuse(field, error.code);
    refused(error);
  }
}

page.onForm("start", start);
page.onForm("decrypt", decryptNow);
page.on("stop", stop);
page.on("restart", () => page.show("start"));
theirs.addEventListener("input", compared);
forgetWhenLeft();
