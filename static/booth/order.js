/** The order in which a voter puts candidates; several may share a place where the method of counting allows it. */

/** An order, which never changes: each move gives another one. Candidates are their places in the question, from 0. */
export class Order {
  /** @param {number[][]} tiers the candidates of each place, the first place first; none is empty */
  constructor(tiers = []) {
    this.tiers = tiers.filter((tier) => tier.length > 0);
  }

  /** All that are ranked, as they stand on the page. @returns {number[]} */
  get candidates() {
    return this.tiers.flat();
  }

  /** @param {number} candidate @returns {number} its place, from 1; 0 if it has none */
  rank(candidate) {
    return this.tiers.findIndex((tier) => tier.includes(candidate)) + 1;
  }

  /** @param {number} candidate @returns {number[]} those who share its place */
  beside(candidate) {
    return (this.tiers[this.rank(candidate) - 1] ?? []).filter((other) => other !== candidate);
  }

  /** Without a candidate. */
  without(candidate) {
    return new Order(this.tiers.map((tier) => tier.filter((other) => other !== candidate)));
  }

  /**
   * With a candidate where it would stand as number `at` on the page, from 0 and counted without itself: at a place of
   * its own, or, between two who share one, at theirs.
   */
  with(candidate, at) {
    const tiers = [];
    let before = 0;
    let put = false;
    for (const tier of this.without(candidate).tiers) {
      const inside = at - before;
      before += tier.length;
      if (!put && inside <= 0) tiers.push([candidate]);
      const joins = inside > 0 && inside < tier.length;
      tiers.push(joins ? [...tier.slice(0, inside), candidate, ...tier.slice(inside)] : tier);
      put ||= inside < tier.length;
    }
    return new Order(put ? tiers : [...tiers, [candidate]]);
  }

  /** With a candidate at the place of another one, on the side of it where it stands already. */
  level(candidate, other) {
    const now = this.candidates;
    const above = now.includes(candidate) && now.indexOf(candidate) < now.indexOf(other);
    const pair = above ? [candidate, other] : [other, candidate];
    return new Order(this.without(candidate).tiers.map((tier) => tier.flatMap((one) => (one === other ? pair : [one]))));
  }

  /**
   * What can be done with a candidate, each as the order that it leads to: `rank` next, `up` or `down` by one place of
   * its own, `first`, `level` with the place above, `remove`.
   *
   * @param {number} candidate @param {boolean} shared whether several may share a place @returns {Record<string, Order>}
   */
  moves(candidate, shared) {
    const at = this.rank(candidate) - 1;
    if (at < 0) return { rank: new Order([...this.tiers, [candidate]]) };
    const alone = this.beside(candidate).length === 0;
    const { tiers } = this.without(candidate);
    const put = (to) => new Order([...tiers.slice(0, to), [candidate], ...tiers.slice(to)]);
    // Who leaves a place that is shared gets one of its own just above or below it.
    const [up, down] = alone ? [at - 1, at + 1] : [at, at + 1];
    const moves = { remove: this.without(candidate) };
    if (up > 0) moves.first = put(0);
    if (up >= 0) moves.up = put(up);
    if (down <= tiers.length) moves.down = put(down);
    if (shared && alone && at > 0) moves.level = this.level(candidate, this.tiers[at - 1].at(-1));
    return moves;
  }
}
