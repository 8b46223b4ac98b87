/** A frozen setup against the archive that begins as it says. */

import { VerificationError } from "./errors.js";
import { verifyArchive } from "./verify.js";

const LANGUAGES = ["kk", "ru", "en"];

/**
 * @param {any} setup the setup document @param {Blob} start the archive's first bytes
 * @param {{uuid: string, owner: number, own: string}} trustee of which vote, in which place (from 1), with which key
 * @param {import("./verify.js").Checkers} checkers
 * Throws VerificationError: those of `verifyArchive`, `setup.mismatch`, `trustees.missing`.
 */
export async function checkSetup(setup, start, { uuid, owner, own }, checkers) {
  const found = await verifyArchive(start, checkers);
  const { election, trustees, credentials, head } = found;
  const agree =
    setup.type === "egov-setup" &&
    setup.version === 1 &&
    setup.uuid === uuid &&
    election.uuid === uuid &&
    setup.fingerprint === election.fingerprint &&
    setup.election === found.published.election &&
    setup.trustees === found.published.trustees &&
    setup.credentials === found.published.credentials &&
    setup.head === head.hash &&
    head.height === 0 &&
    setup.trustee_names?.length === trustees.length &&
    setup.registered === credentials.length &&
    setup.roll?.size === credentials.length &&
    typeof setup.weight === "number" &&
    setup.weight === Number(credentials.total) &&
    isTitle(setup.title, election.name);
  if (!agree) throw new VerificationError("setup.mismatch");
  if (trustees.keys[owner - 1]?.text !== own) throw new VerificationError("trustees.missing");
}

/** The title that the setup bears is the election's own, under which the ballots are cast (egov_crypto/setup.py). */
function isTitle(title, name) {
  const parts = name.split(" / ");
  const whole = parts.length === LANGUAGES.length && parts.every((part) => part !== "");
  return LANGUAGES.every((language, at) => title?.[language] === (whole ? parts[at] : name));
}
