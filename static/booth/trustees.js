/**
 * The trustees whose keys make an election's key (specification, sections 4.5 to 4.7): mandatory ones, and those of whom
 * some are enough. They are read as those read them who verify the whole election.
 */

import { encode } from "../trustee/curve.js";
import { Trustees } from "../trustee/trustees.js";

/**
 * Checks that the election's key is made of the trustees' keys, and that each trustee proved to hold its own.
 *
 * @param {import("./election.js").Election} election @param {Uint8Array} raw the trustees as published
 * Throws an error when it is not so.
 */
export function checkTrustees(election, raw) {
  const [text] = encode([new Trustees(raw).publicKey]);
  if (text !== election.publicKeyText) throw new RangeError("the election's key is not that of its trustees");
}
