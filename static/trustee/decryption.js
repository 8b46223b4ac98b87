/** Partial decryptions of a tally, how they combine, and the result (specification, sections 4.20 and 4.21). */

import { encodeIntegers, generatorTable, hashToScalar, modQ, parsePoint, randomScalar, writePoints } from "../booth/group.js";
import { Point, baseTable, decode, encode, multiples } from "./curve.js";
import { utf8 } from "../booth/encoding.js";
import { FormError, VerificationError, coded } from "./errors.js";
import { PreferenceQuestion } from "./question.js";
import { dumpText, fields, hexDigest, items, load, proof, weightFromJson } from "./wire.js";

/** @typedef {import("./tally.js").EncryptedTally} EncryptedTally */

const IDENTITY = `${"0".repeat(63)}1`;
const ENCODED_PADDING = 14n;
/** Of so many votes that there can be at most, the encoding tells whether one was decrypted rightly. */
const TOLD_BY_ENCODING = 2n ** 168n;

/** @param {string} fingerprint of the election @param {string} publicText @returns {string} what proofs begin with */
function prefixOf(fingerprint, publicText) {
  return `decrypt|${fingerprint}|${publicText}|`;
}

/**
 * A trustee's partial decryption of a tally that was recomputed from the ballots: a trustee who decrypts what is handed
 * over opens single ballots.
 *
 * @param {string} fingerprint of the election @param {EncryptedTally} tally @param {bigint} secret the private key
 * @param {string} publicText the public key @param {(done: number, total: number) => Promise<void>|void} [progress]
 * @returns {Promise<string>} JSON
 */
export async function decrypt(fingerprint, tally, secret, publicText, progress = () => {}) {
  const prefix = prefixOf(fingerprint, publicText);
  const total = tally.texts.reduce((sum, pairs) => sum + pairs.length, 0);
  const [factors, proofs, all] = [[], [], []];
  let done = 0;
  for (const [number, pairs] of tally.texts.entries()) {
    const made = [];
    for (const { alpha } of pairs) {
      made.push(decryptOne(prefix, alpha, secret));
      await progress(++done, total);
    }
    all.push(made.map(({ factor }) => factor));
    factors.push(tally.questions[number].nested(all[number]));
    proofs.push(tally.questions[number].nested(made.map((one) => one.proof)));
  }
  const joint = jointStatement(fingerprint, tally, publicText, all);
  const [sum] = encode([weighed(joint.alphas, joint.weights)]);
  const joint_proof = decryptOne(joint.prefix, sum, secret).proof;
  return dumpText({ decryption_factors: factors, decryption_proofs: proofs, joint_proof });
}

function decryptOne(prefix, alphaText, secret) {
  const nonce = randomScalar();
  let factor = IDENTITY;
  let second = IDENTITY;
  if (alphaText !== IDENTITY) {
    const alpha = parsePoint(alphaText);
    [factor, second] = writePoints([alpha.multiply(secret), alpha.multiply(nonce)]);
  }
  const [first] = writePoints([generatorTable().times(nonce)]);
  const challenge = hashToScalar(`${prefix}${first},${second}`);
  const response = modQ(nonce - secret * challenge);
  return { factor, proof: { challenge: challenge.toString(), response: response.toString() } };
}

/**
 * What the joint proof is of, which keeps a trustee from factors that are not right: see egov_crypto/tally.py.
 *
 * @param {string} fingerprint @param {EncryptedTally} tally @param {string} publicText @param {string[][]} factors
 * @returns {{prefix: string, alphas: string[], weights: bigint[]}} what its hash begins with, and 128 bits that each
 * ciphertext is multiplied by: both follow from all factors
 */
function jointStatement(fingerprint, tally, publicText, factors) {
  const head = `egov-joint-decryption|${fingerprint}|${publicText}|`;
  const alphas = tally.texts.flatMap((pairs) => pairs.map(({ alpha }) => alpha));
  const flat = factors.flat();
  const digest = hexDigest(utf8(head + alphas.map((alpha, at) => `${alpha},${flat[at]}`).join(",")));
  const weights = alphas.map((_, at) => BigInt(`0x${hexDigest(utf8(`${digest}|${at}`)).slice(0, 32)}`));
  return { prefix: `${head}${digest}|`, alphas, weights };
}

/** @param {string[]} texts of points @param {bigint[]} weights @returns {Point} */
function weighed(texts, weights) {
  return texts.reduce((sum, text, at) => sum.plus(decode(text).times(weights[at])), new Point());
}

/**
 * @param {string} fingerprint of the election @param {EncryptedTally} tally @param {string} publicText of the trustee
 * @param {Uint8Array} raw @param {boolean} [demanded] whether there must be a joint proof where votes are listed: without
 * it the specification's proofs hold for wrong factors too, until {@link checkEncodings} has looked at what they open
 * @returns {string[][]} the decryption factors, flat, checked to be the trustee's; throws VerificationError
 * (`decryption.*`)
 */
export function verifyDecryption(fingerprint, tally, publicText, raw, demanded = true) {
  let joint = null;
  const questions = coded("decryption.format", () => {
    const names = ["decryption_factors", "decryption_proofs", "joint_proof"];
    const members = fields(load(raw), names, ["joint_proof"]);
    if (Object.hasOwn(members, "joint_proof")) joint = proof(members.joint_proof);
    const factors = items(members.decryption_factors, tally.texts.length);
    const proofs = items(members.decryption_proofs, tally.texts.length);
    return tally.texts.map((pairs, at) => ({
      pairs,
      factors: items(tally.questions[at].flat(factors[at]), pairs.length),
      proofs: items(tally.questions[at].flat(proofs[at]), pairs.length),
    }));
  });
  const prefix = prefixOf(fingerprint, publicText);
  const key = decode(publicText);
  for (const { pairs, factors, proofs } of questions) {
    pairs.forEach(({ alpha }, at) => checkFactor(prefix, key, decode(alpha), factors[at], proofs[at]));
  }
  const all = questions.map(({ factors }) => factors);
  const listed = tally.questions.some((question) => question instanceof PreferenceQuestion);
  if (joint !== null) checkJoint(jointStatement(fingerprint, tally, publicText, all), key, all.flat(), joint);
  else if (demanded && listed) throw new VerificationError("decryption.joint");
  return all;
}

