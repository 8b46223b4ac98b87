"""The lane in which those who come at the same moment are served together."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from egov_participation.petitions.service.lane import Lane, Work


class Served:
    """Serves whole numbers, and waits the first time until it may go on."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.begun, self.go_on = threading.Event(), threading.Event()

    def __call__(self, items: Sequence[int]) -> list[str | Exception]:
        self.groups.append(list(items))
        self.begun.set()
        assert self.go_on.wait(60)
        return [KeyError(item) if item < 0 else f"<{item}>" for item in items]


def all_come(
    lane: Lane[int, str], served: Served, items: Sequence[int], work: Work[int, str] | None = None
) -> list[str | BaseException]:
    """The first one comes to a free lane, the others while it is served."""
    with ThreadPoolExecutor(len(items)) as pool:
        calls = [pool.submit(lane.serve, items[0], work or served)]
        assert served.begun.wait(60)
        for number, item in enumerate(items[1:], 1):
            calls.append(pool.submit(lane.serve, item, work or served))
            while len(lane._waiting) < number:
                threading.Event().wait(0.001)
        served.go_on.set()
        return [call.exception(60) or call.result() for call in calls]


def test_who_waits_is_served_together_and_each_gets_its_own() -> None:
    lane, served = Lane[int, str](4), Served()
    found = all_come(lane, served, [1, 2, -3, 4, 5, 6, -7])
    assert served.groups == [[1], [2, -3, 4, 5], [6, -7]]
    assert [one if isinstance(one, str) else type(one) for one in found] == [
        *("<1>", "<2>", KeyError, "<4>", "<5>", "<6>", KeyError)
    ]
    assert lane.serve(8, served) == "<8>"


@pytest.mark.parametrize("fails", [True, False])
def test_what_fails_altogether_is_said_to_each_and_the_next_are_served(fails: bool) -> None:
    served = Served()

    def work(items: Sequence[int]) -> list[str | Exception]:
        found = served(items)
        if 2 in items and fails:
            raise LookupError
        return found[:1] if 2 in items else found

    lane = Lane[int, str](2)
    found = all_come(lane, served, [1, 2, 3, 4], work)
    assert found[0] == "<1>"
    assert {type(one) for one in found[1:3]} == {LookupError if fails else RuntimeError}
    assert found[3] == "<4>"


def test_of_very_many_each_gets_its_own() -> None:
    lane, most = Lane[int, int](7), 0

    def work(items: Sequence[int]) -> list[int | Exception]:
        nonlocal most
        most = max(most, len(items))
        return [-item for item in items]

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(lambda item: lane.serve(item, work), range(2000))) == [-item for item in range(2000)]
    assert 1 <= most <= 7
