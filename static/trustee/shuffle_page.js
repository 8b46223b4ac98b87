/** Shuffling in the browser: the archive downloaded and verified whole, compared, shuffled; the shuffle is handed in. */

import { offerFile } from "../booth/page.js";
import { ArchivePage, Clock } from "./archive_page.js";
import { checkConfirmed } from "./decrypting.js";
import { UsageError, VerificationError } from "./errors.js";
import { rememberShuffle } from "./memory.js";
import { TrusteePage, forgetWhenLeft, handIn, slots } from "./page.js";
import { Pool } from "./pool.js";
import { checkToShuffle, shuffleVerified } from "./shuffling.js";

const page = new TrusteePage("trustee-shuffle");
const archive = new ArchivePage(page);
const { uuid, owner, key } = page.root.dataset;
const [link] = slots(page.root, "file");
let verified = null;
let made = null;

async function start() {
  page.clear();
  try {
    let known = false;
    verified = await archive.check(async (found) => {
      checkToShuffle(found, uuid, Number(owner), key);
      known = await checkConfirmed(found, { publicText: key });
    });
    if (verified === null) return;
    page.say("setup-known", known ? "setup.known" : "setup.unknown");
    archive.compare(verified);
  } catch (error) {
    archive.refused(error);
  }
}

async function shuffleNow() {
  page.clear();
  page.show("shuffling");
  const clock = new Clock(page, "shuffling");
  const pool = new Pool();
  try {
    made = await shuffleVerified(verified, pool, (done, total) => clock.at("shuffled", done, total));
    await rememberShuffle(key, uuid, verified.tallied.hash, made.hash).catch((error) => {
      throw error instanceof VerificationError ? error : new UsageError("memory", String(error));
    });
  } catch (error) {
    if (error.code !== "memory") return archive.refused(error);
    page.show("compare");
    return page.refuse(document.getElementById("shuffle-now"), "memory");
  } finally {
    pool.end();
  }
  offerFile(link, `${made.text}\n`, "shuffle.json");
  archive.fillGrouped("hash", made.hash);
  page.show("made");
}

page.onForm("start", start);
page.onForm("shuffle", shuffleNow);
page.onForm("send", () => {
  page.say("status", "handing-in");
  handIn("shuffle", made.text, "shuffle.json");
});
forgetWhenLeft();
