/**
 * Secret messages between trustees, through a server that is trusted with none (specification, sections 4.6.1 and
 * 4.6.3), as egov_crypto/threshold/channel.py describes them: AES-256-CCM (RFC 3610) with a tag of 8 bytes and a nonce
 * of 13, here made of WebCrypto's AES-CTR and AES-CBC.
 */

import { digest, hex, utf8 } from "../booth/encoding.js";
import { generatorTable, hashToScalar, parsePoint, randomScalar, writePoints } from "../booth/group.js";
import { FormError, VerificationError, coded } from "./errors.js";
import { prove, publicText } from "./key.js";
import { signedMessage } from "./pedersen.js";
import { hasSigned } from "./schnorr.js";
import { bytes } from "./sealing.js";
import { dump, dumpText, fields, load, string } from "./wire.js";

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const SEED = /^[1-9A-HJ-NP-Za-km-z]{22}$/;
const MAX_MESSAGE = 0xffff;
const BLOCK = 16;
const NONCE = 13;
const TAG = 8;

/** @typedef {{signing: bigint, decryption: bigint}} Keys a trustee's private ones */

/** @returns {string} 22 fresh Base58 characters: 128 bits */
export function generateSeed() {
  let seed = "";
  while (seed.length < 22) {
    const [byte] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < 4 * ALPHABET.length) seed += ALPHABET[byte % ALPHABET.length];
  }
  return seed;
}

/** @param {string} seed @returns {Keys} throws FormError if it is none */
export function keysOf(seed) {
  if (!SEED.test(seed)) throw new FormError("a seed is 22 Base58 characters");
  return { signing: hashToScalar(`sk|${seed}`), decryption: hashToScalar(`dk|${seed}`) };
}

/** @param {bigint} signing @param {string} message @returns {{message: string, signature: object}} `signed_msg` */
export function sign(signing, message) {
  return { message, signature: prove(`sigmsg|${message}|`, signing) };
}

/**
 * @param {bigint} signing key of the sender @param {string} recipient encryption key @param {any} message JSON
 * @returns {Promise<string>} `send(sk, recipient, message)` of section 4.6.3
 */
export function send(signing, recipient, message) {
  return encrypt(recipient, dump(sign(signing, dumpText({ recipient, message: dumpText(message) }))));
}

/**
 * @param {bigint} decryption key @param {import("./curve.js").Point} sender verification key @param {string} text
 * @returns {Promise<any>} the message; throws VerificationError (`channel.*`) if it is from or for somebody else
 */
export async function receive(decryption, sender, text) {
  const opened = await decrypt(decryption, text);
  const { signed, recipient, message } = coded("channel.format", () => {
    const signed = signedMessage(load(opened));
    const members = fields(signed.content, ["recipient", "message"]);
    return { signed, recipient: members.recipient, message: load(utf8(string(members.message))) };
  });
  opened.fill(0);
  if (!hasSigned(signed.message, sender, signed.signature)) throw new VerificationError("channel.signature");
  // Without this, who receives a message could encrypt it anew for somebody else, as from its sender.
  if (recipient !== publicText(decryption)) throw new VerificationError("channel.recipient");
  return message;
}

/** @param {string} recipient encryption key @param {Uint8Array} message overwritten @returns {Promise<string>} `encrypted_msg` */
export async function encrypt(recipient, message) {
  if (message.length > MAX_MESSAGE) throw new RangeError("a message that is too long");
  const randomness = randomScalar();
  const secret = generatorTable().times(randomScalar());
  const masked = parsePoint(recipient).multiply(randomness).add(secret);
  const [alpha, beta, text] = writePoints([generatorTable().times(randomness), masked, secret]);
  const cipher = await Ccm.of(text, alpha);
  const data = hex(await cipher.encrypt(message));
  message.fill(0);
  return dumpText({ alpha, beta, data });
}

