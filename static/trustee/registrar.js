/** The registrar's signed word on a frozen setup, as egov_crypto/setup.py checks it (`check_confirmation`). */

import { hashes, verify } from "../vendor/noble-ed25519/index.js";
import { sha512 } from "../vendor/noble-hashes/sha2.js";
import { fromBase64, fromUtf8, utf8 } from "../booth/encoding.js";
import { VerificationError } from "./errors.js";
import { isHash, isObject } from "./wire.js";

hashes.sha512 ??= sha512;

const DOMAIN = "egov-registrar-statement-v1\0";
const FIELDS = ["at", "credentials", "registrar", "roll", "setup", "signature", "type", "uuid", "version"];
const MAX_SIZE = 100_000;

/**
 * Checks that the holder of the key which the setup names has signed exactly this setup.
 *
 * @param {Uint8Array} raw the registrar's statement @param {any} setup the setup document
 * @param {string} setupHash SHA-256 of that document's bytes, in hexadecimal
 * Throws VerificationError (`registrar.format`, `registrar.signature`, `registrar.setup`).
 */
export function checkConfirmation(raw, setup, setupHash) {
  const { signature, ...signed } = read(raw);
  let holds = false;
  try {
    const message = utf8(DOMAIN + canonical(signed));
    holds = verify(fromBase64(signature), message, fromBase64(setup.registrar), { zip215: false });
  } catch {
    holds = false; // no point of the curve
  }
  if (!holds) throw new VerificationError("registrar.signature");
  const same =
    signed.setup === setupHash &&
    signed.uuid === setup.uuid &&
    signed.credentials === setup.credentials &&
    signed.roll.hash === setup.roll?.hash &&
    signed.roll.size === setup.registered &&
    signed.registrar === setup.registrar;
  if (!same) throw new VerificationError("registrar.setup", String(signed.setup));
}

function read(raw) {
  let value = null;
  let written = false;
  try {
    if (raw.length <= MAX_SIZE) {
      const text = fromUtf8(raw);
      value = JSON.parse(text);
      written = canonical(value) === text && fromBase64(value.signature).length === 64;
    }
  } catch {
    written = false;
  }
  const good =
    written &&
    has(value, FIELDS) &&
    has(value.roll, ["hash", "size"]) &&
    value.type === "egov-registrar-confirmation" &&
    value.version === 1 &&
    isHash(value.setup) &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value.at);
  if (!good) throw new VerificationError("registrar.format");
  return value;
}

function has(value, names) {
  return isObject(value) && Object.keys(value).join() === names.join();
}

/** The one spelling: keys sorted, no blanks (egov_crypto/statement.py). */
function canonical(value) {
  return JSON.stringify(value, (_, part) =>
    isObject(part) ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1))) : part,
  );
}
