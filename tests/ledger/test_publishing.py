"""What is entered is published, and whoever reads the log over HTTP can verify all of it."""

from __future__ import annotations

import random
import threading
import time
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from sqlmodel import func, select
from starlette.testclient import TestClient
from tests.ledger.observer import Observer, an_entry

from egov_crypto import entry
from egov_crypto.checkpoint import Checkpoint
from egov_crypto.merkle import EMPTY_ROOT
from egov_crypto.note import Note
from egov_crypto.tiles import Tile, tiles_between
from egov_participation.database import UnitOfWork
from egov_participation.ledger import service
from egov_participation.ledger.models import AppendOnlyError, FullTile, LogEntry, PublishedCheckpoint, Waiting
from egov_participation.ledger.rules import arranged
from egov_participation.ledger.service import keys, publishing, sequencing
from egov_participation.services import Services


def enter(services: Services, *values: dict[str, object]) -> None:
    with services.database.uow() as tx:
        for value in values:
            service.enter(tx, value)
        tx.commit()


def fill(services: Services, count: int, start: int = 0) -> None:
    enter(services, *(an_entry(height) for height in range(start, start + count)))
    service.publish(services)


def test_an_empty_log_has_a_checkpoint(services: Services, observer: Observer) -> None:
    service.publish(services)

    assert observer.look().checkpoint == Checkpoint("localhost/log", 0, EMPTY_ROOT)
    assert observer.entries() == []


def test_before_the_first_round_there_is_none_yet(client: TestClient) -> None:
    answer = client.get("/log/checkpoint")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert client.get("/log/tile/0/000.p/1").status_code == 404


def test_whoever_looks_makes_no_key(services: Services, client: TestClient) -> None:
    assert (answer := client.get("/log/key")).status_code == 503
    assert answer.headers["retry-after"] == "2"
    assert client.get("/en/observe").status_code == 200
    assert client.get("/api/v1/log").json()["key"] is None
    assert not (services.settings.keys_dir / keys.KEY).exists()


def test_whoever_serves_the_log_needs_no_key(services: Services, client: TestClient) -> None:
    fill(services, 300)
    key = client.get("/log/key").text
    for name in (keys.KEY, keys.HEAD):
        (services.settings.keys_dir / name).unlink()
    assert client.get("/log/key").text == key
    assert client.get("/en/observe").status_code == 200
    assert client.get("/api/v1/log").json()["stopped"] is False


def test_what_was_entered_is_read_again_in_its_order(services: Services, observer: Observer) -> None:
    values = [an_entry(height) for height in range(5)]
    enter(services, *values)
    service.publish(services)

    assert observer.entries() == values


@pytest.mark.parametrize("sizes", [[1, 2, 3], [255, 256, 257], [300, 600, 1100]])
def test_the_log_verifies_at_every_size_and_only_grows(
    services: Services, observer: Observer, sizes: list[int]
) -> None:
    done = 0
    for size in sizes:
        fill(services, size - done, done)
        done = size
        assert [value["height"] for value in observer.entries()] == list(range(size))


