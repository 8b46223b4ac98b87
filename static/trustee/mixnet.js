/**
 * Shuffles of ciphertexts with the proof that nothing was exchanged (specification, sections 4.19 and 6; CHVote 1.3.2).
 *
 * JavaScript promises no even times. What is secret here is used once: the permutation takes the same steps whatever it
 * is, and randomness is multiplied with tables, or with points that are public.
 */

import { digest, hex } from "../booth/encoding.js";
import { Q, hashToScalar, modQ, randomScalar } from "../booth/group.js";
import { Point, Table, baseTable, decode, encode, multiples } from "./curve.js";
import { FormError, VerificationError, coded } from "./errors.js";
import { generators, secondGenerator } from "./generators.js";
import { fields, items, load, scalar, string } from "./wire.js";

/** Bytes of a shuffle, as egov_crypto/mixnet bounds them. */
const PER_QUESTION = 1024;
const PER_CIPHERTEXT = 512;

/** @typedef {{alpha: string, beta: string}} Pair a ciphertext as it is published */
/** @typedef {{fingerprint: string, key: string}} Of what a shuffle is bound to: election and public key, as texts */
/** @typedef {ReturnType<typeof readProof> & {after: Pair[]}} Read one question's shuffle, its points not yet read */
/** @typedef {(done: number, total: number) => void} Progress in ciphertexts, each of which is counted twice */

/**
 * @param {Of} of @param {Pair[]} before of a verified tally, or of the shuffle before @param {Progress} [progress]
 * @returns {{ciphertexts: Pair[], proof: any}} the same votes, encrypted anew and in another order, and the proof as
 * it is published
 */
export function shuffle(of, before, progress = () => {}) {
  const total = 2 * before.length;
  const order = permutation(before.length);
  const keyTable = new Table(decode(of.key));
  const randomness = before.map(randomScalar);
  const points = order.map((from, at) => {
    progress(at, total);
    return {
      alpha: baseTable().addTo(decode(before[from].alpha), randomness[from]),
      beta: keyTable.addTo(decode(before[from].beta), randomness[from]),
    };
  });
  const ciphertexts = pairsOf(points);
  const proof = prove(of, keyTable, before, { order, randomness, points, ciphertexts }, (done) => {
    progress(before.length + done, total);
  });
  return { ciphertexts, proof };
}

function prove(of, keyTable, before, { order, randomness, points, ciphertexts }, progress) {
  const bases = generators(before.length);
  const second = new Table(secondGenerator());
  // c: the permutation, committed to.
  const masks = before.map(randomScalar);
  const committed = new Array(before.length);
  order.forEach((from, at) => (committed[from] = baseTable().addTo(bases[at].copy(), masks[from])));
  const commitments = encode(committed);
  const challenges = rowChallenges(of, before, ciphertexts, commitments);
  // ĉ: the product of the challenges, in a chain of commitments c_i = r_i·g + u_i·c_(i−1), each g times one number plus
  // h times another.
  const permuted = order.map((from) => challenges[from]);
  const [links, nonces, responses] = [before.map(randomScalar), before.map(randomScalar), before.map(randomScalar)];
  const [first, other, third, fourth] = [0, 1, 2, 3].map(randomScalar);
  let [ofBase, ofSecond] = [0n, 1n];
  const [chain, steps] = [[], []];
  let sums = { third: baseTable().times(third), beta: new Point(), alpha: new Point() };
  before.forEach((_, at) => {
    const response = responses[at];
    steps.push(second.addTo(baseTable().times(modQ(nonces[at] + response * ofBase)), modQ(response * ofSecond)));
    ofBase = modQ(links[at] + permuted[at] * ofBase);
    ofSecond = modQ(permuted[at] * ofSecond);
    chain.push(second.addTo(baseTable().times(ofBase), ofSecond));
    sums = {
      third: sums.third.plus(bases[at].times(response)),
      beta: sums.beta.plus(points[at].beta.times(response)),
      alpha: sums.alpha.plus(points[at].alpha.times(response)),
    };
    progress(at + 1);
  });
  const [chainTexts, stepTexts] = [encode(chain), encode(steps)];
  const tops = encode([
    baseTable().times(first),
    baseTable().times(other),
    sums.third,
    keyTable.addTo(sums.beta, modQ(-fourth)),
    baseTable().addTo(sums.alpha, modQ(-fourth)),
  ]);
  const hashed = { before, after: ciphertexts, commitments, chain: chainTexts, tops, steps: stepTexts };
  const challenge = wholeChallenge(of, hashed);
  const total = (values, by) => modQ(values.reduce((sum, value, at) => sum + value * by[at], 0n));
  const ones = before.map(() => 1n);
  const answers = [
    first + challenge * total(masks, ones),
    other + challenge * total(links, suffixes(permuted)),
    third + challenge * total(masks, challenges),
    fourth + challenge * total(randomness, challenges),
  ];
  return [
    [...tops.slice(0, 3), tops.slice(3), stepTexts],
    [
      ...answers.map(written),
      nonces.map((nonce, at) => written(nonce + challenge * links[at])),
      responses.map((response, at) => written(response + challenge * permuted[at])),
    ],
    commitments,
    chainTexts,
  ];
}

