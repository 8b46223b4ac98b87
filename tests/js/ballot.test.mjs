import "./globals.mjs";

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { encryptBallot } from "../../static/booth/ballot.js";
import { ChoiceError } from "../../static/booth/choice.js";
import { Election } from "../../static/booth/election.js";
import { compactDigest } from "../../static/booth/encoding.js";
import {
  FixedBase,
  Point,
  Q,
  encodeIntegers,
  generatorTable,
  hashToScalar,
  modQ,
  parsePoint,
  parseScalar,
  randomScalar,
  writePoints,
} from "../../static/booth/group.js";
import { proveInterval, proveListOrNone, proveNonzero, proveOneOf } from "../../static/booth/proofs.js";
import { readQuestion } from "../../static/booth/question.js";

const vector = (name) => readFileSync(new URL(`vectors/${name}`, import.meta.url));
const election = new Election(vector("election.json"));
const { alice, bob } = JSON.parse(vector("credentials.json"));

test("multiplying with a table is multiplying", () => {
  const table = new FixedBase(election.publicKey);
  for (const scalar of [1n, 2n, 31n, 32n, 33n, 63n, 64n, 65n, 2n ** 200n - 1n, Q - 1n, randomScalar()]) {
    assert.ok(table.times(scalar).equals(election.publicKey.multiply(scalar)), String(scalar));
  }
  assert.ok(table.times(0n).is0() && table.times(Q).is0());
  assert.ok(table.times(-5n).equals(election.publicKey.multiply(5n).negate()));
});

test("points are written as the specification writes them and read back", () => {
  const points = [Point.BASE, generatorTable().times(randomScalar()), election.keyTable.times(randomScalar())];
  const texts = writePoints([...points, Point.ZERO]);
  assert.equal(texts[0], "6666666666666666666666666666666666666666666666666666666666666658");
  assert.equal(texts[3], "0".repeat(63) + "1");
  points.forEach((point, at) => assert.ok(parsePoint(texts[at]).equals(point)));
});

test("points outside the prime-order subgroup and other spellings are refused", () => {
  const p = 2n ** 255n - 19n;
  const text = (number) => number.toString(16).padStart(64, "0");
  const order4 = text(0n);
  const order2 = text(p - 1n);
  const mixed = writePoints([Point.BASE.add(Point.fromBytes(Buffer.alloc(32), false))])[0];
  const good = writePoints([Point.BASE])[0];
  const refused = [
    order4, order2, mixed, text(1n), text(p), text(p + 1n), text(2n ** 255n + 1n), text(2n),
    good.toUpperCase().replace("6", "A"), good.slice(2), `${good}00`, ` ${good}`, "", undefined,
  ];
  for (const wrong of refused) assert.throws(() => parsePoint(wrong), RangeError, String(wrong));
});

test("scalars have one spelling", () => {
  assert.equal(parseScalar("0"), 0n);
  assert.equal(parseScalar((Q - 1n).toString()), Q - 1n);
  for (const wrong of ["", "007", "+1", "-1", "0x1", "5_8", " 1", "1e3", Q.toString(), (Q + 5n).toString(), 5, null]) {
    assert.throws(() => parseScalar(wrong), RangeError, String(wrong));
  }
});

test("random scalars spread over the whole range", () => {
  const high = Array.from({ length: 200 }, randomScalar).filter((scalar) => scalar > Q / 2n).length;
  assert.ok(high > 50 && high < 150, String(high));
});

test("a claim that does not hold cannot be proved", () => {
  const opening = { r: randomScalar(), m: 1 };
  assert.throws(() => proveInterval(election.keyTable, "S", "a,b", opening, [2, 3]), RangeError);
  assert.throws(() => proveOneOf(election.keyTable, [{ opening, value: 0 }], 0, () => ""), RangeError);
  assert.throws(() => proveNonzero(election.keyTable, "S", { ...opening, m: 0 }), RangeError);
  assert.throws(() => proveListOrNone(election.keyTable, "S", { ...opening, m: 0 }, opening), RangeError);
});

