/**
 * The page that verifies a receipt. The file is read here and goes nowhere: what is asked of the site are its log's
 * checkpoint and tiles, which are the same for everybody and do not tell which entry is looked at.
 */

import { Sentences, fill, writeDay } from "../booth/page.js";
import { utf8 } from "../booth/encoding.js";
import { isKey } from "../booth/receipt.js";
import { UnknownError } from "./errors.js";
import { parseKey } from "./note.js";
import { MAX_SIZE, TYPE } from "./proof.js";
import { verifyReceipt } from "./verifying.js";

const SECONDS = 20;
const LARGEST = 1 << 18;

const root = document.getElementById("receipt-check");
const form = root.querySelector("form");
const results = document.getElementById("results");
const list = results.querySelector("[data-slot=steps]");
const sentences = new Sentences(document.getElementById("receipt-sentences"), document.documentElement.lang);
// Where a browser has no Kazakh figures it writes English ones; Russian has the same as Kazakh.
const number = new Intl.NumberFormat({ kk: "ru" }[document.documentElement.lang] ?? document.documentElement.lang);

/** @param {string} path below the log's address @returns {Promise<Uint8Array|null>} null if it is not there */
async function fetchOfLog(path) {
  try {
    const answer = await fetch(`/log/${path}`, {
      cache: path === "checkpoint" ? "no-store" : "default",
      credentials: "omit",
      redirect: "error",
      signal: AbortSignal.timeout(SECONDS * 1000),
    });
    if (answer.status === 404) return null;
    if (!answer.ok) throw new Error(String(answer.status));
    const raw = new Uint8Array(await answer.arrayBuffer());
    if (raw.length > LARGEST) throw new Error("too large");
    return raw;
  } catch {
    throw new UnknownError("log.unreachable", `/log/${path}`);
  }
}

/** @returns {Promise<Uint8Array|null>} what was chosen or pasted; null if it was nothing */
async function given() {
  const [file] = form.elements.file.files;
  if (file !== undefined) return new Uint8Array(await file.slice(0, MAX_SIZE + 1).arrayBuffer());
  const text = form.elements.pasted.value.trim();
  // Pasting takes the last end of line away, which a proof has.
  return text === "" ? null : utf8(text.startsWith(TYPE) ? `${text}\n` : text);
}

/** @returns {import("./note.js").VerifierKey[]|null} */
function logKeys() {
  const lines = form.elements["log-keys"].value.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  try {
    return lines.length > 0 ? lines.map(parseKey) : null;
  } catch {
    return null;
  }
}

/** Says what is wrong with a field, at the field and in the summary, which gets the focus. */
function refuse(field, name) {
  const message = sentences.say(name);
  const group = field.closest(".govuk-form-group");
  group.classList.add("govuk-form-group--error");
  const said = document.createElement("p");
  said.className = "govuk-error-message";
  said.id = `${field.id}-said`;
  said.textContent = `${sentences.say("error")} ${message}`;
  field.before(said);
  field.dataset.described = field.getAttribute("aria-describedby") ?? "";
  field.setAttribute("aria-describedby", `${field.dataset.described} ${said.id}`.trim());
  const summary = root.querySelector("[data-slot=errors]");
  const link = summary.querySelector("a");
  link.textContent = message;
  link.href = `#${field.id}`;
  field.closest("details")?.setAttribute("open", "");
  summary.hidden = false;
  summary.focus();
}

function clear() {
  root.querySelector("[data-slot=errors]").hidden = true;
  for (const said of form.querySelectorAll(".govuk-error-message")) said.remove();
  for (const group of form.querySelectorAll(".govuk-form-group--error")) group.classList.remove("govuk-form-group--error");
  for (const field of form.querySelectorAll("[data-described]")) {
    if (field.dataset.described) field.setAttribute("aria-describedby", field.dataset.described);
    else field.removeAttribute("aria-describedby");
  }
}

const TAGS = { holds: "open", fails: "late", unknown: "waiting", skipped: "closed" };

/** @param {import("./verifying.js").Outcome} outcome @returns {HTMLElement} as an item of the list */
function item({ step, state, code, detail, facts }) {
  const made = document.getElementById("receipt-step").content.firstElementChild.cloneNode(true);
  made.dataset.step = step;
  made.dataset.state = state;
  const tag = made.querySelector("[data-slot=tag]");
  tag.textContent = sentences.say(`state-${state}`);
  tag.classList.add(`egov-tag--${TAGS[state]}`);
  fill(made, "title", sentences.say(`step-${step}`));
  if (state === "holds") fill(made, "text", said(step, facts));
  else fill(made, "text", state === "skipped" ? sentences.say("skipped") : sentences.say(`code-${code}`));
  const where = made.querySelector("[data-slot=detail]");
  where.textContent = detail || facts?.entry || "";
  where.hidden = where.textContent === "";
  return made;
}

/** What was found, in a sentence; empty if there is nothing to add. */
function said(step, facts) {
  if (step === "file") return sentences.say("found-file", { ...facts, day: writeDay(facts.day, sentences) });
  if (!["inclusion", "place", "consistency", "checkpoint"].includes(step)) return "";
  const shown = Object.entries(facts).map(([name, value]) => [name, typeof value === "number" ? number.format(value) : value]);
  return sentences.say(`found-${step}`, Object.fromEntries(shown));
}

function verdict(states) {
  if (states.includes("fails")) return "fails";
  return states.every((state) => state === "holds") ? "holds" : "unknown";
}

async function check() {
  clear();
  delete results.dataset.verdict; // at once: it is of another file
  const raw = await given();
  if (raw === null) return refuse(form.elements.pasted, "nothing");
  const keys = logKeys();
  if (keys === null) return refuse(form.elements["log-keys"], "no-key");
  const receiptKey = form.elements["receipt-key"].value.replace(/\s/g, "");
  if (!isKey(receiptKey)) return refuse(form.elements["receipt-key"], "no-receipt-key");
  const states = [];
  let vote = null;
  list.replaceChildren();
  fill(results, "advice", "");
  results.hidden = false;
  fill(results, "verdict", sentences.say("checking"));
  results.setAttribute("aria-busy", "true");
  for await (const outcome of verifyReceipt(raw, receiptKey, keys, fetchOfLog)) {
    states.push(outcome.state);
    vote ??= outcome.facts?.vote ?? null;
    list.append(item(outcome));
  }
  const came = verdict(states);
  offerToReport(came === "fails" ? vote : null);
  conclude(came, `advice-${came}`);
}

/** Says what came of it, where the focus goes. */
function conclude(came, advice) {
  results.removeAttribute("aria-busy");
  results.dataset.verdict = came;
  fill(results, "verdict", sentences.say(`verdict-${came}`));
  fill(results, "advice", sentences.say(advice));
  results.querySelector("[tabindex]").focus();
}

/** A link to where an incident of the vote is reported. */
function offerToReport(vote) {
  const place = document.getElementById("report");
  const link = place.querySelector("a");
  link.dataset.votes ??= link.getAttribute("href");
  link.href = `${link.dataset.votes}/${vote}/incident`;
  place.hidden = vote === null;
}

let busy = false;
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (busy) return;
  busy = true;
  try {
    await check();
  } catch (error) {
    conclude("unknown", "fault");
    throw error;
  } finally {
    busy = false;
  }
});
// What was chosen goes before what was pasted: so only one of them is there.
form.elements.file.addEventListener("change", () => {
  form.elements.pasted.value = "";
});
form.elements.pasted.addEventListener("input", () => {
  form.elements.file.value = "";
});
document.getElementById("without-script").hidden = true;
root.hidden = false;