/** @param {number[]} counts of ciphertexts, one for each question that is shuffled @returns {number} bytes */
export function mostBytes(counts) {
  return PER_QUESTION * (1 + counts.length) + PER_CIPHERTEXT * counts.reduce((sum, count) => sum + count, 0);
}

/**
 * @param {Uint8Array} raw a `shuffle` @param {number[]} counts of ciphertexts, one for each question that is shuffled
 * @returns {Read[]} one for each; throws VerificationError (`shuffle.format`, `shuffle.scalar`)
 */
export function readShuffle(raw, counts) {
  return coded("shuffle.format", () => {
    if (raw.length > mostBytes(counts)) throw new FormError(`${raw.length} bytes are too many`);
    const members = fields(load(raw), ["ciphertexts", "proofs"]);
    const ciphertexts = items(members.ciphertexts, counts.length);
    const proofs = items(members.proofs, counts.length);
    return counts.map((count, at) => {
      const after = items(ciphertexts[at], count).map((pair) => fields(pair, ["alpha", "beta"]));
      after.forEach(({ alpha, beta }) => [alpha, beta].forEach(string));
      return { after, ...readProof(proofs[at], count) };
    });
  });
}

/** The parts of a shuffle's proof, as many as there are ciphertexts. */
function readProof(proof, count) {
  const [commitment, response, commitments, chain] = items(proof, 4);
  const [t1, t2, t3, t4, steps] = items(commitment, 5);
  const [s1, s2, s3, s4, chained, answers] = items(response, 6);
  const texts = (values, length) => items(values, length).map(string);
  const scalars = (values, length) => {
    const strings = texts(values, length);
    return coded("shuffle.scalar", () => strings.map(scalar));
  };
  return {
    tops: texts([t1, t2, t3, ...items(t4, 2)]),
    steps: texts(steps, count),
    fixed: scalars([s1, s2, s3, s4]),
    chained: scalars(chained, count),
    answers: scalars(answers, count),
    commitments: texts(commitments, count),
    chain: texts(chain, count),
  };
}

/**
 * @param {Of} of @param {Pair[]} before that holds @param {Read} read what is said to be a shuffle of it
 * @param {Progress} [progress] throws VerificationError (`shuffle.point`, `shuffle.proof`)
 */