test("every branch of a proof satisfies the verifier's equations", () => {
  const opening = { r: randomScalar(), m: 2 };
  const alpha = generatorTable().times(opening.r);
  const beta = election.keyTable.times(opening.r).add(Point.BASE.multiply(2n));
  const text = writePoints([alpha, beta]).join(",");
  const proof = proveInterval(election.keyTable, "S", text, opening, [0, 1, 2, 3]);
  const commitments = proof.flatMap(({ challenge, response }, value) => {
    const shifted = beta.subtract(generatorTable().times(BigInt(value)));
    return [
      generatorTable().times(BigInt(response)).add(alpha.multiply(BigInt(challenge))),
      election.keyTable.times(BigInt(response)).add(shifted.multiply(BigInt(challenge))),
    ];
  });
  const expected = hashToScalar(`prove|S|${text}|${writePoints(commitments).join(",")}`);
  assert.equal(modQ(proof.reduce((sum, { challenge }) => sum + BigInt(challenge), 0n)), expected);
});

test("progress counts every ciphertext", () => {
  const seen = [];
  encryptBallot(election, alice, [[0, 1, 0], [1, 1, 0]], (done, total) => seen.push(`${done}/${total}`));
  assert.deepEqual(seen, ["1/6", "2/6", "3/6", "4/6", "5/6", "6/6"]);
});

test("a choice the questions do not allow is not encrypted", () => {
  assert.throws(() => encryptBallot(election, alice, [[0, 1, 1], [1, 0, 0]]), ChoiceError);
  assert.throws(() => encryptBallot(election, alice, [[0, 1, 0], [0, 0, 0]]), ChoiceError);
  assert.throws(() => encryptBallot(election, alice, [[0, 1, 0]]), RangeError);
});

test("small integers are written as the first point of the group that holds them", () => {
  for (const values of [[0], [0, 0, 0], [1, 2, 3], Array(30).fill(255), [7, 0, 255]]) {
    const text = writePoints([encodeIntegers(values)])[0];
    const number = BigInt(`0x${text}`);
    const held = values.map((_, at) => Number(BigInt.asUintN(8, number >> BigInt(14 + 8 * (values.length - 1 - at)))));
    assert.deepEqual(held, values);
    assert.equal(number >> BigInt(14 + 8 * values.length), 0n);
    for (let less = (number >> 14n) << 14n; less < number; less++) {
      assert.throws(() => parsePoint(less.toString(16).padStart(64, "0")), RangeError);
    }
  }
  assert.ok(encodeIntegers([0, 0]).is0());
  for (const wrong of [[], Array(31).fill(1), [256], [-1], [1.5], ["1"]]) {
    assert.throws(() => encodeIntegers(wrong), RangeError, String(wrong));
  }
});

const preference = (extra, count = 3) =>
  readQuestion({ type: "NonHomomorphic", value: { answers: Array(count).fill("A"), question: "?" }, extra });
const lists = readQuestion({ type: "Lists", value: { answers: [["I", "a", "b"], ["II", "c"]], question: "?" } });

test("a ranking, a grading and a choice of lists are what their questions allow", () => {
  const ranked = preference({ type: "STV", blank: false, rules: "scottish", seats: 2 });
  assert.deepEqual(ranked.plaintext([2, 0, 1], false), [2, 0, 1]);
  assert.throws(() => ranked.plaintext([0, 0, 0], false), (error) => error.code === "none");
  assert.throws(() => ranked.plaintext([0, 0, 0], true), (error) => error.code === "blank");
  for (const wrong of [[1, 1, 0], [2, 0, 0], [1, 3, 0], [4, 1, 2], [1, 2], [1, 2, -1], ["1", 0, 0]]) {
    assert.throws(() => ranked.check(wrong), RangeError, String(wrong));
  }
  for (const type of ["Schulze", "Condorcet", "Borda"]) {
    const shared = preference({ type, blank: false });
    for (const right of [[1, 1, 0], [1, 1, 1], [2, 1, 2], [1, 2, 3]]) assert.deepEqual(shared.plaintext(right, false), right);
    for (const wrong of [[1, 1, 3], [2, 2, 0], [2, 2, 3]]) assert.throws(() => shared.check(wrong), RangeError, String(wrong));
  }
  assert.throws(() => preference({ type: "IRV", blank: false }).check([1, 1, 2]), RangeError);
  const graded = preference({ type: "MajorityJudgment", blank: true, grades: ["good", "bad"] });
  assert.deepEqual(graded.plaintext([2, 2, 0], false), [2, 2, 0]);
  assert.deepEqual(graded.plaintext([0, 0, 0], true), [0, 0, 0]);
  assert.throws(() => graded.plaintext([0, 0, 0], false), (error) => error.code === "none");
  assert.throws(() => graded.plaintext([1, 0, 0], true), (error) => error.code === "blank");
  assert.throws(() => graded.check([3, 0, 0]), RangeError);
  assert.deepEqual(lists.plaintext(0, [1]), [[1, 0, 1], [0, 0]]);
  assert.throws(() => lists.plaintext(null, []), (error) => error.code === "list");
  assert.throws(() => lists.plaintext(1, []), (error) => error.code === "candidate");
  for (const wrong of [[[1, 1, 0], [1, 1]], [[1, 1, 0], [0, 1]], [[1, 1, 0]], [[1, 1], [0, 0]], [1, 1, 0, 0, 0]]) {
    assert.throws(() => lists.check(wrong), RangeError, String(wrong));
  }
});

