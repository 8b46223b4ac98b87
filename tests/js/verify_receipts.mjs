// Verifies receipts as the observers' page does: reads [{"file", "receiptKey", "logKeys": [text], "log": {path: Base64 or
// null}, "later": what the log has when its checkpoint is asked for again}] from standard input, files in Base64; writes the outcomes of each: [{"step", "state", "code"}].

import { readFileSync } from "node:fs";

import { UnknownError } from "../../static/observe/errors.js";
import { parseKey } from "../../static/observe/note.js";
import { verifyReceipt } from "../../static/observe/verifying.js";

const bytes = (text) => Uint8Array.from(Buffer.from(text, "base64"));
const all = [];
for (const { file, receiptKey, logKeys, log, later } of JSON.parse(readFileSync(0, "utf8"))) {
  let asked = 0;
  const fetch = async (path) => {
    if (path === "checkpoint") asked++;
    if (log === null) throw new UnknownError("log.unreachable", path);
    const now = asked > 1 ? later ?? log : log;
    return now[path] === undefined ? null : bytes(now[path]);
  };
  const outcomes = [];
  for await (const outcome of verifyReceipt(bytes(file), receiptKey, logKeys.map(parseKey), fetch, 0)) outcomes.push(outcome);
  all.push(outcomes.map(({ step, state, code, facts }) => ({ step, state, code, facts })));
}
process.stdout.write(JSON.stringify(all));
