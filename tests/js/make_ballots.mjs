// Makes ballots as the booth does: reads {"election": path, "votes": [{"credential", "choices"}]} from standard input
// and writes [{"ballot", "tracker", "challenge"}] to standard output (the challenge is of another encryption). Choices
// are an answer to each question in the protocol's own form, or {"chosen", "blank"} as a voter gives them.

import "./globals.mjs";

import { readFileSync } from "node:fs";

import { encryptBallot } from "../../static/booth/ballot.js";
import { readCredential } from "../../static/booth/credential.js";
import { Election } from "../../static/booth/election.js";
import { fromUtf8 } from "../../static/booth/encoding.js";

const { election: path, votes } = JSON.parse(readFileSync(0, "utf8"));
const election = new Election(readFileSync(path));
const made = votes.map(({ credential, choices }) => {
  const own = readCredential(credential);
  const answers = election.questions.map((question, at) =>
    Array.isArray(choices[at]) ? choices[at] : question.plaintext(choices[at].chosen ?? [], choices[at].blank ?? false),
  );
  const { bytes, tracker } = encryptBallot(election, own, answers).sign(own);
  return { ballot: fromUtf8(bytes), tracker, challenge: encryptBallot(election, own, answers).challengeFile() };
});
process.stdout.write(JSON.stringify(made));
