"""What pages load, what the list and the tables say, what nobody entered, rehearsals: each lie is told."""

from __future__ import annotations

import io
import json
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from crypto.tests.commands import run
from crypto.tests.documents import Site, sha256
from crypto.tests.making import YES_NO, make_world
from crypto.tests.platform import BOOTH, PROGRAM, SCRIPT, Platform
from crypto.tests.served import ServedSite, serving
from crypto.tests.test_site_lies import set_in

from egov_crypto.cli import source
from egov_crypto.cli.site_pages import loads, read_page
from egov_crypto.errors import ArchiveError

RECEIPT = "/en/observe/receipt"
SOURCE = "/source/egov-crypto.tar.gz"


def script(text: str) -> bytes:
    return f"<!doctype html><script>{text}</script>".encode()


# What pages load.


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (b'<script src="/static/spy.js"></script>', "loads /static/spy.js, which was not entered"),
        (b'<script src="https://elsewhere.example/static/booth/main.js"></script>', "loads https://elsewhere.example/"),
        (b'<link rel="modulepreload" href="spy.js">', "loads spy.js, which"),
        (b'<base href="https://elsewhere.example/">', "loads https://elsewhere.example/, which"),
        (b'<iframe src="/en/other"></iframe>', "loads /en/other, which"),
        (script("spy()"), "holds a program or style that was not entered: spy()"),
        (b'<body onload="spy()">', "holds a program or style that was not entered: spy()"),
        (b"<style>@import url(spy.css)</style>", "holds a program or style that was not entered: @import"),
    ],
)
def test_what_a_page_loads_and_nobody_entered_is_told(platform: Platform, page: bytes, said: str) -> None:
    platform.site.files[RECEIPT] = page
    subject, message = platform.failure()
    assert (subject, message.partition(":")[0]) == ("files", "site.file")
    assert f"{platform.site.url}{RECEIPT} {said}" in message


def test_another_file_behind_a_question_mark_is_told(platform: Platform) -> None:
    platform.site.files[f"{BOOTH}?v=1"] = SCRIPT.upper()
    assert f"({platform.site.url}{BOOTH}?v=1 has the hash" in platform.failure()[1]


@pytest.mark.parametrize(
    "line",
    [
        'import { a } from "./spy.js";',
        "import './spy.js'",
        'export * from "./spy.js";',
        "const a = await import(`./spy.js`);",
        'new Worker(new URL("./spy.js", import.meta.url), { type: "module" });',
        'importScripts("a.js", "spy.js");',
        'navigator.serviceWorker.register("/static/booth/spy.js");',
        'import {\n  a as b,\n  c,\n} from "./spy.js";',
        '/** a comment */ import("./spy.js");',
        '/**\n * a comment\n */ import("./spy.js");',
    ],
)
def test_what_a_program_loads_and_nobody_entered_is_told(platform: Platform, line: str) -> None:
    named = {SOURCE: PROGRAM, BOOTH: f"{line}\n".encode(), "/static/booth/a.js": b""}
    platform.release(named)
    assert "spy.js, which was not entered" in platform.failure()[1]
    platform.release(named | {"/static/booth/spy.js": b"1;"})
    platform.verified()


def test_the_program_in_the_booth_as_one_file_must_be_entered(platform: Platform, uuid: str) -> None:
    path = f"/votes/{platform.votes[1]}/booth-ru.html"
    platform.site.files[path] = script("seal()")
    subject, message = platform.failure()
    assert (subject, path in message) == ("files", True)
    platform.release({SOURCE: PROGRAM, BOOTH: SCRIPT, "/source/booth.js": b"seal()"})
    platform.verified()


def test_each_wrong_file_is_told(platform: Platform) -> None:
    platform.site.files[BOOTH] = b"spy"
    platform.site.files[SOURCE] = b"spy"
    found = platform.failures()
    assert [subject for subject, _ in found] == ["files", "files"]
    assert [SOURCE in found[0][1], BOOTH in found[1][1]] == [True, True]


def test_a_release_without_the_booth_is_told_and_what_is_gone_is_said(platform: Platform) -> None:
    platform.site.files |= dict.fromkeys((RECEIPT, "/en", "/en/sign-in", f"/en/votes/{platform.votes[1]}"), b"")
    platform.release({SOURCE: PROGRAM})
    assert "the log names no file of the booth (/static/booth/)" in platform.failure()[1]
    platform.release({SOURCE: PROGRAM, "/static/booth/other.js": SCRIPT})
    platform.release({SOURCE: PROGRAM, BOOTH: SCRIPT}, "0.2.0")
    answer = platform.verified()
    assert answer["files"]["gone"] == ["/static/booth/other.js"]
    assert any("/static/booth/other.js" in sentence for sentence in answer["unknown"])


