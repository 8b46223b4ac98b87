/** Elections (specification, section 4.10). */

import { compactDigest, fromUtf8 } from "./encoding.js";
import { FixedBase, parsePoint } from "./group.js";
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
