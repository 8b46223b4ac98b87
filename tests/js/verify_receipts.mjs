// Verifies receipts as the observers' page does: reads [{"file", "receiptKey", "logKeys": [text], "log": {path: Base64 or
// null}}] from standard input, files in Base64; writes the outcomes of each: [{"step", "state", "code"}].

import { readFileSync } from "node:fs";

import { UnknownError } from "../../static/observe/errors.js";
import { parseKey } from "../../static/observe/note.js";
import { verifyReceipt } from "../../static/observe/verifying.js";

const bytes = (text) => Uint8Array.from(Buffer.from(text, "base64"));
const all = [];
for (const { file, receiptKey, logKeys, log } of JSON.parse(readFileSync(0, "utf8"))) {
  const fetch = async (path) => {
    if (log === null) throw new UnknownError("log.unreachable", path);
    return log[path] === undefined ? null : bytes(log[path]);
  };
  const outcomes = [];
  for await (const outcome of verifyReceipt(bytes(file), receiptKey, logKeys.map(parseKey), fetch, 0)) outcomes.push(outcome);
  all.push(outcomes.map(({ step, state, code, facts }) => ({ step, state, code, facts })));
}
process.stdout.write(JSON.stringify(all));
