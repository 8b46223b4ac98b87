/**
 * Threshold parameters: what is published of trustees of whom some are enough (specification, section 4.6.7), check by
 * check as egov_crypto/threshold/parameters.py.
 *
 * Each certificate is signed with its own key and says for which place of how many it is; each trustee's coefficients
 * are signed by that trustee, together with all certificates; each public key is recomputed from all coefficients.
 */

import { utf8 } from "../booth/encoding.js";
import { point } from "./election.js";
import { VerificationError, coded } from "./errors.js";
import { hasSigned, trusteeKey } from "./schnorr.js";
import { dumpText, fields, integer, items, load, proof, string } from "./wire.js";

/** @typedef {import("./curve.js").Point} Point */
/** @typedef {{challenge: bigint, response: bigint}} Proof */
/** @typedef {{size: number, threshold: number, index: number, verification: Point, encryption: Point,
 *   keys: string[], json: any}} Certificate `keys`: both, as texts */

/** @param {any} value `signed_msg` @returns {{message: string, signature: Proof, content: any}} throws FormError */
export function signedMessage(value) {
  const { message, signature } = fields(value, ["message", "signature"]);
  string(message);
  return { message, signature: proof(signature), content: load(utf8(message)) };
}

/** @param {string} message @param {Point} key @param {Proof} signature throws VerificationError (`threshold.signature`) */
export function checkSigned(message, key, signature) {
  if (!hasSigned(message, key, signature)) throw new VerificationError("threshold.signature");
}

/**
 * @param {any[]} values certificates of all trustees in the order of their places
 * @returns {Certificate[]} throws VerificationError (`threshold.*`)
 */
export function parseCertificates(values) {
  const certificates = values.map(parseCertificate);
  if (certificates.length === 0) throw new VerificationError("threshold.format", "no certificates");
  const [{ threshold }] = certificates;
  certificates.forEach((one, at) => {
    if (one.index !== at + 1 || one.size !== certificates.length || one.threshold !== threshold) {
      throw new VerificationError("threshold.context", `in the place of certificate ${at + 1}`);
    }
  });
  const keys = new Set(certificates.flatMap((one) => one.keys));
  if (keys.size !== 2 * certificates.length) throw new VerificationError("threshold.duplicate");
  return certificates;
}

/** @param {any} value @returns {Certificate} throws VerificationError (`threshold.*`) */
export function parseCertificate(value) {
  const { signed, members, context } = coded("threshold.format", () => {
    const signed = signedMessage(value);
    const members = fields(signed.content, ["context", "verification", "encryption"]);
    const context = fields(members.context, ["group", "size", "threshold", "index"]);
    for (const name of ["size", "threshold", "index"]) integer(context[name]);
    return { signed, members, context };
  });
  const { group, size, threshold, index } = context;
  const fits = group === "Ed25519" && 1 <= threshold && threshold <= size && 1 <= index && index <= size;
  if (!fits) throw new VerificationError("threshold.context");
  const [verification, encryption] = [pointOf(members.verification), pointOf(members.encryption)];
  checkSigned(signed.message, verification, signed.signature);
  const keys = [members.verification, members.encryption];
  return { size, threshold, index, verification, encryption, keys, json: value };
}

/**
 * What a trustee published of its polynomial: each coefficient times the generator, constant first.
 *
 * @param {Certificate[]} certificates @param {number} index from 1 @param {any} coefexps @param {any} signature
 * @returns {Point[]} throws VerificationError (`threshold.*`)
 */
export function parseDealing(certificates, index, coefexps, signature) {
  const { verification, threshold } = certificates[index - 1];
  const { signed, texts, together } = coded("threshold.format", () => {
    const signed = signedMessage(coefexps);
    const together = proof(signature);
    return { signed, together, texts: items(fields(signed.content, ["coefexps"]).coefexps, threshold) };
  });
  const points = texts.map(pointOf); // the identity would be a coefficient of zero
  checkSigned(signed.message, verification, signed.signature);
  checkSigned(certsMessage(certificates, texts), verification, together);
  return points;
}

/** @param {Certificate[]} certificates @param {string[]} coefexps @returns {string} what fits no other ceremony */
export function certsMessage(certificates, coefexps) {
  return `certs_sig|${dumpText({ certs: certificates.map(({ json }) => json), coefexps })}`;
}

/**
 * @param {Point[][]} dealings of all trustees @returns {Point[]} the commitments to the sum of their polynomials
 * Throws VerificationError (`threshold.key`) where its constant is zero: a key that hides nothing.
 */
export function sumOf(dealings) {
  const sums = dealings.reduce((sum, points) => sum.map((point, at) => point.plus(points[at])));
  if (sums[0].isIdentity) throw new VerificationError("threshold.key", "together it is the identity");
  return sums;
}

/** @param {Point[]} points of a polynomial @param {number} place @returns {Point} its value there, times the generator */
export function evaluated(points, place) {
  return points.reduceRight((sum, next) => sum.times(BigInt(place)).plus(next));
}

/**
 * @param {Certificate} certificate @param {Point} expected what the coefficients give @param {any} value
 * @returns {{text: string, key: Point}} a trustee's public key; throws VerificationError (`threshold.*`, `trustees.*`)
 */
export function parseSignedKey({ verification, index }, expected, value) {
  const { key, signature } = coded("threshold.format", () => {
    const { signature, ...unsigned } = fields(value, ["pok", "public_key", "signature"]);
    return { signature: proof(signature), key: trusteeKey(unsigned) };
  });
  if (!key.key.equals(expected)) throw new VerificationError("threshold.key", `trustee ${index}`);
  checkSigned(key.text, verification, signature);
  return key;
}

/** Trustees, any `threshold` of whom can decrypt. */
export class ThresholdParameters {
  /** @param {any} value `threshold_parameters` throws VerificationError (`threshold.*`, `trustees.*`) */
  constructor(value) {
    const members = coded("threshold.format", () => {
      const names = ["threshold", "certs", "coefexps", "signatures", "verification_keys"];
      const members = fields(value, names);
      integer(members.threshold);
      const { length } = items(members.certs);
      for (const name of names.slice(2)) items(members[name], length);
      return members;
    });
    this.certificates = parseCertificates(members.certs);
    this.threshold = this.certificates[0].threshold;
    if (members.threshold !== this.threshold) throw new VerificationError("threshold.context");
    const dealings = this.certificates.map(({ index }) => {
      return parseDealing(this.certificates, index, members.coefexps[index - 1], members.signatures[index - 1]);
    });
    const sums = sumOf(dealings);
    /** @type {{text: string, key: Point}[]} each trustee's public key */
    this.keys = this.certificates.map((certificate, at) => {
      return parseSignedKey(certificate, evaluated(sums, at + 1), members.verification_keys[at]);
    });
    /** What they add to the election's key. */
    [this.key] = sums;
  }
}

function pointOf(text) {
  return coded("threshold.point", () => point(text));
}
