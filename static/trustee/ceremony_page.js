/**
 * A step of the ceremony in which trustees make their key together. The key file is opened, all that was handed in is
 * checked, the step is taken; the key file is saved anew and chosen once more; only then is the answer handed in.
 */

import { fillCode } from "../booth/page.js";
import { Ceremony } from "./ceremony.js";
import { UsageError, VerificationError } from "./errors.js";
import { Keeping } from "./keeping.js";
import { generatePassphrase } from "./key.js";
import { TrusteePage, chosenText, forgetWhenLeft, handIn, taken } from "./page.js";
import { State, ThresholdKeyFile, sealState } from "./threshold.js";

const page = new TrusteePage("trustee-ceremony");
const { stage, number, owner, size, needed, names, url } = page.root.dataset;
const send = (message) => handIn("message", message, `${stage}.json`);
const reopen = (file, passphrase) => new ThresholdKeyFile(file).open(passphrase);
/** The first step shows a passphrase; the last one changes no file. */
const keeping = stage === "compared" ? null : new Keeping(page, stage === "certificate" ? reopen : null, send);
const TAKE = {
  commitment: (state, ceremony) => state.commit(ceremony),
  polynomial: (state, ceremony) => state.reveal(ceremony),
  voutput: (state, ceremony) => state.accept(ceremony),
};
/** What is said in words of its own; everything else is told by its code. */
const SAID = ["ceremony.differs", "threshold.share"];

/** The first step: passphrase and seed are gone from here when the file is sealed and the passphrase is written down. */
async function make() {
  page.clear();
  page.show("working");
  try {
    const state = State.begin({ size: Number(size), threshold: Number(needed), index: Number(owner) });
    const passphrase = generatePassphrase();
    offer(await sealState(state, "", passphrase), state.message(stage), passphrase);
  } catch (error) {
    console.error(error);
    page.show("start");
    page.refuse(document.getElementById("make"), "fault");
  }
}

/** A later step, from the file of the one before. */
async function open() {
  page.clear();
  const input = document.getElementById("key-file");
  const field = document.getElementById("passphrase");
  try {
    const text = await chosenText(input);
    if (text === null) return page.refuse(input, "file");
    const file = new ThresholdKeyFile(text);
    if (field.value.trim() === "") return page.refuse(field, "passphrase");
    page.show("working");
    await take(file, taken(field));
  } catch (error) {
    page.show("start");
    refused(error, input, field);
  }
}

async function take(file, passphrase) {
  const ceremony = new Ceremony(await handedIn());
  const state = await file.open(passphrase);
  if (ceremony.message("certificate", Number(owner)) !== state.message("certificate")) throw new UsageError("unknown");
  if (stage === "compared") return showFingerprint(state, ceremony);
  const after = await TAKE[stage](state, ceremony);
  const message = after.message(stage);
  // The file that was chosen holds this step already: it was taken before, and not handed in.
  if (after === state) return send(message);
  return offer(await sealState(after, file.election, passphrase), message);
}

function showFingerprint(state, ceremony) {
  state.confirm(ceremony);
  fillCode(page.root, "fingerprint", ceremony.fingerprint);
  document.getElementById("fingerprint").value = ceremony.fingerprint;
  page.show("compare");
}

function offer(file, message, passphrase) {
  keeping.offer(file, `trustee-${owner}-${number}.key`, message, passphrase);
}

/** All that was handed in so far. @returns {Promise<Uint8Array>} */
async function handedIn() {
  const answer = await fetch(url, { cache: "no-store" });
  if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

function refused(error, input, field) {
  if (error instanceof UsageError) return page.refuse(error.code === "keyfile.passphrase" ? field : input, error.code);
  if (!(error instanceof VerificationError)) {
    console.error(error);
    return page.refuse(input, "fault");
  }
  const { code, detail } = error;
  const [of] = detail.match(/\d+/) ?? ["?"]; // whose share it is, of a wrong one: the place among those who take part
  const named = `${of} (${names.split("\n")[of - 1]})`;
  return page.refuse(input, SAID.includes(code) ? code : "does-not-hold", { code, number: named });
}

if (stage === "certificate") page.on("make", make);
else page.onForm("open", open);
forgetWhenLeft();
