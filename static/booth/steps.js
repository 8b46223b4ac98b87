/**
 * Which step of the booth is shown, and the browser's own "back" and "forward".
 *
 * Steps that one can come back to have places 0, 1, 2 …, and the browser's history has one entry for each, in this
 * order: going to a place that was reached is moving in the history. An entry holds the number of its place and nothing
 * else; the address never changes.
 */

/** Shows one step at a time. */
export class Steps {
  /** @param {HTMLElement} root @param {(place: number) => void} arrived called whenever the history came to a place */
  constructor(root, arrived) {
    this.root = root;
    this.pageTitle = document.title;
    this.current = null;
    this.place = 0;
    this.top = 0;
    history.replaceState({ place: 0 }, "");
    addEventListener("popstate", ({ state }) => {
      this.place = state?.place ?? 0;
      arrived(this.place);
    });
    this.arrived = arrived;
  }

  /** Goes to a place: one that was reached, or the one after the last of them. */
  goTo(place) {
    if (place <= this.top) {
      if (place === this.place) this.arrived(place);
      else history.go(place - this.place);
      return;
    }
    this.place = this.top = place;
    history.pushState({ place }, "");
    this.arrived(place);
  }

  /** Undoes a move that the browser made. */
  stayAt(place) {
    if (place !== this.place) history.go(place - this.place);
  }

  /** From here on the places after this one have not been reached yet. */
  forgetAfter(place) {
    this.top = Math.min(this.top, place);
  }

  /**
   * @param {string} name of the step @param {{focus: boolean}} [options] whether the focus moves to its heading: always,
   * but when the page has only just been opened
   */
  show(name, { focus = true } = {}) {
    const sections = [...this.root.querySelectorAll("[data-step]")];
    const section = sections.find(({ dataset }) => dataset.step === name);
    for (const other of sections) other.hidden = other !== section;
    this.current = name;
    const heading = section.querySelector("h1");
    document.title = `${heading.textContent.trim()} – ${this.pageTitle}`;
    if (!focus) return section;
    scrollTo(0, 0);
    heading.focus();
    return section;
  }
}