@pytest.mark.sqlite  # as with PostgreSQL, and one is enough for so many
def test_a_log_of_more_than_one_full_level_verifies(
    services: Services, observer: Observer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if the batches were larger: what is tested is the second level, not how long a test takes.
    monkeypatch.setattr(sequencing, "MOST", 10**6)
    with services.database.uow() as tx:
        tx.session.execute(sequencing.insert(sequencing._waiting), [service.row_of(an_entry(1))] * 66_000)
        tx.commit()
    service.publish(services)

    checkpoint = observer.look().checkpoint
    assert checkpoint.size == 66_000
    with services.database.read() as session:
        levels = dict(session.exec(select(FullTile.level, func.count()).group_by(FullTile.level)).all())
    assert levels == {0: 257, 1: 1}
    paths = random.Random(5).sample(list(tiles_between(0, 66_000)), 40)
    assert all(observer.fetch(tile) for tile in paths)
    fill(services, 1)
    observer.look()  # with a proof that needs tiles of all levels


def test_a_round_without_anything_new_publishes_nothing(services: Services) -> None:
    fill(services, 3)
    before = service.checkpoint(services)
    service.publish(services)

    assert service.checkpoint(services) == before
    with services.database.read() as session:
        assert session.exec(select(func.count()).select_from(PublishedCheckpoint)).one() == 1


def test_what_was_rolled_back_is_not_entered(services: Services) -> None:
    with services.database.uow() as tx:
        service.enter(tx, an_entry(1))
    service.publish(services)

    assert b"\n0\n" in service.checkpoint(services)


def test_what_is_no_entry_is_not_entered(services: Services) -> None:
    with services.database.uow() as tx:
        with pytest.raises(service.EntryError):
            service.enter(tx, an_entry(1) | {"who": "Айгүл"})
        tx.commit()
    with services.database.read() as session:
        assert session.exec(select(func.count()).select_from(Waiting)).one() == 0


def test_more_than_a_batch_is_published_in_one_round(
    services: Services, observer: Observer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequencing, "MOST", 10)
    sizes = note_sizes(monkeypatch)
    fill(services, 35)

    assert [value["height"] for value in observer.entries()] == list(range(35))
    assert sizes == [10, 20, 30, 35]
    with services.database.read() as session:
        assert service.count_types(session) == {"vote.event": 35}


def test_who_is_to_stop_ends_after_the_batch_in_hand(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequencing, "MOST", 10)
    sizes, stopping = note_sizes(monkeypatch), threading.Event()
    enter(services, *(an_entry(height) for height in range(35)))
    stopping.set()
    publishing.publish_alone(services, None, stopping)
    assert sizes == [10]


def test_a_batch_that_is_not_full_is_the_last_of_its_round(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under load each round would find something new, and a checkpoint would be signed for nearly every ballot."""
    sizes, put = note_sizes(monkeypatch), publishing._put

    def put_and_enter(*arguments: Any) -> None:
        put(*arguments)
        arguments[0].session.execute(sequencing.insert(sequencing._waiting), service.row_of(an_entry(1)))

    monkeypatch.setattr(publishing, "_put", put_and_enter)
    fill(services, 3)
    assert sizes == [3]


def test_a_batch_takes_no_more_memory_than_it_may(
    services: Services, observer: Observer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequencing, "MOST_BYTES", 2 * len(entry.dump(an_entry(1))))
    sizes = note_sizes(monkeypatch)
    fill(services, 6)

    assert len(observer.entries()) == 6
    assert len(sizes) > 1
    assert sizes[-1] == 6


def test_entries_stand_subject_by_subject(services: Services, observer: Observer) -> None:
    votes = ["A" * 14, "B" * 14, "C" * 14]
    enter(services, *(an_entry(height, vote) for height in range(4) for vote in votes))
    service.publish(services)

    found = [(value["vote"], value["height"]) for value in observer.entries()]
    assert [height for _, height in found] == [0, 1, 2, 3] * 3
    assert [vote for vote, _ in found[::4]] == [vote for vote, _ in found[3::4]]


def test_subjects_of_a_batch_come_in_an_order_of_chance_and_each_keeps_its_own() -> None:
    subjects = [name for name in "abc" for _ in range(2)] * 2
    orders = set()
    for seed in range(50):
        order = arranged(subjects, random.Random(seed))
        assert sorted(order) == list(range(len(subjects)))
        named = "".join(subjects[place] for place in order)
        orders.add(named)
        for name in "abc":
            places = [place for place in order if subjects[place] == name]
            assert places == sorted(places)
        assert len([1 for one, other in pairwise(named) if one != other]) == 2
    assert len(orders) == 6


def test_a_published_entry_and_a_tile_cannot_be_changed_or_deleted(services: Services) -> None:
    fill(services, 256)
    for model, key in ((LogEntry, 3), (FullTile, (0, 0))):
        for change in (lambda row, _: setattr(row, "place", 999), lambda row, tx: tx.session.delete(row)):
            with services.database.uow() as tx:
                change(tx.get(model, key), tx)
                with pytest.raises(AppendOnlyError):
                    tx.flush()


def test_no_more_is_served_than_was_published(services: Services, client: TestClient) -> None:
    fill(services, 300)
    enter(services, an_entry(1))
    sequencing.sequence(services.database)  # it has its place, and no checkpoint covers it

    there = ["0/000", "entries/000", "0/001.p/44", "0/001.p/1", "entries/001.p/44", "1/000.p/1"]
    beyond = ["0/001.p/45", "entries/001.p/45", "0/001", "0/002.p/1", "1/000.p/2", "1/000", "2/000.p/1", "63/000.p/1"]
    assert [client.get(f"/log/tile/{path}").status_code for path in there] == [200] * len(there)
    assert [client.get(f"/log/tile/{path}").status_code for path in beyond] == [404] * len(beyond)


WRONG_PATHS = [
    *("0/0", "0/000.p/0", "0/000.p/256", "0/000.p/01", "00/000", "0/000/", "0/000%0A", "0/000%20", "0/x000/000"),
    *("-1/000", "64/000", "entries/000.p/", "0/٠٠٠", "", "0/x999/x999/x999/x999/x999/x999/x999/999"),
]


def test_a_tile_has_one_address(services: Services, client: TestClient) -> None:
    fill(services, 256)

    assert client.get("/log/tile/0/000").status_code == 200
    assert {path: client.get(f"/log/tile/{path}").status_code for path in WRONG_PATHS} == dict.fromkeys(
        WRONG_PATHS, 404
    )


def test_what_never_changes_may_be_kept_for_good_and_the_checkpoint_for_a_moment(
    services: Services, client: TestClient
) -> None:
    fill(services, 256)
    for path in ("tile/0/000", "tile/entries/000"):
        answer = client.get(f"/log/{path}")
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"] == "application/octet-stream"
    checkpoint = client.get("/log/checkpoint")
    assert checkpoint.headers["cache-control"] == "public, max-age=1"
    assert checkpoint.headers["content-type"] == "text/plain; charset=utf-8"
    key = client.get("/log/key")
    assert (key.headers["cache-control"], key.headers["content-type"]) == (
        "public, max-age=60",
        "text/plain; charset=utf-8",
    )


def test_programs_of_other_sites_may_read_it_without_cookies(services: Services, client: TestClient) -> None:
    fill(services, 1)
    for path in ("checkpoint", "key", "tile/0/000.p/1", "tile/0/000"):
        answer = client.get(f"/log/{path}", headers={"Origin": "https://observer.example"})
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "set-cookie" not in answer.headers


def test_the_name_of_the_log_is_its_address_without_the_scheme(services: Services, client: TestClient) -> None:
    service.publish(services)
    origin = service.origin(services.settings)

    assert origin == services.settings.base_url.removeprefix("http://") + "/log"
    assert client.get("/log/key").text.startswith(f"{origin}+")
    assert Note.parse(client.get("/log/checkpoint").content).signatures[0].name == origin


def test_a_thread_of_its_own_publishes_within_two_seconds(services: Services) -> None:
    sequencer = service.Sequencer(services)
    sequencer.start()
    try:
        enter(services, an_entry(1))
        entered = time.monotonic()
        while True:
            with services.database.read() as session:
                newest = service.head(session)
            if newest is not None and newest.size == 2:  # and what browsers run
                break
            assert time.monotonic() - entered < 30  # two seconds, where nobody else is at work
            time.sleep(0.02)
    finally:
        sequencer.stop()


def test_tiles_are_what_the_entries_make(services: Services, observer: Observer) -> None:
    fill(services, 513)
    observer.entries()
    assert {Tile.parse(path).level for path in observer.fetched} == {-1, 0, 1}


def note_sizes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the checkpoints that are published from now on."""
    sizes: list[int] = []
    put = publishing._put

    def note(tx: UnitOfWork, made: PublishedCheckpoint, day: date) -> None:
        sizes.append(made.size)
        put(tx, made, day)

    monkeypatch.setattr(publishing, "_put", note)
    return sizes
