import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKeyPairSync, sign } from "node:crypto";

import { utf8 } from "../../static/booth/encoding.js";
import { ReceiptError, checkReceipt } from "../../static/booth/receipt.js";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const key = publicKey.export({ type: "spki", format: "der" }).subarray(-32).toString("base64");
const own = { vote: "bvdC51SBUQAbs2", election: "phi", tracker: "tracker" };
const plain = { type: "egov-receipt/v1", ...own, height: 7, head: "ab".repeat(32), time: "2026-11-01" };

function signed(fields) {
  const signature = sign(null, Buffer.from(JSON.stringify(fields)), privateKey).toString("base64").replace(/=+$/, "");
  return { ...fields, signature };
}

function code(value) {
  try {
    checkReceipt(typeof value === "string" ? utf8(value) : utf8(JSON.stringify(value)), key, own);
  } catch (error) {
    assert.ok(error instanceof ReceiptError);
    return error.code;
  }
  return "holds";
}

test("a receipt for this very ballot holds, and its text is kept as it came", () => {
  const receipt = checkReceipt(utf8(JSON.stringify(signed(plain))), key, own);
  assert.equal(receipt.height, 7);
  assert.equal(receipt.text, JSON.stringify(signed(plain)));
});

test("a receipt for another ballot, vote or election does not hold", () => {
  for (const field of ["vote", "election", "tracker"]) assert.equal(code(signed({ ...plain, [field]: "x" })), "other");
});

test("a changed field, another key and a forged signature do not hold", () => {
  const good = signed(plain);
  assert.equal(code({ ...good, height: 8 }), "signature");
  assert.equal(code({ ...good, head: "cd".repeat(32) }), "signature");
  assert.equal(code({ ...good, time: "2026-11-02" }), "signature");
  assert.equal(code({ ...good, signature: "A".repeat(86) }), "signature");
  assert.equal(code({ ...good, signature: `${good.signature}==` }), "signature");
  const other = generateKeyPairSync("ed25519").privateKey;
  const forged = sign(null, Buffer.from(JSON.stringify(plain)), other).toString("base64").replace(/=+$/, "");
  assert.equal(code({ ...plain, signature: forged }), "signature");
});

test("a receipt has one form", () => {
  const good = signed(plain);
  const { type, ...rest } = good;
  assert.equal(code("{}"), "format");
  assert.equal(code("null"), "format");
  assert.equal(code("receipt"), "format");
  assert.equal(code({ ...rest, type }), "format");
  assert.equal(code({ ...good, extra: 1 }), "format");
  assert.equal(code(`${JSON.stringify(good)}\n`), "format");
  assert.equal(code(JSON.stringify(good).replace('"height":7', '"height":7.0')), "format");
  assert.equal(code(JSON.stringify(good).replace('"height":7', '"height":6,"height":7')), "format");
  for (const wrong of [{ type: "egov-receipt/v2" }, { height: -1 }, { height: "7" }, { head: "zz" }, { time: "today" }]) {
    assert.equal(code(signed({ ...plain, ...wrong })), "format");
  }
});
