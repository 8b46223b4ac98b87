/** Decrypting in the browser: the archive downloaded and verified whole, the tally recomputed, compared, decrypted. */

import { groupsOfFour } from "../booth/texts.js";
import { ArchivePage, digits } from "./archive_page.js";
import { breathe, checkConfirmed, checkVerified, decryptVerified, markOf, ownShuffle } from "./decrypting.js";
import { UsageError, VerificationError } from "./errors.js";
import { refuseSecond, shufflesOf } from "./memory.js";
import { TrusteePage, chosenText, forgetWhenLeft, handIn, slots, taken } from "./page.js";
import { readKeyFile } from "./threshold.js";

const page = new TrusteePage("trustee-decrypt");
const archive = new ArchivePage(page);
const { uuid } = page.root.dataset;
const keyInput = document.getElementById("key-file");
const ownInput = document.getElementById("own-shuffle");
const trusted = document.querySelector('[data-own="none"] input');
let file = null;
let verified = null;
let own = null; // what is known of this trustee's shuffle, where votes are shuffled

async function start() {
  page.clear();
  try {
    const text = await chosenText(keyInput);
    if (text === null) return page.refuse(keyInput, "file");
    file = readKeyFile(text);
    if (file.publicText === null) return page.refuse(keyInput, "keyfile.share");
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return page.refuse(keyInput, error.code);
  }
  let known = false; // whether this browser remembers which setup was confirmed
  try {
    const found = await archive.check(async (checked) => {
      checkVerified(checked, uuid, file);
      await refuseSecond(file.publicText, uuid, markOf(checked));
      known = await checkConfirmed(checked, file);
      own = ownShuffle(checked, file.publicText, await shufflesOf(file.publicText, uuid));
    });
    if (found === null) return;
    verified = found;
  } catch (error) {
    if (error.code !== "keyfile.election") return archive.refused(error);
    page.show("start");
    return page.refuse(keyInput, error.code);
  }
  page.say("setup-known", known ? "setup.known" : "setup.unknown");
  page.say("own-known", own.state === "known" ? "own.known" : "");
  for (const part of page.root.querySelectorAll("[data-own]")) part.hidden = part.dataset.own !== own.state;
  const shuffles = [...verified.shuffles].map(([owner, hash]) => `${owner}: ${groupsOfFour(hash).join(" ")}`);
  fillList(page.root, "shuffles", shuffles);
  archive.compare(verified);
}

async function decryptNow() {
  page.clear();
  const field = document.getElementById("passphrase");
  if (own.state === "none" && !trusted.checked) return page.refuse(trusted, "own.trusted");
  if (own.state === "unknown" && digits(ownInput.value) === "") return page.refuse(ownInput, "own.missing");
  if (own.state === "unknown" && digits(ownInput.value) !== own.hash) {
    return archive.refused(new VerificationError("shuffle.own"));
  }
  if (field.value.trim() === "") return page.refuse(field, "passphrase");
  page.say("status", "decrypting");
  try {
    const progress = breathe((done, total) => page.say("status", "decrypted", { done, total }));
    const text = await decryptVerified(verified, file, taken(field), { progress });
    page.say("status", "handing-in");
    handIn("decryption", text, "decryption.json");
  } catch (error) {
    page.say("status", "");
    if (error instanceof UsageError && error.code !== "vote") return page.refuse(field, error.code);
    archive.refused(error);
  }
}

function fillList(root, name, texts) {
  const items = texts.map((text) => {
    const item = document.createElement("li");
    item.textContent = text;
    return item;
  });
  for (const slot of slots(root, name)) slot.replaceChildren(...items);
}

page.onForm("start", start);
page.onForm("decrypt", decryptNow);
forgetWhenLeft();