export function verifyShuffle(of, before, read, progress = () => {}) {
  const count = before.length;
  const { tops, steps, fixed, chained, answers, commitments, chain } = read;
  const challenges = rowChallenges(of, before, read.after, commitments);
  const challenge = wholeChallenge(of, { before, ...read });
  const minus = modQ(-challenge);
  const bases = generators(count);
  const sums = { permutation: new Point(), third: new Point(), beta: new Point(), alpha: new Point() };
  const add = (name, point) => (sums[name] = sums[name].plus(point));
  const found = [];
  let last = secondGenerator(); // ĉ_(i−1)
  let [reached] = multiples(last, [answers[0] ?? 0n]); // times s'_i
  for (let at = 0; at < count; at++) {
    const [row, answer, next] = [challenges[at], answers[at], answers[at + 1] ?? 0n];
    const committed = pointOf(commitments[at]);
    add("permutation", committed.minus(bases[at]));
    add("third", inGroup(committed, [modQ(minus * row)])[0].plus(bases[at].times(answer)));
    for (const name of ["alpha", "beta"]) {
      const [answered] = inGroup(pointOf(read.after[at][name]), [answer]);
      add(name, answered.plus(decode(before[at][name]).times(modQ(minus * row))));
    }
    const link = pointOf(chain[at]);
    const [negative, onwards] = inGroup(link, [minus, next]);
    found.push(baseTable().addTo(negative.plus(reached), chained[at]));
    [last, reached] = [link, onwards];
    progress(2 * at + 2, 2 * count);
  }
  const whole = challenges.reduce((product, one) => modQ(product * one), 1n);
  const [s1, s2, s3, s4] = fixed;
  const wanted = [
    baseTable().addTo(sums.permutation.times(minus), s1),
    baseTable().addTo(last.minus(secondGenerator().times(whole)).times(minus), s2),
    baseTable().addTo(sums.third, s3),
    decode(of.key).times(modQ(-s4)).plus(sums.beta),
    baseTable().addTo(sums.alpha, modQ(-s4)),
  ];
  if (encode([...wanted, ...found]).join() !== [...tops, ...steps].join()) throw new VerificationError("shuffle.proof");
}

function pointOf(text) {
  const read = decode(text);
  if (read === null || read.isIdentity) throw new VerificationError("shuffle.point");
  return read;
}

/** The point's multiples, whose doublings tell whether it is of the prime order. */
function inGroup(point, scalars) {
  const made = multiples(point, [...scalars, Q]);
  if (!made.pop().isIdentity) throw new VerificationError("shuffle.point");
  return made;
}

/** One challenge for each ciphertext (table 12). */
function rowChallenges({ fingerprint }, before, after, commitments) {
  const whole = hex(digest(`shuffle-challenges|${fingerprint}|${pairs(before)}${pairs(after)}${listed(commitments)}`));
  return before.map((_, at) => hashToScalar(whole + hex(digest(String(at)))));
}

/** The challenge of the whole proof (table 14). */
function wholeChallenge({ fingerprint, key }, { before, after, commitments, chain, tops, steps }) {
  const about = pairs(before) + pairs(after) + listed(commitments) + listed(chain) + key;
  return hashToScalar(`shuffle-challenge|${fingerprint}|${listed(tops)}${listed(steps)}${about}`);
}

/** What is hashed has a comma after each point, the last too. */
function listed(texts) {
  return texts.map((text) => `${text},`).join("");
}

function pairs(ciphertexts) {
  return ciphertexts.map(({ alpha, beta }) => `${alpha},${beta},`).join("");
}

function pairsOf(points) {
  const written = encode(points.flatMap(({ alpha, beta }) => [alpha, beta]));
  return points.map((_, at) => ({ alpha: written[2 * at], beta: written[2 * at + 1] }));
}

function written(value) {
  return modQ(value).toString();
}

/** At each place the product of the values after it. */
function suffixes(values) {
  const made = new Array(values.length);
  let product = 1n;
  for (let at = values.length - 1; at >= 0; at--) {
    made[at] = product;
    product = modQ(product * values[at]);
  }
  return made;
}

/** @param {number} count @returns {number[]} 0, …, count − 1, every order of them as likely as any other (table 2) */
export function permutation(count) {
  const order = Array.from({ length: count }, (_, at) => at);
  for (let at = 0; at < count; at++) {
    const from = at + randomBelow(count - at);
    [order[at], order[from]] = [order[from], order[at]];
  }
  return order;
}

/** Uniform in [0, bound): numbers from the incomplete last round of bounds are thrown away. */
function randomBelow(bound) {
  const rounds = Math.floor(2 ** 32 / bound) * bound;
  const one = new Uint32Array(1);
  do crypto.getRandomValues(one);
  while (one[0] >= rounds);
  return one[0] % bound;
}
