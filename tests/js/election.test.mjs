import "./globals.mjs";

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { CredentialError, publicOf, readCredential, secretOf } from "../../static/booth/credential.js";
import { ChoiceError } from "../../static/booth/choice.js";
import { Election } from "../../static/booth/election.js";
import { base64, compactDigest, fromBase64, utf8 } from "../../static/booth/encoding.js";
import { Question } from "../../static/booth/question.js";
import { groupsOfFour, inLanguage } from "../../static/booth/texts.js";
import { checkTrustees } from "../../static/booth/trustees.js";

const vector = (name) => readFileSync(new URL(`vectors/${name}`, import.meta.url));
const json = (name) => JSON.parse(vector(name).toString());

test("the fingerprint is of the election's bytes as they came", () => {
  const raw = vector("election.json");
  assert.equal(new Election(raw).fingerprint, json("ballot.json").election_hash);
  assert.notEqual(new Election(Buffer.concat([raw, Buffer.from("\n")])).fingerprint, json("ballot.json").election_hash);
});

test("credentials derive the reference's public credentials", () => {
  const { uuid } = new Election(vector("election.json"));
  const publics = Object.values(json("credentials.json")).map((credential) => publicOf(secretOf(uuid, credential)));
  const listed = json("public_creds.json").map((line) => line.split(",")[0]);
  assert.deepEqual(publics.sort(), listed.sort());
});

test("a ballot's code and tracker are hashed as the reference hashes them", () => {
  const { signature, ...unsigned } = json("ballot.json");
  assert.equal(compactDigest(JSON.stringify(unsigned)), signature.hash);
  assert.equal(JSON.stringify(json("ballot.json")), vector("ballot.json").toString());
  assert.equal(compactDigest(vector("ballot.json")), compactDigest(JSON.stringify({ ...unsigned, signature })));
});

test("the trustees' keys make the election's key", () => {
  const election = new Election(vector("election.json"));
  checkTrustees(election, vector("trustees.json"));
  const [first, second] = json("trustees.json");
  assert.throws(() => checkTrustees(election, utf8(JSON.stringify([first]))), /not that of its trustees/);
  const borrowed = [first, ["Single", { ...second[1], pok: first[1].pok }]];
  assert.throws(() => checkTrustees(election, utf8(JSON.stringify(borrowed))), /trustees\.proof/);
  assert.throws(() => checkTrustees(election, utf8("[]")), /trustees\.format/);
  assert.throws(() => checkTrustees(election, utf8('[["Pedersen",{}]]')), /threshold\.format/);
});

test("of trustees of whom some are enough, the key is that of their coefficients", () => {
  const election = new Election(vector("threshold_election.json"));
  checkTrustees(election, vector("threshold_trustees.json"));
  const [single, [kind, parameters]] = json("threshold_trustees.json");
  assert.throws(() => checkTrustees(election, utf8(JSON.stringify([[kind, parameters]]))), /not that of its trustees/);
  const keys = [...parameters.verification_keys].reverse();
  const swapped = [single, [kind, { ...parameters, verification_keys: keys }]];
  assert.throws(() => checkTrustees(election, utf8(JSON.stringify(swapped))), /threshold\.key/);
});

test("an election of another version, group or kind of question is refused", () => {
  const value = json("election.json");
  const wrong = [
    { ...value, version: 2 },
    { ...value, group: "RFC-3526-2048" },
    { ...value, public_key: value.public_key.toUpperCase() },
    { ...value, uuid: "../../elsewhere" },
    { ...value, questions: [{ type: "NonHomomorphic", value: { answers: ["A"], question: "Q" } }] },
    { ...value, questions: [{ ...value.questions[0], min: 2 }] },
    { ...value, questions: [{ ...value.questions[0], max: 3 }] },
    { ...value, questions: [{ ...value.questions[0], answers: [] }] },
    { ...value, questions: [{ ...value.questions[0], blank: "yes" }] },
  ];
  for (const election of wrong) assert.throws(() => new Election(utf8(JSON.stringify(election))), RangeError);
});

