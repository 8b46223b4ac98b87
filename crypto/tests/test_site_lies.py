"""What a site says of a vote, its documents and its files: each lie is told with what and where."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from crypto.tests.commands import run
from crypto.tests.documents import Site, sha256
from crypto.tests.petitions import Register
from crypto.tests.platform import BOOTH, PROGRAM, SCRIPT, Platform, entries_of, events_of, figures_of, files_of
from crypto.tests.served import Handler, ServedSite, serving
from crypto.tests.test_recount import Memory

from egov_crypto import protocol, setup
from egov_crypto.cli import site_files
from egov_crypto.cli.beside import Beside
from egov_crypto.cli.site_figures import Figures
from egov_crypto.errors import CODES, VerificationError
from egov_crypto.recount import Recount


def set_in(*path: Any) -> Callable[[dict[str, Any]], None]:
    """The last of ``path`` put at the place that the others name."""
    *names, last, value = path

    def changed(into: dict[str, Any]) -> None:
        place: Any = into
        for name in names:
            place = place[name]
        place[last] = value

    return changed


LIES: list[tuple[str, Callable[[dict[str, Any]], None]]] = [
    ("site.figures: uuid", set_in("uuid", "1" * 14)),
    ("site.figures: state", set_in("state", "decrypting")),
    ("site.figures: ballots", set_in("ballots", 4)),
    ("site.figures: voters", set_in("voters", 3)),
    ("site.figures: registered", set_in("registered", 4)),
    ("site.figures: percent", set_in("turnout", "percent", 66.66)),
    ("site.figures: result", set_in("result", 0, 1, 5)),
    ("site.figures: result", set_in("result", None)),
    ("site.figures: result", set_in("result", 0, 0, True)),
    ("site.figures: head", set_in("head", "hash", "ab" * 32)),
    ("site.figures: fingerprint", set_in("fingerprint", "A" * 43)),
    ("site.figures: title", set_in("title", "ru", "Другое")),
    ("site.figures: questions", set_in("questions", 0, "answers", 0, "kk", "Жоқ")),
    ("site.figures: questions", set_in("questions", 0, "max", 2)),
    ("site.figures: keys", set_in("trustees", 0, "public_key", "ab" * 32)),
    ("site.figures: kinds", set_in("trustees", 0, "kind", "threshold")),
    ("site.figures: names", set_in("trustees", 0, "name", "en", "Somebody else")),
    ("site.figures: decrypted", set_in("trustees", 0, "decrypted", False)),
    ("site.figures: setup_hash", set_in("setup_hash", "ab" * 32)),
    ("site.figures: rehearsal", set_in("rehearsal", True)),
    ("site.figures: protocol", set_in("protocol", None)),
    ("site.figures: protocol", set_in("protocol", "hash", "ab" * 32)),
    ("site.figures: by_region", set_in("turnout", "by_region", 0, "voters", 1)),
    ("site.figures: result or voters", set_in("head", "height", 3)),
    ("site.state: kind", set_in("kind", "consultative")),
    ("site.state: opens_at", set_in("opens_at", "2026-11-01T04:00:01Z")),
    ("site.state: closes_at", set_in("closes_at", "2026-11-01T15:00:00Z")),
    ("site.state: cancelled_at", set_in("cancelled_at", "2026-11-01T15:00:00Z")),
    ("site.state: acts", set_in("acts", [])),
    ("site.state: acts", set_in("acts", 1, "hash", "ab" * 32)),
    ("site.state: reason", set_in("acts", 1, "reason", "en", "another reason")),
    ("site.state: acts", set_in("acts", 1, "at", "2026-11-01T15:59:59Z")),
    ("site.state: acts", set_in("acts", 1, "content", "closes_at", "2026-11-01T15:59:59Z")),
    ("site.state: acts", set_in("acts", 0, "content", {})),
    ("site.state: reason", set_in("acts", 1, "salt", None)),
    ("site.state: reason", set_in("acts", 0, "reason", {"en": "a reason that nobody gave"})),
    ("site.format: ", set_in("acts", 1, "salt", "00")),
    ("site.format: ", set_in("head", None)),
    ("site.format: ", set_in("trustees", [1])),
    ("site.figures: questions", set_in("questions", {"a": 1})),
    ("site.format: ", set_in("title", "kk", 5)),
]


class Compared:
    """A counted vote with all that belongs to it, verified; what a site says of it is still to be compared."""

    def __init__(self, found: Site) -> None:
        files = files_of(found, extended=True)
        self.uuid = found.world.election.uuid
        self.said = figures_of(found, files, extended=True)
        self.found, self.events = found, events_of(found)
        count = Recount(Memory(), Register())
        for index, value in enumerate(entries_of(found, files, extended=True)):
            count.take(index, value, known=True)
        self.entered = count.votes[self.uuid]
        document = setup.parse(files["setup.json"])
        regions = setup.check_turnout(files["turnout.json"], document, found.verified)
        self.beside = Beside(True, document, True, protocol.parse_and_verify(files["protocol.json"]), regions)

    def check(self, raw: bytes) -> int:
        figures = Figures(self.uuid, raw)
        hash_ = self.events[figures.height][2] if figures.height < len(self.events) else ""
        ballots = sum(event == "Ballot" for _, event, _ in self.events[: figures.height + 1])
        count = figures.check_archive(self.found.verified, self.beside, hash_, ballots)
        return count + figures.check_log(self.entered, self.found.verified)


@pytest.fixture(scope="module")
def compared(counted: Site) -> Compared:
    return Compared(counted)


@pytest.mark.parametrize(("expected", "lie"), LIES, ids=[f"{number} {code}" for number, (code, _) in enumerate(LIES)])
def test_each_lie_about_a_vote_is_told(
    compared: Compared, expected: str, lie: Callable[[dict[str, Any]], None]
) -> None:
    said = deepcopy(compared.said)
    assert compared.check(json.dumps(said).encode()) > 20
    lie(said)
    with pytest.raises(VerificationError) as error:
        compared.check(json.dumps(said).encode())
    code, _, name = expected.partition(": ")
    assert (error.value.code, error.value.detail.startswith(name)) == (code, True), error.value.detail


def test_a_lie_about_a_vote_is_looked_at_twice_and_told(platform: Platform, uuid: str) -> None:
    """A vote may have changed between two questions: the second time it has not."""
    platform.change(uuid, set_in("voters", 3))
    subject, message = platform.failure()
    assert (subject, message.partition(":")[0]) == (uuid, "site.figures")
    assert "(voters: 3 there, 2 in the archive)" in message
    lie = platform.site.files[f"/api/v1/votes/{uuid}"]
    platform.change(uuid, set_in("voters", 2))
    truth = platform.site.files[f"/api/v1/votes/{uuid}"]
    answers = iter([lie])
    platform.site.tricks[f"/api/v1/votes/{uuid}"] = lambda handler: handler.answer(next(answers, truth))
    platform.verified()


@pytest.mark.parametrize("raw", [b"", b"[]", b"nothing", b'{"a":' * 10_000, b"\xff", b"{}"])
def test_what_is_no_data_of_a_vote_is_told(platform: Platform, uuid: str, raw: bytes) -> None:
    platform.site.files[f"/api/v1/votes/{uuid}"] = raw
    assert platform.failure()[1].startswith("site.format: ")


def test_a_vote_that_is_listed_and_not_there_is_told(platform: Platform, uuid: str) -> None:
    del platform.site.files[f"/api/v1/votes/{uuid}"]
    assert platform.failure() == (
        uuid,
        f"site.votes: {CODES['site.votes']} (/api/v1/votes/{uuid} is not there)",
    )


def test_the_list_is_read_page_by_page(platform: Platform) -> None:
    platform.list(*([one] for one in platform.votes))
    assert len(platform.verified()["votes"]) == 2
    platform.list(platform.votes, platform.votes)
    subject, message = platform.failure()
    assert (subject, message.partition(":")[0]) == ("votes", "site.votes")


@pytest.mark.parametrize(
    "page",
    [
        {"votes": [], "next": "/api/v1/votes?x"},
        {"votes": [{"uuid": "../../etc"}], "next": None},
        {"votes": [], "next": "https://elsewhere.example/"},
        {"votes": 1, "next": None},
        {"votes": []},
    ],
)
def test_what_is_no_list_of_votes_is_told(platform: Platform, page: Any) -> None:
    platform.say("/api/v1/votes", page)
    subject, message = platform.failure()
    assert (subject, message.partition(":")[0]) == ("votes", "site.format")


# Documents and files.


@pytest.mark.parametrize(
    ("name", "expected"),
    [("kk/votes/{}/protocol.pdf", "site.document"), ("votes/{}/turnout.json", "site.figures")],
)
def test_a_document_that_is_gone_is_told(platform: Platform, uuid: str, name: str, expected: str) -> None:
    del platform.site.files[f"/{name.format(uuid)}"]
    assert platform.failure()[1].startswith(f"{expected}: ")


def test_another_document_than_was_entered_is_told(platform: Platform, uuid: str) -> None:
    path = f"/kk/votes/{uuid}/protocol.pdf"
    platform.site.files[path] = b"%PDF ru"
    assert f"(protocol.pdf, kk: {sha256(b'%PDF ru')} there" in platform.failure()[1]


def test_a_statement_that_was_signed_anew_is_told(platform: Platform, uuid: str, counted: Site) -> None:
    """Its signature holds; but it is not the one that was entered."""
    raw = counted.registrar(at="2026-10-21T10:00:00Z")
    platform.site.files[f"/votes/{uuid}/registrar.json"] = raw
    assert "(registrar.json: " in platform.failure()[1]


@pytest.mark.parametrize(
    ("served", "said"),
    [
        (b"export const vote = 2;\n", "has the hash"),
        (SCRIPT + b"x", "has more than 23 bytes"),
        (SCRIPT[:-1], "has fewer than 23 bytes"),
        (None, "is not there"),
    ],
)
def test_a_wrong_file_of_the_booth_is_told(platform: Platform, served: bytes | None, said: str) -> None:
    if served is None:
        del platform.site.files[BOOTH]
    else:
        platform.site.files[BOOTH] = served
    subject, message = platform.failure()
    assert (subject, message.partition(":")[0]) == ("files", "site.file")
    assert f"({platform.site.url}{BOOTH} {said}" in message


def test_the_booth_is_asked_too(platform: Platform) -> None:
    with serving(ServedSite()) as booth:
        booth.files = {BOOTH: SCRIPT}
        assert platform.verified("--booth", booth.url)["files"]["hosts"] == [
            {"address": platform.site.url, "count": 2},
            {"address": booth.url, "count": 1},
        ]
        booth.files = {BOOTH: SCRIPT.upper(), "/source/egov-crypto.tar.gz": PROGRAM}
        assert f"({booth.url}{BOOTH} has the hash" in platform.failure("--booth", booth.url)[1]


@pytest.mark.parametrize(
    ("site", "booth", "neighbours"),
    [
        ("https://vote.example.kz", "https://booth.example.kz", True),
        ("https://vote.example.kz", "https://booth.vote.example.kz", True),
        ("http://localhost:8000", "http://booth.localhost:8000", True),
        ("https://vote.example.kz", "http://booth.example.kz", False),
        ("https://vote.kz", "https://booth.kz", False),
        ("https://vote.example.kz", "https://booth.other.kz", False),
        ("https://vote.example.kz", "https://10.0.0.1", False),
        ("https://vote.example.kz", "https://vote.example.kz", False),
    ],
)
def test_a_site_sends_nobody_to_hosts_that_are_not_its_own(site: str, booth: str, neighbours: bool) -> None:
    assert site_files._are_neighbours(site, booth) is neighbours


def test_a_new_version_that_is_put_in_place_meanwhile_is_taken(platform: Platform) -> None:
    def release(handler: Handler) -> None:
        platform.site.tricks.clear()
        platform.release({"/source/egov-crypto.tar.gz": PROGRAM, BOOTH: b"new"}, "0.2.0")
        handler.answer(b"new")

    platform.site.tricks[BOOTH] = release
    assert platform.verified()["files"]["release"] == "0.2.0"


def test_a_log_that_names_no_files_cannot_be_told(platform: Platform) -> None:
    platform.log.rewritten(platform.log.entries[1:])
    done = run("egov-verify", "site", "--json", platform.site.url)
    assert (done.status, json.loads(done.out)["errors"][0]["subject"]) == (2, "files")
