import assert from "node:assert/strict";
import { test } from "node:test";

import { Order } from "../../static/booth/order.js";

/** All orders of some of the candidates 0, 1 … with shared places, each place's candidates in every order. */
function orders(count) {
  let found = [[]];
  for (let candidate = 0; candidate < count; candidate += 1) {
    const more = found.flatMap((tiers) => [
      ...Array.from({ length: tiers.length + 1 }, (_, at) => tiers.toSpliced(at, 0, [candidate])),
      ...tiers.flatMap((tier, at) =>
        Array.from({ length: tier.length + 1 }, (_, place) => tiers.with(at, tier.toSpliced(place, 0, candidate))),
      ),
    ]);
    found = [...found, ...more];
  }
  return found.map((tiers) => new Order(tiers));
}

const ranks = (order) => [0, 1, 2, 3].map((candidate) => order.rank(candidate));

test("whatever is done to an order, ranks are 1, 2, 3 … and those of the others stay as they were", () => {
  for (const order of orders(4)) {
    for (const candidate of [0, 1, 2, 3]) {
      const moves = order.moves(candidate, true);
      const places = order.without(candidate).candidates.map((_, at) => order.with(candidate, at + 1));
      const levels = order.without(candidate).candidates.map((other) => order.level(candidate, other));
      for (const next of [...Object.values(moves), order.with(candidate, 0), ...places, ...levels]) {
        const given = new Set(ranks(next).filter((rank) => rank > 0));
        assert.equal(Math.max(0, ...given), given.size, String(next.tiers));
        assert.deepEqual(next.without(candidate).tiers, order.without(candidate).tiers);
      }
      for (const [at, other] of order.without(candidate).candidates.entries()) {
        assert.equal(levels[at].rank(candidate), levels[at].rank(other));
      }
      const alone = order.moves(candidate, false);
      for (const [name, next] of Object.entries(alone)) assert.deepEqual(next.beside(candidate), [], name);
      assert.ok(!("level" in alone));
    }
  }
});

test("up and down lead by one place, into a shared place only where it is said, and out of it to either side", () => {
  const order = new Order([[0], [1, 2], [3]]);
  assert.deepEqual(order.moves(2, true).up.tiers, [[0], [2], [1], [3]]);
  assert.deepEqual(order.moves(1, true).down.tiers, [[0], [2], [1], [3]]);
  assert.deepEqual(order.moves(3, true).up.tiers, [[0], [3], [1, 2]]);
  assert.deepEqual(order.moves(0, true).down.tiers, [[1, 2], [0], [3]]);
  assert.deepEqual(order.moves(3, true).level.tiers, [[0], [1, 2, 3]]);
  assert.deepEqual(Object.keys(order.moves(0, true)).sort(), ["down", "remove"]);
  assert.deepEqual(Object.keys(order.moves(1, true)).sort(), ["down", "first", "remove", "up"]);
  assert.deepEqual(Object.keys(new Order([[0, 1]]).moves(1, true)).sort(), ["down", "remove", "up"]);
  assert.deepEqual(Object.keys(new Order([[0]]).moves(1, true)), ["rank"]);
});

test("a candidate that is dragged between two who share a place shares it too", () => {
  const order = new Order([[0], [1, 2], [3]]);
  assert.deepEqual(order.with(3, 2).tiers, [[0], [1, 3, 2]]);
  assert.deepEqual(order.with(3, 1).tiers, [[0], [3], [1, 2]]);
  assert.deepEqual(order.with(0, 3).tiers, [[1, 2], [3], [0]]);
  assert.deepEqual(order.level(0, 2).tiers, [[1, 0, 2], [3]]);
  assert.deepEqual(order.level(3, 1).tiers, [[0], [1, 3, 2]]);
});
