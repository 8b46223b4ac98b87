/** The page's side of sealer.js. */

/** Asks the worker; each method answers with what the worker gives, or rejects. */
export class Encryptor {
  /** @param {Worker} worker in which the sealer is, or what takes its place */
  constructor(worker) {
    this.worker = worker;
    this.waiting = new Map();
    this.asked = 0;
    this.worker.addEventListener("message", ({ data }) => this.#answered(data));
    this.worker.addEventListener("error", (event) => this.#failed(new Error(event.message || "the worker failed")));
  }

  /** @param {Uint8Array} raw the election's bytes */
  open(raw) {
    return this.#ask("open", { raw });
  }

  /** @param {string} credential @param {number[][]} plaintext @param {(done: number, total: number) => void} progress */
  encrypt(credential, plaintext, progress) {
    return this.#ask("encrypt", { credential, plaintext }, progress);
  }

  /** Opens the ballot: `{file}`. It is gone afterwards. */
  challenge() {
    return this.#ask("challenge");
  }

  /** Signs the ballot: `{bytes, tracker}`. Its randomness is gone afterwards. */
  sign() {
    return this.#ask("sign");
  }

  /** Forgets the ballot. */
  discard() {
    return this.#ask("discard");
  }

  /** Ends the worker, and with it all it knew. */
  close() {
    this.worker.terminate();
    this.#failed(new Error("the worker was ended"));
  }

  #ask(kind, data = {}, progress = () => {}) {
    return new Promise((resolve, reject) => {
      const id = ++this.asked;
      this.waiting.set(id, { resolve, reject, progress });
      this.worker.postMessage({ ...data, id, kind });
    });
  }

  #answered({ id, result, failure, done, total }) {
    const waiting = this.waiting.get(id);
    if (waiting === undefined) return;
    if (done !== undefined) {
      waiting.progress(done, total);
      return;
    }
    this.waiting.delete(id);
    if (failure === undefined) waiting.resolve(result);
    else waiting.reject(new Error(failure));
  }

  #failed(error) {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}
