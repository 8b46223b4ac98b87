/** Making a key in the browser: key, passphrase, file; the file opened once more; then the public half is handed in. */

import { compactDigest } from "../booth/encoding.js";
import { Keeping } from "./keeping.js";
import { generatePassphrase, generateSecret, publicKey } from "./key.js";
import { KeyFile, seal } from "./keyfile.js";
import { TrusteePage, fill, forgetWhenLeft, handIn } from "./page.js";

const page = new TrusteePage("trustee-key");
const keeping = new Keeping(page, (file, passphrase) => new KeyFile(file).open(passphrase), send);

/** Makes a key; private key and passphrase are gone from here when the file is sealed and the passphrase is shown. */
async function make() {
  page.clear();
  page.show("working");
  try {
    const secret = generateSecret();
    const passphrase = generatePassphrase();
    const file = await seal(secret, "", passphrase);
    const made = JSON.stringify(publicKey(secret));
    fill(page.root, "fingerprint", compactDigest(made));
    keeping.offer(file, `${page.root.dataset.name}.key`, made, passphrase);
  } catch (error) {
    console.error(error);
    page.show("start");
    page.refuse(document.getElementById("make"), "fault");
  }
}

function send(made) {
  document.querySelector("#hand-in [name='reopened']").checked = true;
  handIn("key", made, "trustee.public.json");
}

page.on("make", make);
forgetWhenLeft();
