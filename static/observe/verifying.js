/**
 * A receipt verified, step by step: signed by this site, entered in the log, and the log of now still has it.
 *
 * A step that fails stops those that rest on it and no others: whoever reads shall see what holds and what does not.
 */

import { checkSignature, isKey, parseReceipt } from "../booth/receipt.js";
import { fromBase64, fromUtf8, hex } from "../booth/encoding.js";
import { UnknownError, VerificationError } from "./errors.js";
import { leafHash, proveConsistency, proveInclusion, verifyConsistency, verifyInclusion } from "./merkle.js";
import { verifyCheckpoint } from "./note.js";
import { TYPE, parseProof } from "./proof.js";
import { Tiles } from "./tiles.js";

/** Tiles that are looked through for a receipt without a proof: half a million entries, in 16 MB. */
export const MOST_TILES = 2000;

/** Milliseconds after which the log is asked again that has answered with less than the file's checkpoint, or without the
 * ballot's entry: a cache on the way may be a moment behind, and entries are published within two seconds. */
const MOMENT = 2000;
const HOUR = 3_600_000;
const MAX_RECEIPT = 2048;
const UUID = /^[1-9A-HJ-NP-Za-km-z]{14,32}$/;

/** What each step rests on. A receipt alone is looked for in the log of now; a proof brings its own checkpoint along. */
const STEPS = {
  file: [],
  signature: ["file"],
  checkpoint: ["file"],
  current: [],
  place: ["file", "current"],
  inclusion: ["file", "checkpoint"],
  consistency: ["checkpoint", "current"],
};
export const WITH_PROOF = ["file", "signature", "checkpoint", "inclusion", "current", "consistency"];
export const WITHOUT_PROOF = ["file", "signature", "current", "place"];

/**
 * @typedef {{step: string, state: "holds"|"fails"|"unknown"|"skipped", code?: string, detail?: string, facts?: object}}
 *   Outcome of a step; `code` and `detail` say what is wrong and where, `facts` what was found
 *
 * @param {Uint8Array} raw the file: a receipt, or a tlog-proof that has it as its extra line
 * @param {string} receiptKey 32 bytes in Base64
 * @param {import("./note.js").VerifierKey[]} logKeys the present one first: what is signed now, no other one may sign
 * @param {(path: string) => Promise<Uint8Array|null>} fetch something of the log, by its path below the log's address;
 *   null if it is not there. Throws {@link UnknownError}
 * @param {number} [moment] see {@link MOMENT}
 * @returns {AsyncGenerator<Outcome>} a step after the other
 */
export async function* verifyReceipt(raw, receiptKey, logKeys, fetch, moment = MOMENT) {
  const found = {};
  const states = {};
  let list = ["file"];
  for (let at = 0; at < list.length; at++) {
    const step = list[at];
    let outcome = { step, state: "skipped" };
    if (STEPS[step].every((other) => states[other] === "holds")) {
      outcome = { step, ...(await attempt(() => ACTS[step](found, { raw, receiptKey, logKeys, fetch, moment }))) };
    }
    states[step] = outcome.state;
    if (step === "file" && outcome.state === "holds") list = found.proof ? WITH_PROOF : WITHOUT_PROOF;
    yield outcome;
  }
}

async function attempt(act) {
  try {
    return { state: "holds", facts: await act() };
  } catch (error) {
    const { code, detail } = error;
    if (error instanceof VerificationError) return { state: "fails", code, detail };
    if (error instanceof UnknownError) return { state: "unknown", code, detail };
    throw error;
  }
}

