"""Feeds: what RFC 4287 asks for, names that stay, and nothing that spoils the XML."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient
from tests.opendata.conftest import REASON, SPITEFUL, Held, answer, cancel, make_rehearsal, report
from tests.opendata.reading import BASE, LANGUAGES
from tests.voting.making import MadeVote, decrypt, make_vote
from tests.voting.protocols import correct, sign

from egov_participation.clock import ManualClock
from egov_participation.jobs import Worker
from egov_participation.opendata import atom
from egov_participation.opendata.service import happenings
from egov_participation.services import Services
from egov_participation.voting import service as voting

A = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def read(client: TestClient, address: str) -> ET.Element:
    response = client.get(address)
    assert (response.status_code, response.headers["content-type"]) == (200, "application/atom+xml")
    return ET.fromstring(response.content)


def ids(feed: ET.Element) -> list[str]:
    return [entry.findtext(f"{A}id") or "" for entry in feed.findall(f"{A}entry")]


def kinds(feed: ET.Element, uuid: str) -> list[str]:
    """What happened to a vote, the last first."""
    return [found.partition(f"votes/{uuid}/")[2] for found in ids(feed) if uuid in found]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_feed_has_what_a_feed_must_have(held: Held, lang: str) -> None:
    for path in ("/feeds/votes.atom", f"/votes/{held.votes.counted}/feed.atom"):
        feed = read(held.client, f"/{lang}{path}")
        assert (feed.tag, feed.get(LANG)) == (f"{A}feed", lang)
        assert feed.findtext(f"{A}id") == f"{BASE}/{lang}{path}"
        assert feed.findtext(f"{A}author/{A}name")
        links = {(link.get("rel"), link.get("hreflang")): link.get("href", "") for link in feed.findall(f"{A}link")}
        assert links["self", lang] == f"{BASE}/{lang}{path}"
        assert {found for rel, found in links if rel == "related"} == set(LANGUAGES) - {lang}
        times = [entry.findtext(f"{A}updated") or "" for entry in feed.findall(f"{A}entry")]
        assert times == sorted(times, reverse=True)
        assert feed.findtext(f"{A}updated") == times[0]
        assert len(set(ids(feed))) == len(times) >= 3
        for entry in feed.findall(f"{A}entry"):
            assert entry.findtext(f"{A}title")
            datetime.strptime(entry.findtext(f"{A}updated") or "", "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
            assert len(entry.findall(f"{A}link")) == 1


def test_every_link_leads_somewhere(held: Held) -> None:
    feed = read(held.client, "/ru/feeds/votes.atom")
    for href in {link.get("href", "") for link in feed.iter(f"{A}link")}:
        assert held.client.get(href.removeprefix(BASE)).status_code == 200


def test_what_happened_stands_in_it_and_no_rehearsal(held: Held) -> None:
    feed, votes = read(held.client, "/en/feeds/votes.atom"), held.votes
    assert kinds(feed, votes.counted) == ["erratum/1", "protocol", "result", "closed", "opened", "announced"]
    assert kinds(feed, votes.open.uuid) == [f"answer/{votes.answered}", "opened", "announced"]
    assert kinds(feed, votes.cancelled) == ["cancelled", "opened", "announced"]
    assert kinds(feed, votes.rehearsal) == []
    assert ids(read(held.client, f"/en/votes/{votes.counted}/feed.atom")) == [
        found for found in ids(feed) if votes.counted in found
    ]
    for path in (f"/en/votes/{votes.rehearsal}/feed.atom", "/en/votes/11111111111111/feed.atom"):
        gone = held.client.get(path)
        assert (gone.status_code, gone.headers["content-type"]) == (404, "application/problem+json")


def test_titles_and_words_are_text_whatever_is_in_them(held: Held) -> None:
    raw = held.client.get("/ru/feeds/votes.atom").content
    feed = ET.fromstring(raw)
    titles = [entry.findtext(f"{A}title") or "" for entry in feed.findall(f"{A}entry")]
    assert f"Голосование открыто: {SPITEFUL.ru}" in titles
    texts = [entry.findtext(f"{A}summary") or "" for entry in feed.findall(f"{A}entry")]
    assert REASON.ru in texts
    assert "Ответ <script>" in texts  # without the signs that are not seen
    assert "=cmd" in (read(held.client, "/kk/feeds/votes.atom").findtext(f"{A}entry/{A}title") or "")


def test_a_name_stays_whatever_becomes_of_the_vote(
    client: TestClient, services: Services, clock: ManualClock, worker: Worker
) -> None:
    made = make_vote(services, opens_in=timedelta(hours=1), lasts=timedelta(days=1))
    closes_at = voting.vote(services, made.uuid).closes_at
    seen: list[dict[str, str]] = []

    def look() -> None:
        feed = read(client, f"/kk/votes/{made.uuid}/feed.atom")
        whole = {entry.findtext(f"{A}id") or "": ET.tostring(entry).decode() for entry in feed.findall(f"{A}entry")}
        if seen:
            assert seen[-1].items() <= whole.items()  # nothing that was told before is told differently
            assert len(whole) == len(seen[-1]) + 1
        seen.append(whole)

    def extend(hours: int) -> None:
        with services.database.uow() as tx:
            voting.extend(services, tx, made.uuid, closes_at + timedelta(hours=hours), REASON, "cd" * 32)
            tx.commit()

    def give_result() -> None:
        voting.close_due_votes(services)
        for owner in (1, 2):
            voting.hand_in_decryption(services, made.uuid, decrypt(services, made, owner))
        clock.advance(minutes=1)
        worker.run_due()

    steps: list[Callable[[], object]] = [
        lambda: None,
        lambda: clock.advance(hours=1),
        lambda: extend(1),
        lambda: extend(2),
        lambda: clock.set(closes_at + timedelta(hours=2)),
        give_result,
        lambda: sign(services, made.uuid),
        lambda: correct(services, made.uuid),
        lambda: correct(services, made.uuid),
        lambda: answer(services, report(services, made.uuid, 1)),
    ]
    for step in steps:
        step()
        look()
    assert len(seen[-1]) == len(steps)
    assert all(name.startswith("tag:localhost,2024-10-06:kk/votes/") for name in seen[-1])


def test_a_vote_that_was_cancelled_before_it_opened_neither_opened_nor_closed(
    client: TestClient, services: Services, clock: ManualClock
) -> None:
    made = make_vote(services, voters=1, trustees=1, opens_in=timedelta(hours=2))
    cancel(services, made.uuid)
    clock.advance(days=2)

    assert kinds(read(client, f"/en/votes/{made.uuid}/feed.atom"), made.uuid) == ["cancelled", "announced"]


def test_of_many_votes_it_tells_the_last_things_and_misses_none(
    client: TestClient, services: Services, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[MadeVote] = []
    for days in (9, 1, 8, 5):
        clock.advance(hours=1)
        made.append(make_vote(services, voters=1, trustees=1, lasts=timedelta(days=days)))
    mock = make_rehearsal(services)
    answer(services, report(services, mock.uuid, 1))
    clock.advance(days=4)
    answer(services, report(services, made[0].uuid, 2))
    cancel(services, made[3].uuid)  # before others close
    everything = ids(read(client, "/en/feeds/votes.atom"))
    assert len(everything) == 4 + 4 + 1 + 1 + 1
    for most in (1, 2, 3, 6):
        monkeypatch.setattr(happenings, "MOST", most)
        clock.advance(seconds=2)  # the page is not kept for so long
        assert ids(read(client, "/en/feeds/votes.atom")) == everything[:most]


def test_it_is_sent_again_only_when_something_happened(
    client: TestClient, services: Services, clock: ManualClock
) -> None:
    empty = client.get("/en/feeds/votes.atom")
    assert ids(ET.fromstring(empty.content)) == []
    assert client.get("/en/feeds/votes.atom", headers={"If-None-Match": empty.headers["etag"]}).status_code == 304
    make_vote(services, voters=1, trustees=1)
    first = client.get("/en/feeds/votes.atom", headers={"If-None-Match": empty.headers["etag"]})
    assert first.status_code == 200
    clock.advance(minutes=1)
    assert client.get("/en/feeds/votes.atom", headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    clock.advance(hours=9)
    assert client.get("/en/feeds/votes.atom", headers={"If-None-Match": first.headers["etag"]}).status_code == 200


def test_pages_name_their_feeds_and_bare_addresses_lead_to_them(held: Held) -> None:
    one = f"/votes/{held.votes.open.uuid}"
    for page, path in (("/votes", "/feeds/votes.atom"), ("/data", "/feeds/votes.atom"), (one, f"{one}/feed.atom")):
        shown = held.client.get(f"/ru{page}").text
        assert f'<link rel="alternate" type="application/atom+xml" href="/ru{path}"' in shown
        led = held.client.get(path, headers={"Accept-Language": "kk"}, follow_redirects=False)
        assert (led.status_code, led.headers["location"]) == (302, f"/kk{path}")
    assert "feed.atom" not in held.client.get(f"/ru/votes/{held.votes.rehearsal}").text


@given(st.text())
def test_any_text_makes_xml_that_reads_back_what_can_be_read(text: str) -> None:
    at = datetime(2024, 10, 6, tzinfo=UTC)
    entry = atom.Entry(f"tag:{text}", text, text, at, "http://localhost/")
    feed = atom.Feed("a", "kk", text, text, text, text, "a", "b", [("ru", "c")], at, [entry])

    title = ET.fromstring(atom.to_xml(feed)).findtext(f"{A}title") or ""
    kept = [letter for letter in text if letter.isprintable() and letter.isascii()]
    assert [letter for letter in title if letter.isprintable() and letter.isascii()] == kept
    assert not any(ord(letter) < 32 and letter not in "\t\n\r" for letter in title)


def test_a_name_is_of_the_host_alone() -> None:
    assert atom.tag_uri("https://vote.example:8443", date(2024, 10, 6), "a/b") == "tag:vote.example,2024-10-06:a/b"
