// Takes a trustee's steps in ceremonies as the page does: reads [{"file": key file, or "begin": {"size", "threshold",
// "index"}, "passphrase", "ceremony", "step"}, …] and writes [{"file": as it is then, "sent"} or {"code"}, …].

import "./globals.mjs";

import { readFileSync } from "node:fs";

import { utf8 } from "../../static/booth/encoding.js";
import { Ceremony } from "../../static/trustee/ceremony.js";
import { State, ThresholdKeyFile, sealState } from "../../static/trustee/threshold.js";
import { dumpText } from "../../static/trustee/wire.js";

/** What is handed in after each step. */
const MESSAGES = { begin: "certificate", commit: "commitment", reveal: "polynomial", accept: "voutput" };

async function answer({ file, begin, passphrase, ceremony, step }) {
  const state = step === "begin" ? State.begin(begin) : await new ThresholdKeyFile(file).open(passphrase);
  if (step === "share") return { sent: (await state.share()).toString() };
  if (step === "begin") return handedIn(state, step, passphrase);
  const shown = new Ceremony(utf8(ceremony));
  if (step === "confirm") return { sent: dumpText(state.confirm(shown)), fingerprint: shown.fingerprint };
  return handedIn(await state[step](shown), step, passphrase);
}

async function handedIn(state, step, passphrase) {
  return { file: await sealState(state, "", passphrase), sent: state.message(MESSAGES[step]) };
}

const answers = [];
for (const asked of JSON.parse(readFileSync(0, "utf8"))) {
  try {
    answers.push(await answer(asked));
  } catch (error) {
    if (error.code === undefined) throw error;
    answers.push({ code: error.code });
  }
}
process.stdout.write(JSON.stringify(answers));
