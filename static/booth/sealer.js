/**
 * Encrypts, apart from the page or in it. At most one ballot is here at a time, and it is taken out either opened
 * (challenge) or signed, never both: what was opened cannot be cast.
 *
 * Requests are `{id, kind, …}`; each is answered by `{id, result}` or `{id, failure}`, and before that perhaps by some
 * `{id, done, total}`.
 */

import { encryptBallot } from "./ballot.js";
import { Election } from "./election.js";
import { generatorTable } from "./group.js";

/** @param {(answer: object) => void} post @returns {(request: object) => void} what answers a request */
export function sealer(post) {
  let election = null;
  let unsigned = null;
  let owner = null;

  function take() {
    const taken = unsigned;
    unsigned = null;
    if (taken === null) throw new Error("there is no ballot");
    return taken;
  }

  const answers = {
    /** Reads the election and makes the tables beforehand, while the voter is still reading. */
    open({ raw }) {
      election = new Election(raw);
      generatorTable();
      return { ready: election.keyTable !== null };
    },

    encrypt({ id, credential, plaintext }) {
      owner = credential;
      unsigned = encryptBallot(election, credential, plaintext, (done, total) => post({ id, done, total }));
      return { hash: unsigned.hash };
    },

    challenge() {
      return { file: take().challengeFile() };
    },

    sign() {
      return take().sign(owner);
    },

    discard() {
      unsigned = null;
      return {};
    },
  };

  return (request) => {
    try {
      post({ id: request.id, result: answers[request.kind](request) });
    } catch (error) {
      post({ id: request.id, failure: String(error?.message ?? error) });
    }
  };
}
