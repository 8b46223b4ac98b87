/**
 * A file with a secret is kept before anything that belongs to it is handed in: it is saved, and chosen once more. So
 * ends the making of a key, and each step of a ceremony.
 */

import { offerFile, withdrawFile } from "../booth/page.js";
import { UsageError } from "./errors.js";
import { chosenText, fill, slots, taken } from "./page.js";

/** The steps `save` and `again` of a page; from both one can go back to `start`, and nothing is kept of what was made. */
export class Keeping {
  #page;
  #open;
  #handIn;
  #link;
  /** @type {{file: string, given: string}|null} */
  #made = null;

  /**
   * @param {import("./page.js").TrusteePage} page
   * @param {((file: string, passphrase: string) => Promise<unknown>)|null} open opens the chosen file with the
   *   passphrase from the paper, or throws UsageError; null where no passphrase was shown
   * @param {(given: string) => void} handIn
   */
  constructor(page, open, handIn) {
    this.#page = page;
    this.#open = open;
    this.#handIn = handIn;
    [this.#link] = slots(page.root, "file");
    page.on("kept", () => this.#kept());
    page.on("back", () => this.#back());
    page.onForm("again", () => this.#again());
    addEventListener("beforeunload", (event) => {
      if (this.#made !== null) event.preventDefault(); // what was made and not handed in is lost
    });
  }

  /**
   * @param {string} file its text @param {string} name of the file
   * @param {string} given what is handed in once the file was saved @param {string} [passphrase] to be written down
   */
  offer(file, name, given, passphrase = "") {
    this.#made = { file, given };
    offerFile(this.#link, `${file}\n`, name);
    fill(this.#page.root, "passphrase", passphrase);
    this.#page.show("save");
  }

  /** From here on the passphrase is on paper alone, and the file where it was saved. */
  #kept() {
    fill(this.#page.root, "passphrase", "");
    withdrawFile(this.#link);
    this.#page.show("again");
  }

  #back() {
    this.#made = null;
    this.#page.clear();
    this.#page.say("status", "");
    this.#page.show("start");
  }

  async #again() {
    this.#page.clear();
    const input = document.getElementById("saved-file");
    const field = document.getElementById("passphrase");
    try {
      const text = await chosenText(input);
      if (text === null) return this.#page.refuse(input, "file");
      if (text !== this.#made.file) return this.#page.refuse(input, "another");
      if (this.#open !== null) {
        if (field.value.trim() === "") return this.#page.refuse(field, "passphrase");
        this.#page.say("status", "opening");
        await this.#open(text, taken(field));
      }
    } catch (error) {
      this.#page.say("status", "");
      if (!(error instanceof UsageError)) console.error(error);
      return this.#page.refuse(error.code === "keyfile.passphrase" ? field : input, error.code ?? "fault");
    }
    this.#page.say("status", "opened");
    const { given } = this.#made;
    this.#made = null;
    this.#handIn(given);
  }
}