def test_a_page_that_is_not_there_is_named_as_unknown(platform: Platform) -> None:
    del platform.site.files[RECEIPT]
    answer = platform.verified()
    assert (answer["files"]["absent"], answer["files"]["pages"]) == ([RECEIPT], 6)
    assert any(RECEIPT in sentence for sentence in answer["unknown"])


def test_a_booth_that_serves_nothing_is_told(platform: Platform) -> None:
    with serving(ServedSite()) as booth:
        assert f"({booth.url}{BOOTH} is not there" in platform.failure("--booth", booth.url)[1]


def test_what_is_asked_for_does_not_tell_who_asks(platform: Platform) -> None:
    agents: list[str] = []

    def noted(handler: Any) -> None:
        agents.append(handler.headers["User-Agent"])
        handler.answer(platform.site.files[handler.path.partition("?")[0]])

    platform.site.tricks = dict.fromkeys((BOOTH, f"/votes/{platform.votes[0]}/archive.bel"), noted)
    platform.verified()
    assert len(agents) == 3
    assert all(agent.startswith("Mozilla/5.0 ") for agent in agents), agents


def test_what_loads_nothing_is_passed_over() -> None:
    page = read_page(
        '<link rel="alternate" href="/feed"><a href="/x">x</a><img src="/y">'
        '<script type="application/json">{}</script><template>x</template><!-- <script>no()</script> -->'
    )
    assert (page.addresses, page.inline) == ([], [])
    assert list(loads('/** @param {import("./a.js").A} a\n *   @param {import("./b.js").B} b */\n')) == []
    assert list(loads('import x from "bare"; const a = "import"; // import() of "./a.js"\n')) == []


def test_an_archive_that_stands_elsewhere_is_not_followed(platform: Platform, uuid: str) -> None:
    """On another host it would be another site's, whatever it holds."""
    path = f"/votes/{uuid}/archive.bel"
    with serving(ServedSite()) as other:
        other.files[path] = platform.site.files[path]
        platform.site.tricks[path] = lambda handler: handler.answer(b"", 302, Location=other.url + path)
        done = run("egov-verify", "site", "--json", platform.site.url)
        (error,) = json.loads(done.out)["errors"]
        assert (done.status, error["subject"]) == (2, uuid)
        assert f"leads to {other.url}{path}: give that address" in error["message"]
        assert other.asked == []
        assert run("egov-verify", "vote", platform.site.url + path).status == 0  # where nobody speaks of one site
        moved = f"/archives/{uuid}"
        platform.site.files[moved] = platform.site.files[path]
        platform.site.tricks[path] = lambda handler: handler.answer(b"", 302, Location=moved)
        platform.verified()


def test_what_is_safe_on_the_way_does_not_lead_to_what_is_not() -> None:
    request = urllib.request.Request("https://vote.example/votes/x/archive.bel")
    with pytest.raises(ArchiveError, match="leads to http:"):
        source._Redirecting().redirect_request(request, io.BytesIO(), 302, "", {}, "http://vote.example/archive.bel")


# The list, and the tables.


@pytest.mark.parametrize(
    "lie",
    [
        set_in("voters", 3),
        set_in("result", 0, 0, 9),
        set_in("title", "ru", "Другое"),
        set_in("links", {"archive": "/elsewhere"}),
        set_in("head", {"height": 3, "hash": "ab" * 32}),
    ],
)
def test_a_lie_in_the_list_is_told(platform: Platform, uuid: str, lie: Callable[[dict[str, Any]], None]) -> None:
    page = json.loads(platform.site.files["/api/v1/votes"])
    lie(next(one for one in page["votes"] if one["uuid"] == uuid))
    platform.say("/api/v1/votes", page)
    subject, message = platform.failure()
    assert (subject, message.partition(":")[0]) == (uuid, "site.figures")


