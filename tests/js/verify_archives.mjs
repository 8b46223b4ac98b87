// Verifies archives and ballots as a trustee's page does: reads [{"archive": base64} or {"election", "ballot": base64}, …]
// from standard input and writes [{"code", "height", "tally", "result", …}, …]; the code is "holds" where everything does.

import "./globals.mjs";

import { readFileSync } from "node:fs";

import { verifyBallot } from "../../static/trustee/ballot.js";
import { checkersHere } from "../../static/trustee/checking.js";
import { Election } from "../../static/trustee/election.js";
import { verifyArchive } from "../../static/trustee/verify.js";

const elections = new Map();

function electionOf(text) {
  if (!elections.has(text)) elections.set(text, new Election(Buffer.from(text, "base64")));
  return elections.get(text);
}

async function verdict({ archive, election, ballot }) {
  if (archive === undefined) {
    verifyBallot(electionOf(election), Buffer.from(ballot, "base64"));
    return { code: "holds", height: null };
  }
  const found = await verifyArchive(new Blob([Buffer.from(archive, "base64")]), checkersHere());
  const { tally, result, shufflers, decryptions } = found;
  const plain = JSON.parse(JSON.stringify(result, (_, value) => (typeof value === "bigint" ? Number(value) : value)));
  const decrypted = [...decryptions.keys()];
  return { code: "holds", height: null, tally: tally.sizedJson(), result: plain, shufflers, decrypted };
}

const verdicts = [];
for (const one of JSON.parse(readFileSync(0, "utf8"))) {
  try {
    verdicts.push(await verdict(one));
  } catch (error) {
    if (error.code === undefined) throw error;
    verdicts.push({ code: error.code, height: error.height ?? null });
  }
}
process.stdout.write(JSON.stringify(verdicts));
