/** Making a key in the browser: key, passphrase, file; the file opened once more; then the public half is handed in. */

import { compactDigest } from "../booth/encoding.js";
import { offerFile, withdrawFile } from "../booth/page.js";
import { UsageError } from "./errors.js";
import { generatePassphrase, generateSecret, publicKey } from "./key.js";
import { KeyFile, seal } from "./keyfile.js";
import { TrusteePage, chosenText, fill, forgetWhenLeft, handIn, slots, taken } from "./page.js";

const page = new TrusteePage("trustee-key");
const [link] = slots(page.root, "file");
let made = null; // the public key with its proof: all that is kept of a key

/** Makes a key; private key and passphrase are gone from here when the file is sealed and the passphrase is shown. */
async function make() {
  page.clear();
  page.show("making");
  try {
    const secret = generateSecret();
    const passphrase = generatePassphrase();
    const file = await seal(secret, "", passphrase);
    made = publicKey(secret);
    offerFile(link, `${file}\n`, `${page.root.dataset.name}.key`);
    fill(page.root, "passphrase", passphrase);
    fill(page.root, "fingerprint", compactDigest(JSON.stringify(made)));
    page.show("made");
  } catch (error) {
    console.error(error);
    page.show("start");
    page.refuse(page.root.querySelector('[data-action="make"]'), "fault");
  }
}

/** From here on the passphrase is on paper alone, and the file where it was saved. */
function kept() {
  fill(page.root, "passphrase", "");
  withdrawFile(link);
  page.show("reopen");
}

function again() {
  made = null;
  page.clear();
  page.say("status", "");
  page.show("start");
}

async function reopen() {
  page.clear();
  const input = document.getElementById("key-file");
  const field = document.getElementById("passphrase");
  try {
    const text = await chosenText(input);
    if (text === null) return page.refuse(input, "file");
    const file = new KeyFile(text);
    if (file.publicText !== made.public_key) return page.refuse(input, "another");
    if (field.value.trim() === "") return page.refuse(field, "passphrase");
    page.say("status", "opening");
    await file.open(taken(field));
  } catch (error) {
    page.say("status", "");
    if (!(error instanceof UsageError)) throw error;
    return page.refuse(error.code === "keyfile.format" ? input : field, error.code);
  }
  page.say("status", "opened");
  document.querySelector("#hand-in [name='reopened']").checked = true;
  const given = JSON.stringify(made);
  made = null;
  handIn("key", given, "trustee.public.json");
}

page.root.querySelector('[data-action="make"]').id = "make";
page.on("make", make);
page.on("kept", kept);
page.on("again", again);
page.onForm("reopen", reopen);
addEventListener("beforeunload", (event) => {
  if (made !== null) event.preventDefault(); // a key that was not handed in is lost
});
forgetWhenLeft();