/** @param {bigint} decryption @param {string} text @returns {Promise<Uint8Array>} throws VerificationError (`channel.*`) */
export async function decrypt(decryption, text) {
  const { alpha, beta, alphaText, data } = parse(text);
  const [secret] = writePoints([beta.subtract(alpha.multiply(decryption))]);
  const cipher = await Ccm.of(secret, alphaText);
  const opened = await cipher.decrypt(data);
  if (opened === null) throw new VerificationError("channel.encryption");
  return opened;
}

/** @param {any} text @returns {string} an `encrypted_msg`, whoever it is for; throws VerificationError (`channel.*`) */
export function checkEncrypted(text) {
  parse(text);
  return text;
}

function parse(text) {
  const { members, data } = coded("channel.format", () => {
    const members = fields(load(utf8(string(text))), ["alpha", "beta", "data"]);
    const data = bytes(members.data);
    if (data.length <= TAG || data.length > MAX_MESSAGE + TAG) throw new FormError("not an encrypted message");
    return { members, data };
  });
  try {
    return { alpha: parsePoint(members.alpha), beta: parsePoint(members.beta), alphaText: members.alpha, data };
  } catch (error) {
    if (error instanceof RangeError) throw new VerificationError("channel.point", error.message);
    throw error;
  }
}

/** AES-256 in CCM mode with one nonce: the messages of one length of two bytes. */
class Ccm {
  /** @param {string} secret a point that sender and recipient know @param {string} alpha the one that is published */
  static async of(secret, alpha) {
    const cipher = new Ccm();
    const raw = digest(`key|${secret}`);
    const key = (name) => crypto.subtle.importKey("raw", raw, name, false, ["encrypt"]);
    [cipher.counting, cipher.chaining] = await Promise.all([key("AES-CTR"), key("AES-CBC")]);
    cipher.nonce = digest(`iv|${alpha}`).slice(0, NONCE);
    return cipher;
  }

  /** @param {Uint8Array} message @returns {Promise<Uint8Array>} with the tag after it */
  async encrypt(message) {
    const [stream, covered] = await this.#counted(message);
    const tag = masked(await this.#authenticated(message), stream);
    const whole = new Uint8Array(message.length + TAG);
    whole.set(covered);
    whole.set(tag, message.length);
    return whole;
  }

  /** @param {Uint8Array} data @returns {Promise<Uint8Array|null>} null if the tag is not that of the message */
  async decrypt(data) {
    const [stream, message] = await this.#counted(data.subarray(0, -TAG));
    const tag = masked(await this.#authenticated(message), stream);
    let differing = 0;
    tag.forEach((byte, at) => (differing |= byte ^ data[data.length - TAG + at]));
    return differing === 0 ? message : null;
  }

  /** The first block of the key stream, and the text under the following ones. */
  async #counted(text) {
    const blocks = new Uint8Array(BLOCK + text.length);
    blocks.set(text, BLOCK);
    const counter = new Uint8Array([1, ...this.nonce, 0, 0]); // L − 1 = 1
    const algorithm = { name: "AES-CTR", counter, length: 16 };
    const done = new Uint8Array(await crypto.subtle.encrypt(algorithm, this.counting, blocks));
    return [done.slice(0, BLOCK), done.slice(BLOCK)];
  }

  /** The last block of the chain over length and message; WebCrypto appends one more, of padding. */
  async #authenticated(message) {
    const blocks = new Uint8Array(BLOCK * (1 + Math.ceil(message.length / BLOCK)));
    blocks.set([0x19, ...this.nonce, message.length >> 8, message.length & 255]); // 8·(TAG − 2)/2 + L − 1
    blocks.set(message, BLOCK);
    const algorithm = { name: "AES-CBC", iv: new Uint8Array(BLOCK) };
    const chained = new Uint8Array(await crypto.subtle.encrypt(algorithm, this.chaining, blocks));
    return chained.slice(-2 * BLOCK, -BLOCK);
  }
}

function masked(block, stream) {
  return block.slice(0, TAG).map((byte, at) => byte ^ stream[at]);
}