test("a question that the booth cannot ask is refused", () => {
  const stv = { type: "STV", blank: true, rules: "meek", seats: 2 };
  const graded = { type: "MajorityJudgment", blank: true, grades: ["good", "bad"] };
  for (const extra of [
    undefined, {}, { type: "Other", blank: true }, { type: "toString", blank: true }, { type: "Borda" },
    { type: "Borda", blank: 1 }, { type: "Borda", blank: true, seats: 1 }, { ...stv, seats: 0 }, { ...stv, rules: "own" },
    { type: "STV", blank: true }, { ...graded, grades: ["good"] }, { ...graded, grades: ["good", "good"] },
    { ...graded, grades: ["good", ""] }, { ...graded, grades: "good" }, { ...graded, grades: null },
    { blank: true, type: "Borda" }, { type: "STV", blank: true, seats: 2, rules: "meek" }, { ...stv, seats: 2 ** 30 },
  ]) {
    assert.throws(() => preference(extra), RangeError, JSON.stringify(extra));
  }
  assert.equal(preference(stv, 30).seats, 2);
  assert.equal(preference(graded).grades.length, 2);
  assert.throws(() => preference(stv, 31), RangeError);
  for (const answers of [[], [["I"]], [["I", 1]], "I"]) {
    assert.throws(() => readQuestion({ type: "Lists", value: { answers, question: "?" } }), RangeError);
  }
  assert.throws(() => readQuestion({ type: "Other", value: {} }), RangeError);
});

test("the same vote encrypted twice has nothing in common", () => {
  const [first, second] = [0, 1].map(() => encryptBallot(election, alice, [[0, 1, 0], [1, 0, 0]]));
  assert.notEqual(first.hash, second.hash);
  const numbers = (unsigned) => JSON.stringify(unsigned.ballot.answers).match(/[0-9a-f]{60,}/g);
  assert.equal(new Set([...numbers(first), ...numbers(second)]).size, numbers(first).length + numbers(second).length);
});

test("a challenge file opens every ciphertext", () => {
  const unsigned = encryptBallot(election, alice, [[1, 0, 0], [0, 1, 0]]);
  const file = JSON.parse(unsigned.challengeFile());
  assert.deepEqual(Object.keys(file), ["type", "version", "hash", "ballot", "plaintext", "randomness"]);
  assert.equal(file.type, "egov-ballot-challenge");
  assert.equal(compactDigest(JSON.stringify(file.ballot)), file.hash);
  assert.ok(!("signature" in file.ballot));
  file.ballot.answers.forEach(({ choices }, question) =>
    choices.forEach(({ alpha, beta }, at) => {
      const r = parseScalar(file.randomness[question][at]);
      const message = generatorTable().times(BigInt(file.plaintext[question][at]));
      assert.deepEqual(
        writePoints([generatorTable().times(r), election.keyTable.times(r).add(message)]), [alpha, beta]);
    }),
  );
});

test("a ballot is signed by nobody but the credential it was encrypted for", () => {
  const unsigned = encryptBallot(election, alice, [[1, 0, 0], [0, 1, 0]]);
  assert.throws(() => unsigned.sign(bob), RangeError);
  const { bytes, tracker } = unsigned.sign(alice);
  assert.equal(tracker, compactDigest(bytes));
  const ballot = JSON.parse(Buffer.from(bytes).toString());
  assert.deepEqual(Object.keys(ballot), ["election_uuid", "election_hash", "credential", "answers", "signature"]);
  assert.equal(ballot.signature.hash, unsigned.hash);
  assert.equal(JSON.stringify(ballot), Buffer.from(bytes).toString());
});
