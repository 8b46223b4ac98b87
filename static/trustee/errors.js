/** What can go wrong, as egov_crypto/errors.py has it: the same codes for the same faults. */

/** Something that was published does not hold. */
export class VerificationError extends Error {
  /** @param {string} code @param {string} detail @param {number|null} height of the event, where there is one */
  constructor(code, detail = "", height = null) {
    super(detail === "" ? code : `${code} (${detail})`);
    this.code = code;
    this.detail = detail;
    this.height = height;
  }
}

/** Not an election archive, or not readable as one. */
export class ArchiveError extends Error {
  code = "archive";
}

/** Of a kind that this page does not verify; nothing is said about whether it holds. */
export class UnsupportedError extends Error {
  code = "unsupported";
}

/** What was given is wrong: another passphrase, a file that is no key file. */
export class UsageError extends Error {
  /** @param {string} code @param {string} message */
  constructor(code, message = code) {
    super(message);
    this.code = code;
  }
}

/** A value that is not of the form it must have; whoever reads it gives that a code. */
export class FormError extends Error {}

/**
 * @template T @param {string} code @param {() => T} read @returns {T} what `read` gives; its FormError becomes a
 * VerificationError with that code
 */
export function coded(code, read) {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormError) throw new VerificationError(code, error.message);
    throw error;
  }
}
