/** Elections (specification, section 4.10) and the trustees whose keys make an election's key (4.5, 4.7). */

import { compactDigest, fromUtf8 } from "./encoding.js";
import { FixedBase, Point, generatorTable, hashToScalar, parsePoint, parseScalar, writePoints } from "./group.js";
import { readQuestion } from "./question.js";

/** What is known of an election, from the very bytes that its fingerprint is of. */
export class Election {
  /**
   * @param {Uint8Array} raw the bytes as published: they are hashed as they are and never written anew
   * Throws RangeError on another version, group or kind of question, SyntaxError on what is not JSON.
   */
  constructor(raw) {
    const value = JSON.parse(fromUtf8(raw));
    if (value?.version !== 1 || value.group !== "Ed25519") throw new RangeError("not an election this booth knows");
    if (typeof value.uuid !== "string" || !/^[1-9A-HJ-NP-Za-km-z]{14,}$/.test(value.uuid)) {
      throw new RangeError("not an election's name");
    }
    if (typeof value.name !== "string" || typeof value.description !== "string" || !Array.isArray(value.questions)) {
      throw new RangeError("a malformed election");
    }
    this.uuid = value.uuid;
    this.name = value.name;
    this.description = value.description;
    this.questions = value.questions.map(readQuestion);
    this.publicKeyText = value.public_key;
    this.publicKey = parsePoint(value.public_key);
    /** φ: 43 characters of Base64, the name by which everything else refers to these bytes. */
    this.fingerprint = compactDigest(raw);
  }

  /** @returns {FixedBase} the table of the election's public key, made when first asked for */
  get keyTable() {
    this.table ??= new FixedBase(this.publicKey);
    return this.table;
  }
}

/**
 * Checks that the election's key is made of the trustees' keys, and that each trustee proved to hold its own.
 *
 * @param {Election} election
 * @param {Uint8Array} raw the trustees as published (single trustees only)
 * Throws RangeError when it is not so, or when there is a kind of trustees this booth does not know.
 */
export function checkTrustees(election, raw) {
  const value = JSON.parse(fromUtf8(raw));
  if (!Array.isArray(value) || value.length === 0) throw new RangeError("no trustees");
  let product = Point.ZERO;
  for (const [kind, trustee] of value) {
    if (kind !== "Single") throw new RangeError("a kind of trustees this booth does not know");
    const key = parsePoint(trustee.public_key);
    const challenge = parseScalar(trustee.pok.challenge);
    const commitment = generatorTable()
      .times(parseScalar(trustee.pok.response))
      .add(key.multiply(challenge, false));
    const [text] = writePoints([commitment]);
    if (hashToScalar(`pok|Ed25519|${trustee.public_key}|${text}`) !== challenge) {
      throw new RangeError("a trustee did not prove to hold its key");
    }
    product = product.add(key);
  }
  if (!product.equals(election.publicKey)) throw new RangeError("the election's key is not that of its trustees");
}
