/**
 * A trustee's side of a ceremony: what it has done and seen, kept in its key file from step to step, as
 * egov_crypto/threshold/keyfile.py specifies both.
 *
 * A step is never taken twice on different inputs: which certificates the polynomial was made for and which commitments
 * were there when it was shown stand in the file before the trustee's answer leaves its hands.
 */

import { utf8 } from "../booth/encoding.js";
import { parsePoint } from "../booth/group.js";
import { generateSeed, keysOf } from "./channel.js";
import { STEPS, commitment } from "./ceremony.js";
import { decode } from "./curve.js";
import { accept, deal, makeCertificate, openShare } from "./dealing.js";
import { FormError, UsageError, VerificationError } from "./errors.js";
import { KeyFile, readFile } from "./keyfile.js";
import { publicText } from "./key.js";
import { Sealed, sealContent } from "./sealing.js";
import { dump, dumpText, fields, integer, items, load, string } from "./wire.js";

/** @typedef {import("./ceremony.js").Ceremony} Ceremony */

const TYPE = "egov-threshold-key";
const VERSION = 1;
/** Bytes that such a file may have: it holds the messages of its trustee. */
export const MAX_THRESHOLD_FILE = 1 << 18;

/** What the key file of a trustee holds; each step gives the next state. Messages are texts in their one spelling. */
export class State {
  certificates = null;
  polynomial = null;
  commitments = null;
  voutput = null;

  /** @param {object} members */
  constructor(members) {
    Object.assign(this, members);
  }

  /** @param {{size: number, threshold: number, index: number}} place @returns {State} a fresh seed, its certificate */
  static begin(place) {
    const seed = generateSeed();
    return new State({ seed, ...place, certificate: makeCertificate(place, keysOf(seed)) });
  }

  get keys() {
    return keysOf(this.seed);
  }

  /** @returns {string|null} the step that this trustee has to take next, null after the last */
  get step() {
    if (this.polynomial === null) return "commitment";
    if (this.commitments === null) return "polynomial";
    return this.voutput === null ? "voutput" : null;
  }

  /** @returns {string|null} the public half of the share, once there is one */
  get publicText() {
    return this.voutput === null ? null : load(utf8(this.voutput)).public_key.public_key;
  }

  /** @param {string} step @returns {string} what this trustee sends; throws UsageError (`step`) if it is not made */
  message(step) {
    const messages = {
      certificate: this.certificate,
      commitment: this.polynomial && commitment(this.polynomial),
      polynomial: this.commitments && this.polynomial,
      voutput: this.voutput,
    };
    if (messages[step] === null) throw new UsageError("step", step);
    return messages[step];
  }

  /** Makes the polynomial, for the certificates of all. @param {Ceremony} ceremony @returns {Promise<State>} */
  async commit(ceremony) {
    this.#check(ceremony, "certificate");
    if (this.polynomial !== null) return this;
    const polynomial = await deal(ceremony.certificates, this.index, this.keys);
    return new State({ ...this, polynomial, certificates: ceremony.certificatesDigest });
  }

  /** Shows the polynomial, now that all have committed to theirs. @param {Ceremony} ceremony @returns {Promise<State>} */
  async reveal(ceremony) {
    this.message("commitment");
    this.#check(ceremony, "commitment");
    return new State({ ...this, commitments: ceremony.commitments });
  }

  /** Checks what all have sent to this trustee, and takes its share. @param {Ceremony} ceremony @returns {Promise<State>} */
  async accept(ceremony) {
    this.message("polynomial");
    this.#check(ceremony, "polynomial");
    if (this.voutput !== null) return this;
    const voutput = await accept(ceremony.certificates, this.index, this.keys, ceremony.vinput(this.index));
    return new State({ ...this, voutput });
  }

  /** @param {Ceremony} ceremony @returns {any} what all have made together, whose fingerprint they compare */
  confirm(ceremony) {
    this.message("voutput");
    this.#check(ceremony, "voutput");
    return ceremony.parameters();
  }

  /** @returns {Promise<bigint>} the private key with which this trustee decrypts */
  share() {
    return openShare(this.keys, decode(publicText(this.keys.signing)), this.message("voutput"));
  }

