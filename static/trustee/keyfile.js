/** Key files, as egov_crypto/keyfile.py specifies them: one format for browser and command line. */

import { fromUtf8 } from "../booth/encoding.js";
import { parsePoint, parseScalar } from "../booth/group.js";
import { FormError, UsageError } from "./errors.js";
import { publicText } from "./key.js";
import { Sealed, sealContent } from "./sealing.js";
import { dump, dumpText, fields, isObject, string } from "./wire.js";

const TYPE = "egov-trustee-key";
const VERSION = 1;

/**
 * @param {bigint} secret the private key @param {string} uuid of the election, or empty for any
 * @param {string} passphrase @returns {Promise<string>} the key file, opened once more before it is given
 */
export async function seal(secret, uuid, passphrase) {
  const text = publicText(secret);
  const sealed = await sealContent(dump(secret.toString()), additional(uuid, text), passphrase);
  const file = dumpText({ type: TYPE, version: VERSION, election: uuid, public_key: text, ...sealed });
  const again = await new KeyFile(file).open(passphrase);
  if (again !== secret) throw new Error("a key file that was just made does not open");
  return file;
}

/**
 * @template T @param {string} text of a file @param {string} type @param {(value: any) => T} read its members
 * @returns {T} throws UsageError (`keyfile.format`) if it is no such file of this version
 */
export function readFile(text, type, read) {
  try {
    const value = JSON.parse(text);
    if (!isObject(value) || value.type !== type) throw new FormError("it is not a trustee's key file");
    if (value.version !== VERSION) throw new FormError("another version");
    return read(value);
  } catch (error) {
    const malformed = error instanceof SyntaxError || error instanceof FormError || error instanceof RangeError;
    if (malformed) throw new UsageError("keyfile.format", error.message);
    throw error;
  }
}

/** A key file as it lies there; what it says is true only once it has been opened. */
export class KeyFile {
  /** @param {string} text throws UsageError (`keyfile.format`) if it is no key file of this version */
  constructor(text) {
    readFile(text, TYPE, (value) => this.#read(value));
  }

  #read(value) {
    const members = fields(value, ["type", "version", "election", "public_key", "kdf", "cipher"]);
    this.sealed = new Sealed(members.kdf, members.cipher);
    parsePoint(members.public_key);
    this.publicText = members.public_key;
    this.election = string(members.election);
  }

  /**
   * @param {string} passphrase @returns {Promise<bigint>} the private key
   * Throws UsageError: `keyfile.passphrase` if the passphrase is wrong or the file was changed (one cannot tell which),
   * `keyfile.other` if it holds another key than it says.
   */
  async open(passphrase) {
    const opened = await this.sealed.open(additional(this.election, this.publicText), passphrase);
    let secret = 0n;
    try {
      secret = parseScalar(JSON.parse(fromUtf8(opened)));
    } catch {
      secret = 0n;
    }
    opened.fill(0);
    if (secret === 0n || publicText(secret) !== this.publicText) throw new UsageError("keyfile.other");
    return secret;
  }

  /** The same, as threshold trustees' files give it. @param {string} passphrase @returns {Promise<bigint>} */
  openSecret(passphrase) {
    return this.open(passphrase);
  }
}

function additional(uuid, text) {
  return dump([TYPE, VERSION, uuid, text]);
}
