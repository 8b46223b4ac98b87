/**
 * What each trustee does in the ceremony, and what is checked of it (specification, sections 4.6.4 to 4.6.6), as
 * egov_crypto/threshold/dealing.py.
 *
 * Each picks a polynomial and sends each its value at that one's place, encrypted; the sum of what a trustee received
 * is its share of the private key, whose other shares it never learns.
 */

import { utf8 } from "../booth/encoding.js";
import { generatorTable, modQ, randomScalar, writePoints } from "../booth/group.js";
import { checkEncrypted, receive, send, sign } from "./channel.js";
import { encode } from "./curve.js";
import { VerificationError, coded } from "./errors.js";
import { prove, publicKey, publicText } from "./key.js";
import { certsMessage, evaluated, parseDealing, parseSignedKey, sumOf } from "./pedersen.js";
import { dumpText, fields, items, load, scalar, string } from "./wire.js";

/** @typedef {import("./pedersen.js").Certificate} Certificate */
/** @typedef {import("./curve.js").Point} Point */
/** @typedef {import("./channel.js").Keys} Keys */

/**
 * @param {{size: number, threshold: number, index: number}} place @param {Keys} keys
 * @returns {string} the certificate of who has these
 */
export function makeCertificate({ size, threshold, index }, { signing, decryption }) {
  const context = { group: "Ed25519", size, threshold, index };
  const [verification, encryption] = [publicText(signing), publicText(decryption)];
  return dumpText(sign(signing, dumpText({ context, verification, encryption })));
}

/**
 * @param {Certificate[]} certificates @param {number} index from 1 @param {Keys} keys
 * @returns {Promise<string>} a fresh `polynomial` of this trustee; throws VerificationError (`threshold.own`) unless the
 * certificate at that place is of `keys`
 */
export async function deal(certificates, index, keys) {
  const { threshold, keys: own } = checkOwn(certificates, index, keys);
  const coefficients = Array.from({ length: threshold }, randomScalar);
  const coefexps = writePoints(coefficients.map((one) => generatorTable().times(one)));
  const polynomial = await send(keys.signing, own[1], { polynomial: coefficients.map(String) });
  const secrets = [];
  for (const { index: place, keys: theirs } of certificates) {
    secrets.push(await send(keys.signing, theirs[1], { secret: valueAt(coefficients, BigInt(place)).toString() }));
  }
  return dumpText({
    polynomial,
    secrets,
    coefexps: sign(keys.signing, dumpText({ coefexps })),
    signature: prove(`sigmsg|${certsMessage(certificates, coefexps)}|`, keys.signing),
  });
}

/**
 * @param {Certificate[]} certificates @param {number} index from 1 @param {any} value the `polynomial` of this trustee
 * @returns {{value: any, points: Point[]}} but for what only the others can open, verified; throws VerificationError
 * (`threshold.*`, `channel.*`)
 */
export function parsePolynomial(certificates, index, value) {
  const { members, secrets } = coded("threshold.format", () => {
    const members = fields(value, ["polynomial", "secrets", "coefexps", "signature"]);
    return { members, secrets: items(members.secrets, certificates.length) };
  });
  for (const text of [members.polynomial, ...secrets]) checkEncrypted(text);
  return { value, points: parseDealing(certificates, index, members.coefexps, members.signature) };
}

/** @param {any[]} polynomials of all @param {number} index from 1 @returns {any} `vinput`: what concerns this trustee */
export function vinput(polynomials, index) {
  return {
    polynomial: polynomials[index - 1].polynomial,
    secrets: polynomials.map(({ secrets }) => secrets[index - 1]),
    coefexps: polynomials.map(({ coefexps }) => coefexps),
    signatures: polynomials.map(({ signature }) => signature),
  };
}

/**
 * Checks the `vinput` of a trustee, and sums its share up.
 *
 * @param {Certificate[]} certificates @param {number} index from 1 @param {Keys} keys of this trustee
 * @param {any} value @returns {Promise<string>} its `voutput`
 * Throws VerificationError: `threshold.share` names the trustee who sent a wrong value; also `threshold.own` where this
 * trustee's certificate or polynomial is another than it made.
 */
export async function accept(certificates, index, keys, value) {
  const own = checkOwn(certificates, index, keys);
  const members = coded("threshold.format", () => {
    const members = fields(value, ["polynomial", "secrets", "coefexps", "signatures"]);
    string(members.polynomial);
    for (const name of ["secrets", "coefexps", "signatures"]) items(members[name], certificates.length);
    return members;
  });
  const dealings = certificates.map(({ index: place }) => {
    return parseDealing(certificates, place, members.coefexps[place - 1], members.signatures[place - 1]);
  });
  const mine = await receive(keys.decryption, own.verification, members.polynomial);
  const coefficients = coded("channel.format", () => items(fields(mine, ["polynomial"]).polynomial).map(scalar));
  const points = writePoints(coefficients.map((one) => generatorTable().times(one)));
  if (points.join() !== encode(dealings[index - 1]).join()) throw new VerificationError("threshold.own", "the polynomial");
  let share = 0n;
  for (const [at, sender] of certificates.entries()) {
    share += await received(sender, keys, members.secrets[at], evaluated(dealings[at], index));
  }
  share = modQ(share);
  const signedKey = publicKey(share);
  const voutput = {
    private_key: await send(keys.signing, own.keys[1], { decryption_key: share.toString() }),
    public_key: { ...signedKey, signature: prove(`sigmsg|${signedKey.public_key}|`, keys.signing) },
  };
  parseVoutput(own, evaluated(sumOf(dealings), index), voutput);
  return dumpText(voutput);
}

async function received(sender, keys, text, expected) {
  let secret;
  try {
    secret = await opened(keys, sender.verification, text, "secret");
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error;
    throw new VerificationError("threshold.share", `trustee ${sender.index}: ${error.code}`);
  }
  if (publicText(secret) !== encode([expected])[0]) {
    throw new VerificationError("threshold.share", `trustee ${sender.index}`);
  }
  return secret;
}

/** The number that a message to this trustee holds under a name. */
async function opened(keys, sender, text, name) {
  const message = await receive(keys.decryption, sender, text);
  return coded("channel.format", () => scalar(fields(message, [name])[name]));
}

/**
 * @param {Certificate} certificate @param {Point} expected what the coefficients of all give @param {any} value
 * @returns {{text: string, key: Point}} the share's public half; throws VerificationError
 */
export function parseVoutput(certificate, expected, value) {
  const members = coded("threshold.format", () => fields(value, ["private_key", "public_key"]));
  checkEncrypted(members.private_key);
  return parseSignedKey(certificate, expected, members.public_key);
}

/**
 * @param {Keys} keys @param {Point} verification of the trustee @param {string} voutput its own
 * @returns {Promise<bigint>} the private share; throws VerificationError (`channel.*`)
 */
export async function openShare(keys, verification, voutput) {
  const { private_key: text, public_key: key } = load(utf8(voutput));
  const share = await opened(keys, verification, text, "decryption_key");
  if (publicText(share) !== key.public_key) {
    throw new VerificationError("channel.format", "it is not the private half of the public key");
  }
  return share;
}

function checkOwn(certificates, index, { signing, decryption }) {
  const own = certificates[index - 1];
  if (own.keys[0] !== publicText(signing) || own.keys[1] !== publicText(decryption)) {
    throw new VerificationError("threshold.own", "the certificate");
  }
  return own;
}

/** A polynomial's value; the constant stands first. */
function valueAt(coefficients, place) {
  return coefficients.reduceRight((sum, next) => modQ(sum * place + next), 0n);
}
