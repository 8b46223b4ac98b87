/** Those who hold the election's private key together (specification, sections 4.5, 4.7 and 4.21). */

import { Q, modQ } from "../booth/group.js";
import { VerificationError, FormError, coded } from "./errors.js";
import { ThresholdParameters } from "./pedersen.js";
import { trusteeKey } from "./schnorr.js";
import { items, load } from "./wire.js";

/** @typedef {import("./curve.js").Point} Point */
/** @typedef {{text: string, key: Point}} TrusteeKey */

/** A mandatory trustee, as a group of one of whom one is needed. */
class Single {
  constructor(value) {
    const key = trusteeKey(value);
    this.keys = [key];
    this.key = key.key;
    this.threshold = 1;
  }
}

/** The trustees of an election: items, of each of which as many as its threshold says are needed. */
export class Trustees {
  /** @param {Uint8Array} raw as published; throws VerificationError (`trustees.*`) */
  constructor(raw) {
    this.items = coded("trustees.format", () => {
      const kinds = items(load(raw)).map((item) => items(item, 2));
      if (kinds.length === 0) throw new FormError("no trustees");
      return kinds.map(([kind, value]) => {
        if (kind === "Single") return new Single(value);
        if (kind === "Pedersen") return new ThresholdParameters(value);
        throw new FormError("not a list of trustees");
      });
    });
    /** @type {TrusteeKey[]} flattened: owner k has the key at place k − 1 */
    this.keys = this.items.flatMap(({ keys }) => keys);
    if (new Set(this.keys.map(({ text }) => text)).size !== this.keys.length) {
      throw new VerificationError("trustees.duplicate");
    }
  }

  get length() {
    return this.keys.length;
  }

  /** @returns {Point} the election's public key */
  get publicKey() {
    return this.items.map(({ key }) => key).reduce((sum, key) => sum.plus(key));
  }

  /** @param {string} text of a public key @returns {number} whose it is, from 1; 0 if nobody's */
  ownerOf(text) {
    return this.keys.findIndex((key) => key.text === text) + 1;
  }

  /** @param {Iterable<number>} owners @returns {boolean} whether these can decrypt together */
  enough(owners) {
    const given = new Set(owners);
    return this.#groups().every(({ threshold, owners: all }) => all.filter((one) => given.has(one)).length >= threshold);
  }

  /**
   * How the decryptions of some combine to that of the whole key: within an item by Lagrange over the first that are
   * needed.
   *
   * @param {Iterable<number>} owners
   * @returns {{owner: number, by: bigint}[]|null} what each one's factors are multiplied by; null if they are too few
   */
  weights(owners) {
    const given = new Set(owners);
    if (!this.enough(given)) return null;
    return this.#groups().flatMap(({ threshold, owners: all }) => {
      const chosen = all.filter((owner) => given.has(owner)).slice(0, threshold);
      const places = chosen.map((owner) => owner - all[0] + 1);
      return chosen.map((owner, at) => ({ owner, by: lagrange(places, places[at]) }));
    });
  }

  /** Each item's threshold with its owners. */
  #groups() {
    let before = 0;
    return this.items.map(({ threshold, keys }) => {
      const owners = keys.map((_, at) => before + at + 1);
      before += keys.length;
      return { threshold, owners };
    });
  }
}

/** The coefficient at 0 of `own` among `places` (section 4.21). */
function lagrange(places, own) {
  let [above, below] = [1n, 1n];
  for (const other of places) {
    if (other === own) continue;
    above = modQ(above * BigInt(other));
    below = modQ(below * BigInt(other - own));
  }
  return modQ(above * inverse(below));
}

function inverse(value) {
  let power = 1n;
  let base = value;
  for (let exponent = Q - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) power = modQ(power * base);
    base = modQ(base * base);
  }
  return power;
}