def test_a_list_from_before_the_last_ballot_holds(platform: Platform) -> None:
    uuid = platform.votes[1]
    page = json.loads(platform.site.files["/api/v1/votes"])
    (one,) = (one for one in page["votes"] if one["uuid"] == uuid)
    hash_ = next(
        json.loads(raw)["hash"]
        for raw in platform.log.entries
        if json.loads(raw).get("vote") == uuid and json.loads(raw).get("height") == 1
    )
    one |= {"head": {"height": 1, "hash": hash_}, "ballots": 1, "voters": 1}
    platform.say("/api/v1/votes", page)
    platform.verified()


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("results.csv", ",1,2,1,2,50.0", ",1,2,2,2,50.0", "site.figures"),
        ("results.jsonl", '"percent": 50.0', '"percent": 51.0', "site.figures"),
        ("votes.csv", "3,3,2,", "3,3,3,", "site.figures"),
        ("votes.jsonl", '"voters": 2', '"voters": 3', "site.figures"),
        ("votes.jsonl", "Trial", "Triumph", "site.figures"),
        ("votes.csv", "uuid", "UUID", "site.format"),
        ("results.csv", "\r\n", "\r\nx", "site.votes"),
    ],
)  # fmt: skip
def test_a_lie_in_a_table_is_told(platform: Platform, name: str, old: str, new: str, code: str) -> None:
    raw = platform.site.files[f"/data/{name}"].decode()
    assert old in raw, raw
    platform.site.files[f"/data/{name}"] = raw.replace(old, new, 1).encode()
    subject, message = platform.failure()
    assert (subject, message.partition(":")[0]) == ("data", code)


def test_a_table_that_leaves_a_counted_vote_out_is_told(platform: Platform, uuid: str) -> None:
    platform.site.files["/data/results.jsonl"] = b""
    assert f"({uuid} is not in /data/results.jsonl)" in platform.failure()[1]


def test_a_table_that_is_not_there_is_named_as_unknown(platform: Platform) -> None:
    del platform.site.files["/data/results.csv"]
    answer = platform.verified()
    assert answer["data"]["absent"] == ["/data/results.csv"]
    assert any("/data/results.csv" in sentence for sentence in answer["unknown"])


def test_a_vote_that_moves_on_while_tables_are_read_does_no_harm(platform: Platform, uuid: str) -> None:
    """An erratum between: the tables have it, and the vote was verified before."""
    said = json.loads(platform.site.files[f"/api/v1/votes/{uuid}"])
    later = json.dumps({**said, "description": {"en": "later"}}).encode()
    table = platform.site.files["/data/votes.jsonl"].decode().splitlines()
    table = [
        json.dumps({**json.loads(line), "description": {"en": "later"}}) if uuid in line else line for line in table
    ]

    def moved(handler: Any) -> None:
        platform.site.files[f"/api/v1/votes/{uuid}"] = later
        handler.answer("\n".join(table).encode())

    platform.site.tricks["/data/votes.jsonl"] = moved
    platform.verified()


# Documents that nobody entered, and rehearsals.


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_document_that_nobody_entered_is_told(platform: Platform, uuid: str, language: str) -> None:
    platform.site.files[f"/{language}/votes/{uuid}/protocol.pdf"] = b"%PDF forged"
    subject, message = platform.failure()
    assert (subject, message.partition(":")[0]) == (uuid, "site.document")
    assert f"protocol.pdf, {language}: {sha256(b'%PDF forged')} there, nothing entered" in message


def test_a_rehearsal_is_called_one_and_counted_apart(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    world, entries = make_world(YES_NO), list(platform.log.entries)
    honest = Site.setup
    monkeypatch.setattr(Site, "setup", lambda self, **lies: honest(self, **{"rehearsal": True, **lies}))
    platform.publish(Site(world, world.archive().raw))
    platform.log.rewritten(entries)
    answer = platform.verified()
    counts = {check["name"]: check["count"] for check in answer["checks"]}
    assert (counts["votes"], counts["rehearsals"]) == (2, 1)
    assert [one["rehearsal"] for one in answer["votes"]] == [False, False, True]
    assert any("rehearsal" in sentence for sentence in answer["unknown"])
    out = run("egov-verify", "site", platform.site.url).out
    assert f"  ok  REHEARSAL {world.election.uuid}: setup, 0 ballots" in out
    assert "1  REHEARSALS among the votes" in out
    platform.site.files["/data/votes.jsonl"] += json.dumps(platform.said(world.election.uuid)).encode()
    assert "a rehearsal or not listed" in platform.failure()[1]
