import "./globals.mjs";

import assert from "node:assert/strict";
import { test } from "node:test";

import { Point as Noble, Q, generatorTable, hashToScalar, modQ, randomScalar, writePoints } from "../../static/booth/group.js";
import { BASE, Point, Table, decode, encode, multiples } from "../../static/trustee/curve.js";
import { FormError } from "../../static/trustee/errors.js";
import { P, add, element, fromBig, invert, mul, sqr, toBig } from "../../static/trustee/field.js";
import { decrypt, encrypt, generateSeed, keysOf } from "../../static/trustee/channel.js";
import { generatePassphrase, publicKey, publicText } from "../../static/trustee/key.js";
import { permutation } from "../../static/trustee/mixnet.js";
import { dumpText, fields, load } from "../../static/trustee/wire.js";

const utf8 = (text) => new TextEncoder().encode(text);
const random = () => randomScalar() % P;

/** An element whose parts are as large as reduced ones may be, and then some. */
function largest(sign) {
  const exponents = [0, 22, 43, 64, 85, 107, 128, 149, 170, 192, 213, 234, 255];
  return exponents.slice(0, 12).map((_, at) => sign(at) * 2 ** (exponents[at + 1] - 1) * (1 + 2 ** -8));
}

test("the field in doubles computes what big integers compute, at its bounds too", () => {
  const values = [0n, 1n, 19n, P - 1n, P - 19n, 2n ** 254n, ...Array.from({ length: 20 }, random)];
  const extremes = [() => 1, () => -1, (at) => (at % 2 ? 1 : -1), (at) => (at < 6 ? 1 : -1)].map(largest);
  const elements = [...values.map(fromBig), ...extremes];
  const out = element();
  for (const a of elements) {
    sqr(out, a);
    assert.equal(toBig(out), (toBig(a) * toBig(a)) % P);
    for (const b of elements) {
      mul(out, a, b);
      assert.equal(toBig(out), (toBig(a) * toBig(b)) % P);
      const [three, four] = [element(), element()];
      for (const [sum, one, times] of [[three, a, 3], [four, b, 4]]) for (let n = 0; n < times; n++) add(sum, sum, one);
      mul(out, three, four);
      assert.equal(toBig(out), (12n * toBig(a) * toBig(b)) % P);
    }
    invert(out, a);
    mul(out, out, a);
    assert.equal(toBig(out), toBig(a) === 0n ? 0n : 1n);
  }
});

test("points are computed as another library computes them", () => {
  const scalars = [0n, 1n, 2n, 7n, 8n, 9n, 15n, 16n, 17n, 2n ** 252n, Q - 1n, ...Array.from({ length: 12 }, randomScalar)];
  const noble = generatorTable().times(randomScalar());
  const point = decode(writePoints([noble])[0]);
  const table = new Table(point);
  const wanted = writePoints(scalars.map((scalar) => noble.multiply(scalar, false)));
  assert.deepEqual(encode(multiples(point, scalars)), wanted);
  assert.deepEqual(encode(scalars.map((scalar) => table.times(scalar))), wanted);
  assert.ok(multiples(point, [Q])[0].isIdentity && !multiples(point, [Q - 1n])[0].isIdentity);
  assert.deepEqual(encode([BASE, point.plus(BASE), point.minus(point)]),
    writePoints([Noble.BASE, noble.add(Noble.BASE), Noble.ZERO]));
  const double = new Point();
  double.assignDouble(point);
  assert.ok(double.equals(point.plus(point)) && !double.equals(point));
});

test("points have one spelling, and those outside of the subgroup are told from those inside", () => {
  const p = 2n ** 255n - 19n;
  const text = (number) => number.toString(16).padStart(64, "0");
  const good = writePoints([Noble.BASE])[0];
  for (const wrong of [text(p), text(p + 1n), text(2n ** 255n + 1n), text(2n), good.toUpperCase().replace("6", "A"),
    good.slice(2), `${good}00`, ` ${good}`, "", undefined, null, 5]) assert.equal(decode(wrong), null, String(wrong));
  const torsion = Noble.fromBytes(Buffer.alloc(32), false); // of order 4
  const outside = [torsion, torsion.double(), Noble.BASE.add(torsion), Noble.BASE.add(torsion.double())];
  for (const spelt of writePoints(outside)) assert.equal(decode(spelt).isInSubgroup, false);
  assert.equal(decode(good).isInSubgroup, true);
  assert.equal(decode(text(1n)).isIdentity, true);
});

