/**
 * Moving items of an ordered list by mouse, pen or finger, each by its handle. Everything it does, buttons do too, so
 * those who hear the page are not told of it.
 */

const EDGE = 60; // pixels from the window's edge within which the page scrolls along
const SPEED = 12; // pixels a frame
const LEVEL = 1 / 3; // the part of an item's height, in its middle, over which another one gets the same place

/** Lets the items of a board be dragged. */
export class Dragging {
  /**
   * @param {HTMLElement} board in which are the ordered list (`[data-slot="ranked"]`), below it the others
   * (`[data-slot="rest-part"]`), and items (`li`) with handles (`[data-handle]`)
   * @param {{items: () => HTMLElement[], move: (item: HTMLElement, to: number|null) => void,
   *   level: ((item: HTMLElement, other: HTMLElement) => void)|null, now: () => any, back: (order: any) => void,
   *   end: (item: HTMLElement) => void}} order what is in order now; gives an item a place in it, or the place of another
   *   one (null: no place is shared); the order, and back to it; called when an item is let go
   */
  constructor(board, order) {
    this.board = board;
    this.order = order;
    this.item = null;
    board.addEventListener("pointerdown", (event) => this.#begin(event));
    board.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel"]) board.addEventListener(end, (event) => this.#end(event));
  }

  #begin(event) {
    if (this.item !== null || event.button !== 0 || event.target.closest("[data-handle]") === null) return;
    event.preventDefault(); // no text is marked
    this.item = event.target.closest("li");
    this.start = this.order.now();
    this.y = event.clientY;
    this.item.classList.add("booth-ranking__item--moving");
    // The item itself leaves the page for a moment whenever it gets another place, and would lose the pointer.
    this.board.setPointerCapture(event.pointerId);
    requestAnimationFrame(() => this.#scroll());
  }

  #move(event) {
    if (this.item === null) return;
    this.y = event.clientY;
    this.#put();
  }

  #end(event) {
    if (this.item === null) return;
    const { item } = this;
    this.item = null;
    item.classList.remove("booth-ranking__item--moving");
    if (event.type === "pointercancel") this.order.back(this.start);
    this.order.end(item);
  }

  /** Puts the item where the pointer is: among the others, or, over the middle of one, level with it. */
  #put() {
    const rest = this.board.querySelector('[data-slot="rest-part"]');
    if (!rest.hidden && this.y > rest.getBoundingClientRect().top) return this.order.move(this.item, null);
    const others = this.order.items().filter((other) => other !== this.item);
    /** How far down an item the pointer is: 0 at its top, 1 at its bottom. */
    const depth = (other) => {
      const { top, height } = other.getBoundingClientRect();
      return (this.y - top) / height;
    };
    // The item stays on its side of the one that it is level with, so that nothing moves away below the pointer.
    const level = others.find((other) => Math.abs(depth(other) - 1 / 2) < LEVEL / 2);
    if (this.order.level !== null && level !== undefined) return this.order.level(this.item, level);
    return this.order.move(this.item, others.filter((other) => depth(other) > 1 / 2).length);
  }

  #scroll() {
    if (this.item === null) return;
    const by = this.y < EDGE ? -SPEED : this.y > innerHeight - EDGE ? SPEED : 0;
    if (by !== 0) {
      scrollBy(0, by);
      this.#put();
    }
    requestAnimationFrame(() => this.#scroll());
  }
}