  /** That the ceremony has come to the end of a step, and is the one that this trustee has taken part in. */
  #check(ceremony, step) {
    const differs = (what) => new VerificationError("ceremony.differs", what);
    if (ceremony.size !== this.size || ceremony.threshold !== this.threshold) throw differs("the number of trustees");
    ceremony.require(step);
    if (![null, ceremony.certificatesDigest].includes(this.certificates)) throw differs("the certificates");
    const committed = step === "certificate" || this.commitments === null;
    if (!committed && this.commitments.join() !== ceremony.commitments.join()) throw differs("the commitments");
    for (const own of STEPS.slice(0, STEPS.indexOf(step) + 1)) {
      if (ceremony.message(own, this.index) !== this.message(own)) throw differs(`this trustee's own ${own}`);
    }
  }
}

const CONTENT = ["seed", "size", "threshold", "index", "certificate", "certificates", "polynomial", "commitments", "voutput"];
/** What stands as a value in the file and as a text in the state. */
const MESSAGES = ["certificate", "polynomial", "voutput"];

/**
 * @param {State} state @param {string} uuid of the election, or empty for any @param {string} passphrase
 * @returns {Promise<string>} the key file, opened once more before it is given
 */
export async function sealState(state, uuid, passphrase) {
  const verification = publicText(state.keys.signing);
  const content = Object.fromEntries(CONTENT.map((name) => [name, written(name, state[name])]));
  const sealed = await sealContent(dump(content), additional(uuid, verification, state.publicText), passphrase);
  const head = { type: TYPE, version: VERSION, election: uuid, verification, public_key: state.publicText };
  const file = dumpText({ ...head, ...sealed });
  const again = await new ThresholdKeyFile(file).open(passphrase);
  const same = CONTENT.every((name) => dumpText(again[name]) === dumpText(state[name]));
  if (!same) throw new Error("a key file that was just made does not open");
  return file;
}

function written(name, value) {
  return MESSAGES.includes(name) && value !== null ? load(utf8(value)) : value;
}

/** A key file as it lies there; what it says is true only once it has been opened. */
export class ThresholdKeyFile {
  /** @param {string} text throws UsageError (`keyfile.format`) if it is no key file of this version */
  constructor(text) {
    readFile(text, TYPE, (value) => this.#read(value));
  }

  #read(value) {
    const names = ["type", "version", "election", "verification", "public_key", "kdf", "cipher"];
    const members = fields(value, names);
    this.sealed = new Sealed(members.kdf, members.cipher);
    for (const text of [members.verification, members.public_key]) if (text !== null) parsePoint(text);
    if (members.verification === null) throw new FormError("no key");
    this.verification = members.verification;
    /** The public half of the share; null before the ceremony's last step. */
    this.publicText = members.public_key;
    this.election = string(members.election);
  }

  /** @param {string} passphrase @returns {Promise<State>} throws UsageError (`keyfile.passphrase`, `keyfile.other`) */
  async open(passphrase) {
    const opened = await this.sealed.open(additional(this.election, this.verification, this.publicText), passphrase);
    let state;
    try {
      state = stateOf(load(opened));
      const own = publicText(state.keys.signing) === this.verification && state.publicText === this.publicText;
      if (!own) throw new FormError("other keys than it says");
    } catch (error) {
      if (error instanceof FormError || error instanceof TypeError) throw new UsageError("keyfile.other", error.message);
      throw error;
    }
    opened.fill(0);
    return state;
  }

  /** @param {string} passphrase @returns {Promise<bigint>} the private key with which this trustee decrypts */
  async openSecret(passphrase) {
    return (await this.open(passphrase)).share();
  }
}

/** @param {string} text @returns {KeyFile|ThresholdKeyFile} of whichever kind; throws UsageError (`keyfile.format`) */
export function readKeyFile(text) {
  return text.includes(`"${TYPE}"`) ? new ThresholdKeyFile(text) : new KeyFile(text);
}

function stateOf(value) {
  const members = fields(value, CONTENT);
  for (const name of ["size", "threshold", "index"]) integer(members[name]);
  string(members.seed);
  if (members.certificates !== null) string(members.certificates);
  if (members.commitments !== null) items(members.commitments).forEach(string);
  const texts = MESSAGES.map((name) => [name, members[name] === null ? null : dumpText(members[name])]);
  return new State({ ...members, ...Object.fromEntries(texts) });
}

function additional(uuid, verification, key) {
  return dump([TYPE, VERSION, uuid, verification, key]);
}