test("JSON is read in one spelling", () => {
  for (const good of ['{"a":1,"b":[true,null,"é\\n\\u001f"]}', '"\\u007f"', "[]", "0", '"\\\\ud800"']) {
    assert.equal(dumpText(load(utf8(good))), good);
  }
  for (const wrong of ['{"a": 1}', '{"a":1,"a":1}', '"\\u0041"', '"\x7f"', "01", "1e3", "-0", "[1,]", '"\\ud800"', '\ufeff[]',
    "[] ", "NaN", "+1", '"\\/"', '{"2":0,"1":0}x']) assert.throws(() => load(utf8(wrong)), FormError, wrong);
  assert.throws(() => load(Uint8Array.of(34, 255, 34)), FormError);
  assert.throws(() => fields({ b: 1, a: 1 }, ["a", "b"]), FormError);
  assert.throws(() => fields({ a: 1, b: 1, c: 1 }, ["a", "b"]), FormError);
  assert.throws(() => fields([], []), FormError);
});

test("passphrases are six proquints, no two alike", () => {
  const made = Array.from({ length: 200 }, generatePassphrase);
  for (const passphrase of made) {
    assert.match(passphrase, /^(?:[bdfghjklmnprstvz][aiou][bdfghjklmnprstvz][aiou][bdfghjklmnprstvz](?:-|$)){6}$/);
  }
  assert.equal(new Set(made).size, made.length);
  for (const letter of "bdfghjklmnprstvzaiou") assert.ok(made.join().includes(letter), letter);
});

test("a public key proves that its owner knows the private one, and no two proofs are alike", () => {
  const secret = randomScalar();
  const [first, second] = [publicKey(secret), publicKey(secret)];
  assert.notEqual(first.pok.challenge, second.pok.challenge);
  const commitment = generatorTable()
    .times(BigInt(first.pok.response))
    .add(generatorTable().times(modQ(secret * BigInt(first.pok.challenge))));
  const hashed = hashToScalar(`pok|Ed25519|${first.public_key}|${writePoints([commitment])[0]}`);
  assert.equal(hashed.toString(), first.pok.challenge);
});

test("votes change places in every order as often as in any other", () => {
  const counts = new Map();
  for (let turn = 0; turn < 6000; turn++) {
    const order = permutation(3).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.deepEqual([...counts.keys()].sort(), ["012", "021", "102", "120", "201", "210"]);
  for (const count of counts.values()) assert.ok(Math.abs(count - 1000) < 250, String(count)); // over eight deviations
  assert.deepEqual(permutation(500).sort((first, second) => first - second), [...Array(500).keys()]);
  assert.deepEqual(permutation(0), []);
});

test("messages between trustees open for whom they are for, whole, and whatever their length", async () => {
  const [own, other] = [keysOf(generateSeed()), keysOf(generateSeed())];
  const recipient = publicText(own.decryption);
  for (const length of [1, 15, 16, 17, 1000, 65535]) {
    const message = new Uint8Array(length).fill(length & 255);
    const text = await encrypt(recipient, message.slice());
    assert.deepEqual(await decrypt(own.decryption, text), message);
    const changed = text.replace(/([0-9a-f])("})$/, (_, digit, end) => (digit === "0" ? "1" : "0") + end);
    for (const [key, tried] of [[other.decryption, text], [own.decryption, changed]]) {
      await assert.rejects(decrypt(key, tried), { code: "channel.encryption" });
    }
  }
  await assert.rejects(encrypt(recipient, new Uint8Array(65536)), RangeError);
  assert.throws(() => keysOf("0".repeat(22)), FormError);
});
