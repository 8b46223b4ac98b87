// Verifies archives and decrypts their tallies as a trustee's page does: reads [{"archive": base64, "key", "passphrase",
// "uuid", "before": what is remembered, "shuffles": those of this key, by hash, "confirmed": which Setup event, "broken":
// whether nothing can be}, …] and writes [{"own", "decryption", "remembered"} or {"code", "remembered"}, …].

import "./globals.mjs";

import { readFileSync } from "node:fs";

import { checkersHere } from "../../static/trustee/checking.js";
import { checkConfirmed, checkVerified, decryptVerified, ownShuffle } from "../../static/trustee/decrypting.js";
import { VerificationError } from "../../static/trustee/errors.js";
import { readKeyFile } from "../../static/trustee/threshold.js";
import { verifyArchive } from "../../static/trustee/verify.js";

const seen = new Map(); // archives that hold, by their text

async function verified(text) {
  if (!seen.has(text)) seen.set(text, await verifyArchive(new Blob([Buffer.from(text, "base64")]), checkersHere()));
  return seen.get(text);
}

async function answer(asked) {
  const remembered = [];
  const remember = async (key, uuid, mark) => {
    if (asked.broken) throw new Error("no memory");
    if (asked.before && JSON.stringify(asked.before) !== JSON.stringify(mark)) throw new VerificationError("tally.second");
    remembered.push([key, uuid, mark]);
  };
  try {
    const found = await verified(asked.archive);
    const file = readKeyFile(asked.key);
    checkVerified(found, asked.uuid, file);
    const known = await checkConfirmed(found, file, async () => asked.confirmed);
    if (known !== (asked.confirmed !== undefined)) throw new Error("it does not say whether something is remembered");
    const { state: own } = ownShuffle(found, file.publicText, asked.shuffles ?? []);
    return { own, decryption: await decryptVerified(found, file, asked.passphrase, { rememberIt: remember }), remembered };
  } catch (error) {
    if (error.code === undefined) throw error;
    return { code: error.code, remembered };
  }
}

const answers = [];
for (const asked of JSON.parse(readFileSync(0, "utf8"))) answers.push(await answer(asked));
process.stdout.write(JSON.stringify(answers));