/** @param {Uint8Array} raw @returns {boolean} also of what is no decryption: verifying says what is wrong with it */
export function hasJointProof(raw) {
  try {
    return Object.hasOwn(load(raw), "joint_proof");
  } catch {
    return true;
  }
}

function checkJoint({ prefix, alphas, weights }, key, factors, { challenge, response }) {
  const first = baseTable().addTo(multiples(key, [challenge])[0], response);
  const second = weighed(alphas, weights).times(response).plus(weighed(factors, weights).times(challenge));
  if (hashToScalar(prefix + encode([first, second]).join(",")) !== challenge) {
    throw new VerificationError("decryption.joint");
  }
}

function checkFactor(prefix, key, alpha, factorText, proofValue) {
  const factor = decode(factorText);
  const wanted = factor !== null && (factor.isIdentity ? alpha.isIdentity : factor.isInSubgroup);
  if (!wanted) throw new VerificationError("decryption.point");
  const { challenge, response } = coded("decryption.format", () => proof(proofValue));
  const first = baseTable().addTo(multiples(key, [challenge])[0], response);
  const second = alpha.times(response).plus(factor.times(challenge));
  if (hashToScalar(prefix + encode([first, second]).join(",")) !== challenge) {
    throw new VerificationError("decryption.proof");
  }
}

/**
 * What is left once the factors of the whole key are taken off: each count times the generator, or a vote's numbers.
 *
 * @param {EncryptedTally} tally
 * @param {{by: bigint, factors: string[][]}[]} parts enough decryptions, each with what its factors are multiplied by
 * @returns {Point[][]}
 */
function opened(tally, parts) {
  return tally.texts.map((pairs, number) =>
    pairs.map(({ beta }, at) =>
      parts.reduce((left, { by, factors }) => {
        const factor = decode(factors[number][at]);
        return left.minus(by === 1n ? factor : factor.times(by));
      }, decode(beta)),
    ),
  );
}

/**
 * @param {EncryptedTally} tally @param {{by: bigint, factors: string[][]}[]} parts as in {@link opened}
 * @param {Uint8Array} raw @param {boolean} [bare] whether some decryption has no joint proof
 * @returns {(bigint[]|bigint[][]|number[][])[]} the published result, checked: counts, nested where there are lists; of
 * preference questions each vote's numbers. Throws VerificationError (`result.*`, `decryption.joint`)
 */
export function verifyResult(tally, parts, raw, bare = false) {
  const points = opened(tally, parts);
  if (bare) checkEncodings(tally, points);
  const questions = coded("result.format", () => {
    const { result } = fields(load(raw), ["result"]);
    return items(result, tally.texts.length).map((value, at) => {
      const question = tally.questions[at];
      const flat = items(question.flat(value), tally.texts[at].length);
      return question instanceof PreferenceQuestion ? flat.map((vote) => numbers(vote, question)) : flat.map(weightFromJson);
    });
  });
  points.forEach((of, number) => {
    const question = tally.questions[number];
    const hold =
      question instanceof PreferenceQuestion
        ? encode(of).every((text, at) => same(integers(text, question.answers.length), questions[number][at]))
        : of.every((point, at) => isCount(questions[number][at], point, tally.weight));
    if (!hold) throw new VerificationError("result.value", `question ${number + 1}`);
  });
  return questions.map((values, at) => tally.questions[at].nested(values));
}

/**
 * What stands in for joint proofs that are not there: each vote is written as encodeIntegers does, of not too great
 * numbers. See egov_crypto/tally.py.
 *
 * @param {EncryptedTally} tally @param {Point[][]} opened throws VerificationError (`decryption.joint`)
 */
function checkEncodings(tally, opened) {
  opened.forEach((points, number) => {
    const question = tally.questions[number];
    if (!(question instanceof PreferenceQuestion) || points.length === 0) return;
    const size = question.answers.length;
    const told = (text) => {
      const vote = integers(text, size);
      const few = (BigInt(Math.max(...vote)) + 1n) ** BigInt(size) <= TOLD_BY_ENCODING;
      return few && text === writePoints([encodeIntegers(vote)])[0];
    };
    if (!encode(points).every(told)) throw new VerificationError("decryption.joint");
  });
}

/** Equal points mean equal counts only below the group's order; no count can exceed the total weight. */
function isCount(count, point, weight) {
  return count <= weight && baseTable().times(count).equals(point);
}

function numbers(vote, { answers }) {
  const wrong = (number) => !Number.isInteger(number) || number < 0 || number > 255;
  if (items(vote, answers.length).some(wrong)) throw new FormError("not a number from 0 to 255");
  return vote;
}

/**
 * The numbers that a point holds (section 5.2.1): every point holds some, for no ballot proves what it encrypts.
 *
 * @param {string} text of the point @param {number} count @returns {number[]}
 */
export function integers(text, count) {
  let rest = BigInt(`0x${text}`) >> ENCODED_PADDING;
  const made = new Array(count);
  for (let at = count - 1; at >= 0; at--) {
    made[at] = Number(rest & 255n);
    rest >>= 8n;
  }
  return made;
}

function same(first, second) {
  return first.length === second.length && first.every((value, at) => value === second[at]);
}
