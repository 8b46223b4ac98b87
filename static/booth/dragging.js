/**
 * Moving items of an ordered list by mouse, pen or finger, each by its handle. Everything it does, buttons do too, so
 * those who hear the page are not told of it.
 */

const EDGE = 60; // pixels from the window's edge within which the page scrolls along
const SPEED = 12; // pixels a frame

/** Lets the items of a board be dragged. */
export class Dragging {
  /**
   * @param {HTMLElement} board in which are the ordered list (`[data-slot="ranked"]`), below it the others
   * (`[data-slot="rest-part"]`), and items (`li`) with handles (`[data-handle]`)
   * @param {{items: () => HTMLElement[], move: (item: HTMLElement, to: number|null) => void,
   *   end: (item: HTMLElement) => void}} order what is in order now; gives an item a place in it; called when it is let go
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
    this.start = this.order.items().indexOf(this.item);
    this.y = event.clientY;
    this.item.classList.add("booth-ranking__item--moving");
    // The item itself leaves the page for a moment whenever it gets another place, and would lose the pointer.
    this.board.setPointerCapture(event.pointerId);
    requestAnimationFrame(() => this.#scroll());
  }

  #move(event) {
    if (this.item === null) return;
    this.y = event.clientY;
    this.order.move(this.item, this.#target());
  }

  #end(event) {
    if (this.item === null) return;
    const { item } = this;
    this.item = null;
    item.classList.remove("booth-ranking__item--moving");
    if (event.type === "pointercancel") this.order.move(item, this.start < 0 ? null : this.start);
    this.order.end(item);
  }

  /** The place that is under the pointer, counted without the item itself; null among those that are not ranked. */
  #target() {
    const rest = this.board.querySelector('[data-slot="rest-part"]');
    if (!rest.hidden && this.y > rest.getBoundingClientRect().top) return null;
    const others = this.order.items().filter((other) => other !== this.item);
    const middle = (other) => {
      const { top, bottom } = other.getBoundingClientRect();
      return (top + bottom) / 2;
    };
    return others.filter((other) => middle(other) < this.y).length;
  }

  #scroll() {
    if (this.item === null) return;
    const by = this.y < EDGE ? -SPEED : this.y > innerHeight - EDGE ? SPEED : 0;
    if (by !== 0) {
      scrollBy(0, by);
      this.order.move(this.item, this.#target());
    }
    requestAnimationFrame(() => this.#scroll());
  }
}
