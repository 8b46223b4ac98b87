/** The page's threads: as many as there are processors, with a bounded number of ballots on the way to each. */

import { UnsupportedError, VerificationError } from "./errors.js";

const MOST = 16;
const AHEAD = 3;
const KEY = 32;

class Thread {
  constructor() {
    this.worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    this.waiting = new Map();
    this.asked = 0;
    this.worker.addEventListener("message", ({ data }) => this.#answered(data));
    this.worker.addEventListener("error", (event) => this.#failed(new Error(event.message || "a thread failed")));
  }

  ask(kind, data = {}, transfer = [], progress = () => {}) {
    return new Promise((resolve, reject) => {
      const id = ++this.asked;
      this.waiting.set(id, { resolve, reject, progress });
      this.worker.postMessage({ ...data, id, kind }, transfer);
    });
  }

  end() {
    this.worker.terminate();
    this.#failed(new Error("the thread was ended"));
  }

  #answered({ id, result, failure, far }) {
    const { resolve, reject, progress } = this.waiting.get(id);
    if (far !== undefined) return progress(...far);
    this.waiting.delete(id);
    if (failure === undefined) resolve(result);
    else reject(thrown(failure));
  }

  #failed(error) {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}

function thrown({ code, detail, height, message }) {
  if (code === "fault") return new Error(message);
  if (code === "unsupported") return new UnsupportedError(message);
  return new VerificationError(code, detail, height);
}

/** @implements {import("./verify.js").Checkers} */
export class Pool {
  /** @param {number} [threads] */
  constructor(threads = Math.min(Math.max(navigator.hardwareConcurrency || 1, 1), MOST)) {
    this.threads = Array.from({ length: threads }, () => new Thread());
    this.queue = [];
    this.next = 0;
    this.keys = this.keys.bind(this);
  }

  open(raw) {
    for (const thread of this.threads) this.queue.push(quiet(thread.ask("open", { raw })));
  }

  async keys(keys) {
    const count = keys.length / KEY;
    const share = Math.ceil(count / this.threads.length) || 1;
    const parts = this.threads.map((thread, at) => {
      const part = keys.slice(KEY * share * at, KEY * share * (at + 1));
      return thread.ask("keys", { keys: part }, [part.buffer]);
    });
    const found = await Promise.all(parts);
    const bad = found.findIndex((place) => place >= 0);
    return bad < 0 ? -1 : share * bad + found[bad];
  }

  /** In order: so the first ballot that does not hold is the one that is named. */
  async ballots(chunk) {
    const thread = this.threads[this.next++ % this.threads.length];
    const buffers = chunk.map(({ raw }) => raw.buffer);
    this.queue.push(quiet(thread.ask("ballots", { chunk }, buffers)));
    while (this.queue.length > AHEAD * this.threads.length) await this.queue.shift();
  }

  run(kind, task, progress) {
    return this.threads[this.next++ % this.threads.length].ask("run", { kindOf: kind, task }, [], progress);
  }

  async sums() {
    while (this.queue.length > 0) await this.queue.shift();
    return Promise.all(this.threads.map((thread) => thread.ask("sum")));
  }

  end() {
    for (const thread of this.threads) thread.end();
  }
}

/** A promise that is waited for later may fail before. */
function quiet(promise) {
  promise.catch(() => {});
  return promise;
}
