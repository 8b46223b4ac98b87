/** The encrypted tally, its partial decryptions, and the result (specification, sections 4.18, 4.20 and 4.21). */

import { hashToScalar, modQ, generatorTable, parsePoint, randomScalar, writePoints } from "../booth/group.js";
import { Point, baseTable, decode, encode, multiples } from "./curve.js";
import { VerificationError, coded } from "./errors.js";
import { dump, dumpText, fields, hexDigest, items, load, proof, weightFromJson, weightToJson } from "./wire.js";

/** The sum of counted ballots: per question the ciphertexts of each value, with how many ballots and what weight. */
export class Tally {
  /** @param {import("./election.js").Election} election */
  constructor(election) {
    this.sums = election.questions.map(({ size }) =>
      Array.from({ length: size }, () => ({ alpha: new Point(), beta: new Point() })),
    );
    this.ballots = 0;
    this.weight = 0n;
  }

  /** @param {import("./ballot.js").Ciphertext[][]} answers of a verified ballot @param {bigint} weight */
  add(answers, weight) {
    const weighted = (point) => (weight === 1n ? point : point.times(weight));
    this.#each((sum, question, at) => {
      const { alpha, beta } = answers[question][at];
      return { alpha: sum.alpha.plus(weighted(alpha)), beta: sum.beta.plus(weighted(beta)) };
    });
    this.ballots += 1;
    this.weight += weight;
  }

  /** What one worker found, for another: points as they are written. */
  export() {
    return { texts: this.texts(), ballots: this.ballots, weight: this.weight };
  }

  /** Adds what {@link export} gave. */
  merge({ texts, ballots, weight }) {
    this.#each((sum, question, at) => {
      const { alpha, beta } = texts[question][at];
      return { alpha: sum.alpha.plus(decode(alpha)), beta: sum.beta.plus(decode(beta)) };
    });
    this.ballots += ballots;
    this.weight += weight;
  }

  /** @returns {{alpha: string, beta: string}[][]} */
  texts() {
    return this.sums.map((question) => {
      const written = encode(question.flatMap(({ alpha, beta }) => [alpha, beta]));
      return question.map((_, at) => ({ alpha: written[2 * at], beta: written[2 * at + 1] }));
    });
  }

  /** @returns {string} `encrypted_tally` as published */
  json() {
    return dumpText(this.texts());
  }

  /** @returns {string} `sized_encrypted_tally`, the payload of the EncryptedTally event */
  sizedJson() {
    return dumpText({
      num_tallied: this.ballots,
      total_weight: weightToJson(this.weight),
      encrypted_tally: hexDigest(dump(this.texts())),
    });
  }

  #each(change) {
    this.sums = this.sums.map((question, number) => question.map((sum, at) => change(sum, number, at)));
  }
}

function prefixOf(election, publicText) {
  return `decrypt|${election.fingerprint}|${publicText}|`;
}

/**
 * A trustee's partial decryption of a tally that was recomputed from the ballots: a trustee who decrypts what is handed
 * over opens single ballots.
 *
 * @param {import("./election.js").Election} election @param {Tally} tally @param {bigint} secret the private key
 * @param {string} publicText the public key @param {(done: number, total: number) => void} [progress]
 * @returns {string} JSON
 */
export function decrypt(election, tally, secret, publicText, progress = () => {}) {
  const prefix = prefixOf(election, publicText);
  const total = tally.sums.reduce((sum, question) => sum + question.length, 0);
  let done = 0;
  const pairs = tally.texts().map((question) =>
    question.map(({ alpha }) => {
      const pair = decryptOne(prefix, alpha, secret);
      progress(++done, total);
      return pair;
    }),
  );
  return dumpText({
    decryption_factors: pairs.map((question) => question.map(({ factor }) => factor)),
    decryption_proofs: pairs.map((question) => question.map((pair) => pair.proof)),
  });
}

const IDENTITY = `${"0".repeat(63)}1`;

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
 * @param {import("./election.js").Election} election @param {Tally} tally
 * @param {{text: string, key: Point}} trustee @param {Uint8Array} raw
 * @returns {Point[][]} the decryption factors, checked to be the trustee's; throws VerificationError (`decryption.*`)
 */
export function verifyDecryption(election, tally, trustee, raw) {
  const questions = coded("decryption.format", () => {
    const members = fields(load(raw), ["decryption_factors", "decryption_proofs"]);
    const factors = items(members.decryption_factors, tally.sums.length);
    const proofs = items(members.decryption_proofs, tally.sums.length);
    return tally.sums.map((sums, at) => ({
      sums,
      factors: items(factors[at], sums.length),
      proofs: items(proofs[at], sums.length),
    }));
  });
  const prefix = prefixOf(election, trustee.text);
  return questions.map(({ sums, factors, proofs }) =>
    sums.map(({ alpha }, at) => verifiedFactor(prefix, trustee.key, alpha, factors[at], proofs[at])),
  );
}

function verifiedFactor(prefix, key, alpha, factorText, proofValue) {
  const factor = decode(factorText);
  const wanted = factor !== null && (factor.isIdentity ? alpha.isIdentity : factor.isInSubgroup);
  if (!wanted) throw new VerificationError("decryption.point");
  const { challenge, response } = coded("decryption.format", () => proof(proofValue));
  const first = baseTable().addTo(multiples(key, [challenge])[0], response);
  const second = alpha.times(response).plus(factor.times(challenge));
  if (hashToScalar(prefix + encode([first, second]).join(",")) !== challenge) {
    throw new VerificationError("decryption.proof");
  }
  return factor;
}

/**
 * @param {Tally} tally @param {Point[][][]} decryptions of all trustees @param {Uint8Array} raw
 * @returns {bigint[][]} the published counts, checked against the decryptions; throws VerificationError (`result.*`)
 */
export function verifyResult(tally, decryptions, raw) {
  const counts = coded("result.format", () => {
    const { result } = fields(load(raw), ["result"]);
    return items(result, tally.sums.length).map((question, at) => {
      return items(question, tally.sums[at].length).map(weightFromJson);
    });
  });
  tally.sums.forEach((question, number) =>
    question.forEach(({ beta }, at) => {
      const left = decryptions.reduce((rest, factors) => rest.minus(factors[number][at]), beta);
      const count = counts[number][at];
      if (count > tally.weight || !baseTable().times(count).equals(left)) {
        throw new VerificationError("result.value", `question ${number + 1}`);
      }
    }),
  );
  return counts;
}