test("a credential is read as people type it", () => {
  const credential = "kpVHH-UhSSRt-JWEVn-PpL6gR";
  const typed = [
    credential,
    "kpVHHUhSSRtJWEVnPpL6gR",
    "  kpVHH UhSSRt\nJWEVn\u00a0PpL6gR ",
    "kpVHH–UhSSRt—JWEVn−PpL6gR",
    "k-p-V-H-H-UhSS-Rt-JWEVn-PpL6gR\u200b",
  ];
  for (const text of typed) assert.equal(readCredential(text), credential);
});

test("what is no credential is refused with a reason", () => {
  const code = (text) => {
    try {
      return readCredential(text);
    } catch (error) {
      assert.ok(error instanceof CredentialError);
      return [error.code, error.letters.join(""), error.length];
    }
  };
  assert.deepEqual(code(" - "), ["empty", "", 0]);
  assert.deepEqual(code("kpVHH-UhSSRt-JWEVn-PpL6g"), ["length", "", 21]);
  assert.deepEqual(code("kpVHH-UhSSRt-JWEVn-PpL6gRR"), ["length", "", 23]);
  assert.deepEqual(code("kpVHH-UhSSRt-JWEVn-PpL6g0"), ["letters", "0", 22]);
  assert.deepEqual(code("кpVHH-UhSSRt-JWEVn-PpL6gк"), ["letters", "к", 22]);
  assert.deepEqual(code("https://example.kz/?c=1"), ["letters", ":/l.?=", 23]);
});

test("too few, too many and a blank vote beside a choice are refused", () => {
  const question = new Question({ answers: ["A", "B", "C"], min: 1, max: 2, question: "Q", blank: true });
  assert.deepEqual(question.plaintext([0, 2], false), [0, 1, 0, 1]);
  assert.deepEqual(question.plaintext([], true), [1, 0, 0, 0]);
  const code = (chosen, blank) => {
    try {
      return question.plaintext(chosen, blank);
    } catch (error) {
      assert.ok(error instanceof ChoiceError);
      return error.code;
    }
  };
  assert.equal(code([], false), "few");
  assert.equal(code([0, 1, 2], false), "many");
  assert.equal(code([1], true), "blank");
  const plain = new Question({ answers: ["A"], min: 0, max: 1, question: "Q" });
  assert.deepEqual(plain.plaintext([], false), [0]);
  assert.throws(() => plain.plaintext([], true), ChoiceError);
  assert.throws(() => plain.check([2]), RangeError);
  assert.throws(() => plain.check([0, 0]), RangeError);
});

test("a text of three parts is shown in the voter's language, any other whole", () => {
  assert.deepEqual(inLanguage("Иә / Да / Yes", "ru"), { text: "Да", language: "ru" });
  assert.deepEqual(inLanguage("Иә / Да / Yes", "kk"), { text: "Иә", language: "kk" });
  for (const whole of ["Yes", "Да / Yes", "a / b / c / d", "Иә /  / Yes"]) {
    assert.deepEqual(inLanguage(whole, "en"), { text: whole, language: null });
  }
  assert.deepEqual(groupsOfFour("abcdefghi"), ["abcd", "efgh", "i"]);
});

test("Base64 is read in one spelling only", () => {
  for (const bytes of [[], [0], [255, 1], [1, 2, 3], Array.from({ length: 32 }, (_, at) => at * 7)]) {
    const text = base64(Uint8Array.from(bytes));
    assert.equal(text, Buffer.from(bytes).toString("base64").replace(/=+$/, ""));
    assert.deepEqual([...fromBase64(text)], bytes);
  }
  for (const text of ["A", "AB", "AA==", "A-_A", "A A="]) assert.throws(() => fromBase64(text), RangeError);
});
