/**
 * Comparing the frozen setup: that its number is its own, that the registrar signed it, that the archive begins as it
 * says, and one's own key. What is confirmed is remembered here, for the day of decrypting.
 */

import { digest, fromUtf8, hex } from "../booth/encoding.js";
import { FormError, UsageError, VerificationError } from "./errors.js";
import { readKeyFile } from "./threshold.js";
import { rememberSetup } from "./memory.js";
import { TrusteePage, chosenText } from "./page.js";
import { Pool } from "./pool.js";
import { checkConfirmation } from "./registrar.js";
import { checkSetup } from "./setup.js";
import { fields } from "./wire.js";

const page = new TrusteePage("trustee-confirm");
const { setupUrl, startUrl, registrarUrl, hash, owner, uuid, key } = page.root.dataset;
const form = document.getElementById("trustee-confirmation");
let checked = null; // the key in the file that was held against the setup
const bar = page.root.querySelector("progress");

/** @param {string} text of a key file, of a public file, or of a share as it was handed in @returns {string} the public key that it names */
function keyIn(text) {
  try {
    const value = JSON.parse(text);
    if (value?.pok !== undefined) return fields(value, ["pok", "public_key"]).public_key;
    if (value?.private_key !== undefined) return fields(value.public_key, ["pok", "public_key", "signature"]).public_key;
  } catch (error) {
    if (error instanceof FormError || error instanceof SyntaxError) throw new UsageError("keyfile.format");
    throw error;
  }
  const { publicText } = readKeyFile(text);
  if (publicText === null) throw new UsageError("keyfile.format");
  return publicText;
}

async function bytes(url) {
  const answer = await fetch(url, { cache: "no-store" });
  if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

/** @returns {Promise<any>} the setup document, whose number is the one that this page shows; throws as VerificationError */
async function fixedSetup() {
  const raw = await bytes(setupUrl);
  if (hex(digest(raw)) !== hash) throw new VerificationError("setup.hash");
  return JSON.parse(fromUtf8(raw));
}

function refused(error) {
  const input = document.getElementById("own-key");
  const code = error.code ?? "fault";
  if (code === "fault") console.error(error);
  if (code.startsWith("registrar.")) return page.refuse(input, "registrar", { code });
  const known = ["setup.hash", "setup.mismatch", "setup.confirmed", "trustees.missing", "fault"].includes(code);
  return known ? page.refuse(input, code) : page.refuse(input, "does-not-hold", { code });
}

async function check() {
  page.clear();
  const input = document.getElementById("own-key");
  let own;
  try {
    const text = await chosenText(input);
    if (text === null) return page.refuse(input, "file");
    own = keyIn(text);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return page.refuse(input, error.code);
  }
  page.say("status", "checking");
  bar.hidden = false;
  const pool = new Pool();
  try {
    const [setup, start, confirmation] = await Promise.all([fixedSetup(), bytes(startUrl), bytes(registrarUrl)]);
    checkConfirmation(confirmation, setup, hash);
    await checkSetup(setup, new Blob([start]), { uuid, owner: Number(owner), own }, pool);
    checked = own;
    page.say("status", "good");
  } catch (error) {
    page.say("status", "");
    refused(error);
  } finally {
    bar.hidden = true;
    pool.end();
  }
}

/**
 * Hands the confirmation in, once it is remembered with which first entry the archive must begin. Without a file the
 * key is the one that the server names: if that is not the trustee's, nothing is remembered, and decrypting says so.
 */
async function confirm() {
  page.clear();
  try {
    const setup = await fixedSetup();
    await rememberSetup(checked ?? key, uuid, setup.head).catch((error) => {
      if (error instanceof VerificationError) throw error;
      console.error(error); // this browser remembers nothing: decrypting will say so, and the mail tells the first entry
    });
  } catch (error) {
    return refused(error);
  }
  form.submit();
}

page.onForm("check", check);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  confirm();
});
