/** What the checks of a receipt throw: something does not hold, or it cannot be told. */

/** Something does not hold; `code` is that of `egov-verify`, where it has one. */
export class VerificationError extends Error {
  /** @param {string} code @param {string} [detail] what and where, for who wants to look further */
  constructor(code, detail = "") {
    super(detail ? `${code}: ${detail}` : code);
    this.code = code;
    this.detail = detail;
  }
}

/** It cannot be told: something cannot be had or read, which says nothing about what it is. */
export class UnknownError extends Error {
  /** @param {string} code @param {string} [detail] */
  constructor(code, detail = "") {
    super(detail ? `${code}: ${detail}` : code);
    this.code = code;
    this.detail = detail;
  }
}
