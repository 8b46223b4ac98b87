// Makes and verifies proofs as the observers' page does: reads {"leaves": [hex], "above": [hex], "cases": [{"size", "root",
// "index", "inclusion", "older", "olderRoot", "consistency"}]} from standard input; "above" are the hashes of level 1.
// Writes what differs from the cases, and what was taken though it was changed: nothing, if all is well.

import { readFileSync } from "node:fs";

import { hex } from "../../static/booth/encoding.js";
import * as merkle from "../../static/observe/merkle.js";
import { Tiles } from "../../static/observe/tiles.js";

const asked = JSON.parse(readFileSync(0, "utf8"));
const bytes = (text) => Uint8Array.from(Buffer.from(text, "hex"));
const levels = [asked.leaves, asked.above].map((hashes) => Buffer.from(hashes.join(""), "hex"));
const wrong = [];

/** As a server that keeps full tiles alone: whoever asks for a narrower one must take the beginning of it. */
async function fetch(path) {
  const [, level, index, width] = /^tile\/([01])\/(\d{3})(?:\.p\/(\d+))?$/.exec(path);
  const start = Number(index) * 256;
  const there = levels[level].length / 32 - start;
  if (width !== undefined && there >= 256) return null;
  return Uint8Array.from(levels[level].subarray(start * 32, (start + Number(width ?? 256)) * 32));
}

const written = (proof) => proof.map(hex).join(" ");
const holds = (verify) => {
  try {
    verify();
    return true;
  } catch (error) {
    if (error.code === undefined) throw error;
    return false;
  }
};
const changed = (hash) => hash.map((byte, at) => (at === 7 ? byte ^ 1 : byte));

/** A proof that is not the right one: each of its hashes changed, taken away, or one more. */
function* otherProofs(proof) {
  for (let at = 0; at < proof.length; at++) {
    yield proof.with(at, changed(proof[at]));
    yield proof.toSpliced(at, 1);
  }
  yield [...proof, bytes("00".repeat(32))];
}

for (const { size, root, index, inclusion, older, olderRoot, consistency } of asked.cases) {
  const tiles = new Tiles(fetch, size);
  const read = (level, at) => tiles.hash(level, at);
  const rootHash = bytes(root);
  const leaf = bytes(asked.leaves[index]);
  const included = await merkle.proveInclusion(read, index, size);
  const consistent = await merkle.proveConsistency(read, older, size);
  if (written(included) !== inclusion) wrong.push(`inclusion of ${index} in ${size}`);
  if (written(consistent) !== consistency) wrong.push(`consistency of ${older} and ${size}`);
  const stands = (at, of, proof, top = rootHash) => holds(() => merkle.verifyInclusion(leaf, at, of, proof, top));
  const grew = (old, oldRoot, of, proof, top = rootHash) =>
    holds(() => merkle.verifyConsistency(old, oldRoot, of, top, proof));
  const before = bytes(olderRoot);
  if (!stands(index, size, included)) wrong.push(`${index} in ${size} does not hold`);
  if (!grew(older, before, size, consistent)) wrong.push(`${older} and ${size} do not hold`);
  if (stands(index, size, included, changed(rootHash)) || stands(index + 1, size, included)) wrong.push(`${size}: place`);
  if (grew(older, changed(before), size, consistent) || grew(older, before, size, consistent, changed(rootHash))) {
    if (older > 0) wrong.push(`${older} and ${size}: another root`);
  }
  if (size > 3) {
    // What stands above two leaves is no leaf, though the rest of the way leads from it to the root.
    const above = merkle.nodeHash(bytes(asked.leaves[0]), bytes(asked.leaves[1]));
    const short = (await merkle.proveInclusion(read, 0, size)).slice(1);
    if (holds(() => merkle.verifyInclusion(above, 0, size, short, rootHash))) wrong.push(`${size}: a node for a leaf`);
  }
  for (const proof of otherProofs(included)) if (stands(index, size, proof)) wrong.push(`inclusion of ${index} in ${size}: changed`);
  for (const proof of otherProofs(consistent)) if (grew(older, before, size, proof)) wrong.push(`${older}, ${size}: changed`);
}

// A leaf is found wherever it stands, every tile being fetched; a log of too many tiles is not looked through.
const whole = new Tiles(fetch, asked.leaves.length);
for (const at of [0, 255, 256, asked.leaves.length - 1]) {
  if ((await whole.find(bytes(asked.leaves[at]), 4)) !== at) wrong.push(`leaf ${at} is not found`);
}
if ((await whole.find(bytes("00".repeat(32)), 4)) !== null) wrong.push("a leaf is found that is not there");
const long = await new Tiles(fetch, asked.leaves.length).find(bytes(asked.leaves[0]), 2).catch((error) => error.code);
if (long !== "search.long") wrong.push("a long log is looked through");
process.stdout.write(JSON.stringify(wrong));
