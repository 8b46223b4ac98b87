/** A thread of a trustee's page: `{id, kind, …}` is answered by `{id, result}` or `{id, failure}`, and before by `{id, far}`. */

import { Checking } from "./checking.js";

const checking = new Checking();

const answers = {
  open: ({ raw }) => checking.open(raw),
  keys: ({ keys }) => checking.keys(keys),
  ballots: ({ chunk }) => checking.ballots(chunk),
  sum: () => checking.sum(),
  run: ({ id, kindOf, task }) => checking[kindOf](task, seldom((...far) => postMessage({ id, far }))),
};

/** A hundred times a second would be too often: the first of every tenth of a second is passed on. */
function seldom(pass) {
  let passed = 0;
  return (...far) => {
    const now = performance.now();
    if (now - passed < 100) return;
    passed = now;
    pass(...far);
  };
}

addEventListener("message", ({ data }) => {
  try {
    postMessage({ id: data.id, result: answers[data.kind](data) });
  } catch (error) {
    const { code = "fault", detail = "", height = null, message } = error;
    postMessage({ id: data.id, failure: { code, detail, height, message: String(message) } });
  }
});
