/**
 * The booth as a file that one keeps (voting/offline_file.py joins it): opened from a disk, without a network. It holds
 * the published questions itself, and the ballot is saved as a file, to be handed in on the site.
 */

import { Booth } from "./booth.js";
import { fromBase64 } from "./encoding.js";
import { offerFile, slots } from "./page.js";
import { sealer } from "./sealer.js";

/** Stands in for a worker, which browsers keep from a file: it encrypts in the page, after the page was painted. */
class NoWorker extends EventTarget {
  #answer = sealer((data) => this.dispatchEvent(new MessageEvent("message", { data })));

  postMessage(request) {
    setTimeout(() => this.#answer?.(request), 50);
  }

  terminate() {
    this.#answer = null;
  }
}

class OfflineBooth extends Booth {
  async read(id) {
    return fromBase64(document.getElementById(id).content.textContent);
  }

  worker() {
    return new NoWorker();
  }

  async deliver(ballot) {
    this.forget();
    const section = this.steps.show("saved");
    offerFile(slots(section, "ballot-file")[0], ballot.bytes, `ballot-${this.config.uuid}.json`);
  }
}

new OfflineBooth(document.getElementById("booth")).open();
