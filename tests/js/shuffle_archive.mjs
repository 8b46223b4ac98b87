// Verifies archives and shuffles their votes as a trustee's page does: reads [{"archive": base64, "uuid", "owner", "key"}, …]
// and writes [{"shuffle", "hash"} or {"code"}, …].

import "./globals.mjs";

import { readFileSync } from "node:fs";

import { checkersHere } from "../../static/trustee/checking.js";
import { checkToShuffle, shuffleVerified } from "../../static/trustee/shuffling.js";
import { verifyArchive } from "../../static/trustee/verify.js";

async function answer({ archive, uuid, owner, key }) {
  try {
    const found = await verifyArchive(new Blob([Buffer.from(archive, "base64")]), checkersHere());
    checkToShuffle(found, uuid, owner, key);
    const { text, hash } = await shuffleVerified(found, checkersHere());
    return { shuffle: text, hash };
  } catch (error) {
    if (error.code === undefined) throw error;
    return { code: error.code };
  }
}

const answers = [];
for (const asked of JSON.parse(readFileSync(0, "utf8"))) answers.push(await answer(asked));
process.stdout.write(JSON.stringify(answers));
