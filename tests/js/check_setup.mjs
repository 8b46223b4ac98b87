// Holds setup documents against the beginning of an archive, as the page where a trustee confirms does: reads {"start":
// base64, "trustee": {…}, "setups": [text, …], "confirmations": [text, …]} and writes the code of each setup, and of each
// of the registrar's statements on the first setup; "holds" where everything does.

import "./globals.mjs";

import { readFileSync } from "node:fs";

import { checkersHere } from "../../static/trustee/checking.js";
import { digest, hex, utf8 } from "../../static/booth/encoding.js";
import { checkConfirmation } from "../../static/trustee/registrar.js";
import { checkSetup } from "../../static/trustee/setup.js";

const { start, trustee, setups, confirmations = [] } = JSON.parse(readFileSync(0, "utf8"));
const codes = [];

async function judge(check) {
  try {
    await check();
    codes.push("holds");
  } catch (error) {
    if (error.code === undefined) throw error;
    codes.push(error.code);
  }
}

for (const text of setups) {
  const blob = new Blob([Buffer.from(start, "base64")]);
  await judge(() => checkSetup(JSON.parse(text), blob, trustee, checkersHere()));
}
for (const text of confirmations) {
  await judge(() => checkConfirmation(utf8(text), JSON.parse(setups[0]), hex(digest(setups[0]))));
}
process.stdout.write(JSON.stringify(codes));
