// Verifies archives and parts of them as a trustee's page does: reads [{"archive": base64}, {"election", "ballot": base64},
// {"election", "shuffle": base64, "before": [ciphertexts, …]} or {"parameters": base64}, …] from standard input and writes [{"code", "height", "tally", "result", …}, …]; the code is "holds" where everything does.

import "./globals.mjs";

import { readFileSync } from "node:fs";

import { verifyBallot } from "../../static/trustee/ballot.js";
import { checkersHere } from "../../static/trustee/checking.js";
import { Election } from "../../static/trustee/election.js";
import { coded } from "../../static/trustee/errors.js";
import { readShuffle, verifyShuffle } from "../../static/trustee/mixnet.js";
import { ThresholdParameters } from "../../static/trustee/pedersen.js";
import { verifyArchive } from "../../static/trustee/verify.js";
import { load } from "../../static/trustee/wire.js";

const elections = new Map();

function electionOf(text) {
  if (!elections.has(text)) elections.set(text, new Election(Buffer.from(text, "base64")));
  return elections.get(text);
}

function verifyPart({ election, ballot, shuffle, before, parameters }) {
  if (parameters !== undefined) {
    new ThresholdParameters(coded("threshold.format", () => load(Buffer.from(parameters, "base64"))));
  } else if (ballot !== undefined) verifyBallot(electionOf(election), Buffer.from(ballot, "base64"));
  else {
    const { fingerprint, keyText: key } = electionOf(election);
    const counts = before.map(({ length }) => length);
    const read = readShuffle(Buffer.from(shuffle, "base64"), counts);
    read.forEach((one, at) => verifyShuffle({ fingerprint, key }, before[at], one));
  }
  return { code: "holds", height: null };
}

async function verdict(asked) {
  const { archive } = asked;
  if (archive === undefined) return verifyPart(asked);
  const found = await verifyArchive(new Blob([Buffer.from(archive, "base64")]), checkersHere());
  const { tally, result, shuffles, decryptions } = found;
  const plain = JSON.parse(JSON.stringify(result, (_, value) => (typeof value === "bigint" ? Number(value) : value)));
  const [shuffled, decrypted] = [[...shuffles.keys()], [...decryptions.keys()]];
  return { code: "holds", height: null, tally: tally.sizedJson(), result: plain, shuffled, decrypted };
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
