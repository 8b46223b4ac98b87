// Makes and opens trustees' key files as the page does: reads {"seal": [{"secret", "uuid", "passphrase"}], "open":
// [{"file", "passphrase"}]} from standard input, writes {"sealed": [{"file", "public"}], "opened": [secret or code]}.

import "./globals.mjs";

import { readFileSync } from "node:fs";

import { publicKey } from "../../static/trustee/key.js";
import { KeyFile, seal } from "../../static/trustee/keyfile.js";

const asked = JSON.parse(readFileSync(0, "utf8"));
const sealed = [];
for (const { secret, uuid, passphrase } of asked.seal) {
  const file = await seal(BigInt(secret), uuid, passphrase);
  sealed.push({ file, public: JSON.stringify(publicKey(BigInt(secret))) });
}
const opened = [];
for (const { file, passphrase } of asked.open) {
  try {
    opened.push(String(await new KeyFile(file).open(passphrase)));
  } catch (error) {
    if (error.code === undefined) throw error;
    opened.push(error.code);
  }
}
process.stdout.write(JSON.stringify({ sealed, opened }));
