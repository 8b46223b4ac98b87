/** A thread that verifies ballots: `{id, kind, …}` is answered by `{id, result}` or `{id, failure}`. */

import { Checking } from "./checking.js";

const checking = new Checking();

const answers = {
  open: ({ raw }) => checking.open(raw),
  keys: ({ keys }) => checking.keys(keys),
  ballots: ({ chunk }) => checking.ballots(chunk),
  sum: () => checking.sum(),
};

addEventListener("message", ({ data }) => {
  try {
    postMessage({ id: data.id, result: answers[data.kind](data) });
  } catch (error) {
    const { code = "fault", detail = "", height = null, message } = error;
    postMessage({ id: data.id, failure: { code, detail, height, message: String(message) } });
  }
});
