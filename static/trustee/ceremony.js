/**
 * The ceremony in which m trustees make the key of which any t are enough, as a file shows it (egov_crypto/threshold/
 * ceremony.py says why and in which order): certificates, commitments, polynomials, voutputs.
 */

import { utf8 } from "../booth/encoding.js";
import { parsePolynomial, parseVoutput, vinput } from "./dealing.js";
import { FormError, UsageError, VerificationError, coded } from "./errors.js";
import { evaluated, parseCertificate, parseCertificates, sumOf } from "./pedersen.js";
import { dump, dumpText, fields, hexDigest, integer, isHash, isObject, items, load, string } from "./wire.js";

const TYPE = "egov-ceremony";
const VERSION = 1;
/** As many trustees as a vote may have. */
const MAX_SIZE = 30;
/** What each trustee sends, in this order. */
export const STEPS = ["certificate", "commitment", "polynomial", "voutput"];

/** A ceremony as far as it has gone; everything in it was verified, but for what only a trustee can open. */
export class Ceremony {
  /** @param {Uint8Array} raw throws VerificationError (`ceremony.*`, `threshold.*`, `channel.*`, `trustees.*`) */
  constructor(raw) {
    coded("ceremony.format", () => this.#read(load(raw)));
  }

  #read(value) {
    if (!isObject(value) || value.type !== TYPE || value.version !== VERSION) throw new FormError("not a ceremony");
    const lists = STEPS.map((step) => `${step}s`);
    const members = fields(value, ["type", "version", "size", "threshold", ...lists]);
    this.size = integer(members.size);
    this.threshold = integer(members.threshold);
    // Were one enough, each would have the whole key.
    if (this.threshold < 2 || this.threshold > this.size || this.size > MAX_SIZE) throw new FormError("not 2 to 30");
    /** By step, for each owner what was sent, null while it is awaited. @type {Record<string, any[]>} */
    this.sent = Object.fromEntries(STEPS.map((step) => [step, items(members[`${step}s`], this.size)]));
    STEPS.forEach((step, at) => {
      const early = at > 0 && this.sent[step].some((one) => one !== null) && this.sent[STEPS[at - 1]].includes(null);
      if (early) throw new FormError(`a ${step} before it is awaited`);
      this.#readStep(step);
    });
  }

  #readStep(step) {
    const read = { certificate: this.#certificate, commitment: this.#commitment, polynomial: this.#polynomial };
    const reader = read[step] ?? this.#voutput;
    const seen = [];
    this.sent[step].forEach((one, at) => {
      if (one !== null) seen.push(reader.call(this, at + 1, one, seen));
    });
    if (step === "certificate" && seen.length === this.size) this.certificates = parseCertificates(this.sent[step]);
    if (step === "polynomial" && seen.length === this.size) this.sums = sumOf(seen.map(({ points }) => points));
  }

  #certificate(owner, value, before) {
    const { size, threshold, index, keys } = parseCertificate(value);
    if (size !== this.size || threshold !== this.threshold || index !== owner) {
      throw new VerificationError("threshold.context", `it is not for trustee ${owner} of this ceremony`);
    }
    const known = new Set([...before.flat(), ...keys]);
    if (known.size !== 2 * (before.length + 1)) throw new VerificationError("threshold.duplicate");
    return keys;
  }

  #commitment(_owner, value) {
    if (!isHash(string(value))) throw new VerificationError("ceremony.format", "a commitment is 64 hexadecimal digits");
  }

  #polynomial(owner, value) {
    if (commitment(dumpText(value)) !== this.sent.commitment[owner - 1]) {
      throw new VerificationError("ceremony.commitment", `trustee ${owner}`);
    }
    return parsePolynomial(this.certificates, owner, value);
  }

  #voutput(owner, value) {
    return parseVoutput(this.certificates[owner - 1], evaluated(this.sums, owner), value);
  }

  /** @returns {{step: string|null, owners: number[]}} who is to send what now */
  awaiting() {
    for (const step of STEPS) {
      const owners = this.sent[step].flatMap((one, at) => (one === null ? [at + 1] : []));
      if (owners.length > 0) return { step, owners };
    }
    return { step: null, owners: [] };
  }

  /** @param {string} step throws UsageError (`awaited`) unless every trustee has taken it */
  require(step) {
    const awaited = this.awaiting().step;
    if (awaited !== null && STEPS.indexOf(awaited) <= STEPS.indexOf(step)) throw new UsageError("awaited", awaited);
  }

  /** @param {string} step @param {number} owner @returns {string|null} what was sent, as a text */
  message(step, owner) {
    const value = this.sent[step][owner - 1];
    if (value === null) return null;
    return step === "commitment" ? value : dumpText(value);
  }

  /** @returns {string[]} of all trustees */
  get commitments() {
    this.require("commitment");
    return this.sent.commitment;
  }

  /** Hexadecimal SHA-256 of all certificates. */
  get certificatesDigest() {
    this.require("certificate");
    return hexDigest(dump(this.sent.certificate));
  }

  /** @param {number} owner @returns {any} what a trustee needs to take its share */
  vinput(owner) {
    this.require("polynomial");
    return vinput(this.sent.polynomial, owner);
  }

  /** @returns {any} `threshold_parameters`: what is published of the trustees */
  parameters() {
    this.require("voutput");
    return {
      threshold: this.threshold,
      certs: this.sent.certificate,
      coefexps: this.sent.polynomial.map(({ coefexps }) => coefexps),
      signatures: this.sent.polynomial.map(({ signature }) => signature),
      verification_keys: this.sent.voutput.map((voutput) => voutput.public_key),
    };
  }

  /** @returns {string} hexadecimal SHA-256 of what is published: what the trustees compare by another way */
  get fingerprint() {
    return hexDigest(dump(this.parameters()));
  }
}

/** @param {string} polynomial a message @returns {string} what a trustee commits to it with */
export function commitment(polynomial) {
  return hexDigest(utf8(`egov-polynomial|${polynomial}`));
}