/** Each does one step; what the others need it leaves in `found`, what is to be said it returns. */
const ACTS = {
  file(found, { raw }) {
    Object.assign(found, open(raw));
    found.entry = entryOf(found.receipt);
    found.leaf = leafHash(found.entry);
    const { vote, tracker, height, time } = found.receipt;
    return { vote, tracker, height, day: time, entry: found.entry, leaf: hex(found.leaf) };
  },

  signature({ receipt }, { receiptKey }) {
    if (!isKey(receiptKey)) throw new UnknownError("receipt.key");
    try {
      checkSignature(receipt, receiptKey);
    } catch {
      throw new VerificationError("receipt.signature");
    }
    return {};
  },

  checkpoint(found, { logKeys }) {
    found.checkpoint = verifyCheckpoint(found.proof.checkpoint, logKeys);
    return { origin: found.checkpoint.origin, size: found.checkpoint.size };
  },

  inclusion({ proof, leaf, checkpoint: { size, root } }) {
    verifyInclusion(leaf, proof.index, size, proof.hashes, root);
    return { index: proof.index, size };
  },

  async current(found, { logKeys, fetch, moment }) {
    const ask = async () => {
      const note = await fetch("checkpoint");
      if (note === null) throw new UnknownError("log.unreachable", "checkpoint");
      return verifyCheckpoint(note, logKeys.slice(0, 1));
    };
    found.current = await ask();
    if (found.current.size < found.checkpoint?.size) {
      await pause(moment);
      found.current = await ask();
    }
    found.tiles = new Tiles(fetch, found.current.size);
    return { size: found.current.size };
  },

  async consistency({ checkpoint, current, tiles }) {
    const { size, root } = current;
    if (size < checkpoint.size) throw new VerificationError("log.shorter", `${size} < ${checkpoint.size}`);
    const proof = await proveConsistency((level, index) => tiles.hash(level, index), checkpoint.size, size);
    verifyConsistency(checkpoint.size, checkpoint.root, size, root, proof);
    return { older: checkpoint.size, size };
  },

  async place(found, asked) {
    const find = () => found.tiles.find(found.leaf, MOST_TILES);
    let index = await find();
    if (index === null) {
      await pause(asked.moment);
      await ACTS.current(found, asked);
      index = await find();
    }
    if (index === null && isOfToday(found.receipt)) throw new UnknownError("inclusion.waiting");
    if (index === null) throw new VerificationError("inclusion.missing");
    const { leaf, current: { size, root }, tiles } = found;
    const proof = await proveInclusion((level, at) => tiles.hash(level, at), index, size);
    verifyInclusion(leaf, index, size, proof, root);
    return { index, size };
  },
};

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Whether it is the day of the receipt somewhere: which day it is where the site stands, this browser need not know. */
function isOfToday({ time }) {
  const dayIn = (hours) => new Date(Date.now() + hours * HOUR).toISOString().slice(0, 10);
  return dayIn(-12) <= time && time <= dayIn(14);
}

/** The receipt in a file, and the proof if there is one. */
function open(raw) {
  if (!startsWith(raw, TYPE)) return { receipt: receiptOf(trimmed(raw)), proof: null };
  const proof = parseProof(raw);
  if (proof.extra.length === 0) throw new VerificationError("inclusion.extra");
  return { receipt: receiptOf(proof.extra), proof };
}

function receiptOf(raw) {
  try {
    if (raw.length > MAX_RECEIPT) throw new RangeError("too long");
    const receipt = parseReceipt(raw);
    for (const name of ["election", "tracker"]) {
      if (fromBase64(receipt[name]).length !== 32) throw new RangeError(`not 32 bytes: ${name}`);
    }
    if (!UUID.test(receipt.vote) || receipt.height === 0) throw new RangeError("no ballot of a vote");
    return receipt;
  } catch {
    throw new VerificationError("receipt.format");
  }
}

/** The entry of the log that follows from a receipt: canonical JSON (RFC 8785), its members in order. */
export function entryOf({ vote, height, head }) {
  return JSON.stringify({ event: "Ballot", hash: head, height, type: "vote.event", version: 1, vote });
}

function startsWith(raw, text) {
  try {
    return fromUtf8(raw.subarray(0, text.length)) === text;
  } catch {
    return false;
  }
}

/** Without blanks and ends of lines around it, which pasting and saving leave. */
function trimmed(raw) {
  const isBlank = (byte) => byte === 32 || byte === 9 || byte === 10 || byte === 13;
  let [start, end] = [0, raw.length];
  while (start < end && isBlank(raw[start])) start++;
  while (end > start && isBlank(raw[end - 1])) end--;
  return raw.subarray(start, end);
}
