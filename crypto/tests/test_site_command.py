"""`egov-verify site`: an honest site holds; what log, archives or list leave out is told with what and where."""

from __future__ import annotations

import json
from typing import Any

import pytest
from crypto.tests.commands import run, start
from crypto.tests.conftest import COUNTS
from crypto.tests.documents import Site, sha256
from crypto.tests.logs import flipped
from crypto.tests.making import YES_NO, World, make_world
from crypto.tests.platform import BOOTH, REASON, SALT, Platform, commitment
from crypto.tests.served import Handler, ServedSite, serving

from egov_crypto.archive import EventType


def test_an_honest_site_holds(platform: Platform, uuid: str) -> None:
    answer = platform.verified()
    assert answer["ok"] is True
    size = len(platform.log.entries)
    assert {check["name"]: (check["ok"], check["count"]) for check in answer["checks"]} == {
        "log": (True, size),
        "votes": (True, 2),
        "rehearsals": (True, 0),
        "data": (True, 16),
        "files": (True, 2),
    }
    assert answer["subject"]["address"] == platform.site.url
    assert answer["log"]["checkpoint"]["size"] == size
    counted, opened = answer["votes"]
    checks = {check["name"]: check["count"] for check in counted["checks"]}
    assert (counted["subject"]["uuid"], checks["entered"]) == (uuid, 9)
    assert {"ballots", "result", "document", "registrar", "turnout", "protocol", "figures", "states"} < checks.keys()
    assert (counted["result"], opened["result"], opened["state"]) == (COUNTS, None, "open")
    files = {"release": "0.1.0", "entry": 0, "hosts": [{"address": platform.site.url, "count": 2}], "count": 2}
    assert answer["files"] == {**files, "pages": 7, "absent": [], "gone": []}
    assert answer["data"] == {"rows": 16, "absent": []}
    assert any("--booth" in sentence for sentence in answer["unknown"])


def test_an_honest_site_is_told_in_words(platform: Platform, uuid: str) -> None:
    done = start("egov-verify", "site", platform.site.url, "--jobs", 2)
    assert (done.status, done.err) == (0, "")
    for said in (
        f"  ok  vote {uuid}: tallied, 3 ballots, head 8:",
        "ok         2  votes that the site lists",
        "ok         2  files that browsers load",
        "All of this holds. What it cannot tell:",
        f"log {platform.site.name}/log\n",
    ):
        assert said in done.out, said


# The log and the archives.


def test_an_event_that_was_not_entered_is_told(
    platform: Platform, worlds: tuple[World, World], more: list[bytes]
) -> None:
    """A ballot too many in the archive, and in all that the site says."""
    world = worlds[1]
    path = f"/votes/{world.election.uuid}/archive.bel"
    platform.site.files[path] = world.archive().ballots(*more).raw
    subject, message = platform.failure()
    assert subject == world.election.uuid
    assert message.startswith("site.missing: ")
    assert "(the log has 3 events, the archive 4)" in message


def test_an_event_that_is_not_in_the_archive_is_told(
    platform: Platform, worlds: tuple[World, World], more: list[bytes]
) -> None:
    """A ballot was dropped after it was entered."""
    world = worlds[1]
    archive = world.archive().ballots(more[0])
    uuid = world.election.uuid
    platform.site.files[f"/votes/{uuid}/archive.bel"] = archive.raw

    def drop(value: dict[str, Any]) -> None:
        value.update(ballots=1, voters=1, head={"height": 1, "hash": archive.head.hash})
        value["turnout"]["percent"] = 33.33

    platform.change(uuid, drop)
    subject, message = platform.failure()
    assert (subject, message.partition(":")[0]) == (uuid, "site.extra")
    assert "(the log has 3 events, the archive 2)" in message


def test_an_event_that_was_exchanged_is_told(
    platform: Platform, worlds: tuple[World, World], more: list[bytes]
) -> None:
    """Another ballot stands where one was entered; with everything else as it then must be."""
    world = worlds[1]
    archive = world.archive().ballots(more[0], more[2])
    uuid = world.election.uuid
    platform.site.files[f"/votes/{uuid}/archive.bel"] = archive.raw

    def exchange(value: dict[str, Any]) -> None:
        value.update(voters=1, head={"height": 2, "hash": archive.head.hash})
        value["turnout"]["percent"] = 33.33

    platform.change(uuid, exchange)
    answer = json.loads(run("egov-verify", "site", "--json", platform.site.url).out)
    assert (answer["failure"]["code"], answer["failure"]["height"]) == ("site.differs", 2)


def test_a_ballot_that_comes_meanwhile_does_no_harm(
    platform: Platform, worlds: tuple[World, World], more: list[bytes]
) -> None:
    """After the site was asked about the vote, and before its archive was asked for; its entry comes a little later."""
    world = worlds[1]
    uuid, archive = world.election.uuid, world.archive().ballots(*more)
    path = f"/votes/{uuid}/archive.bel"
    reads: list[int] = []

    def grow(handler: Handler) -> None:
        platform.site.files[path] = archive.raw
        handler.answer(archive.raw)

    def enter(handler: Handler) -> None:
        reads.append(1)
        if len(reads) == 2:
            place = {"height": 3, "event": "Ballot", "hash": archive.head.hash}
            platform.log.add({"type": "vote.event", "version": 1, "vote": uuid, **place})
        handler.answer(platform.site.files["/log/checkpoint"])

    platform.site.tricks = {path: grow, "/log/checkpoint": enter}
    answer = platform.verified()
    assert [one["ballots"] for one in answer["votes"]] == [3, 3]
    assert len(reads) == 2


def test_a_vote_that_the_list_leaves_out_is_told(platform: Platform, uuid: str) -> None:
    platform.list([one for one in platform.votes if one != uuid])
    subject, message = platform.failure()
    assert (subject, message.partition(":")[0]) == ("votes", "site.votes")
    assert uuid in message


def test_a_vote_that_the_log_does_not_know_is_told(platform: Platform) -> None:
    world = make_world(YES_NO)
    entries = len(platform.log.entries)
    platform.publish(Site(world, world.archive().raw))
    platform.log.rewritten(platform.log.entries[:entries])
    subject, message = platform.failure()
    assert (subject, message.partition(":")[0]) == (world.election.uuid, "site.missing")


def test_a_forged_archive_keeps_nothing_else_from_being_checked(platform: Platform, uuid: str) -> None:
    path = f"/votes/{uuid}/archive.bel"
    platform.site.files[path] = flipped(platform.site.files[path], 8 * 30_000)
    platform.site.files[BOOTH] = b"export const vote = 2;\n"
    found = platform.failures()
    assert [subject for subject, _ in found] == [uuid, "files"]
    assert found[0][1].startswith("archive.member: ")
    done = run("egov-verify", "site", platform.site.url)
    assert f"  NO  vote {uuid}: archive.member at height " in done.out
    assert f"  ok  vote {platform.votes[1]}: open, 2 ballots" in done.out
    assert "  NO            votes that the site lists" in done.out


def test_a_log_that_does_not_hold_keeps_the_votes_from_nothing(platform: Platform) -> None:
    path = f"/log/tile/0/000.p/{len(platform.log.entries)}"
    platform.site.files[path] = flipped(platform.site.files[path], 9)
    answer = json.loads(run("egov-verify", "site", "--json", platform.site.url).out)
    assert [(one["subject"], one["code"]) for one in answer["failures"]] == [("log", "tile.hashes")]
    assert [one["ok"] for one in answer["votes"]] == [True, True]
    assert answer["log"]["failure"]["code"] == "tile.hashes"


def test_a_log_that_lies_later_is_told_as_the_logs_failure(
    platform: Platform, worlds: tuple[World, World], more: list[bytes]
) -> None:
    platform.site.files[f"/votes/{worlds[1].election.uuid}/archive.bel"] = worlds[1].archive().ballots(*more).raw
    reads: list[int] = []

    def lie(handler: Handler) -> None:
        reads.append(1)
        raw = platform.site.files["/log/checkpoint"]
        handler.answer(raw if len(reads) == 1 else raw.replace(b"=\n", b"A\n", 1))

    platform.site.tricks["/log/checkpoint"] = lie
    assert platform.failures()[0][0] == "log"


def test_what_cannot_be_told_ends_with_2_and_what_is_wrong_with_1(platform: Platform, uuid: str) -> None:
    platform.site.tricks[f"/votes/{uuid}/archive.bel"] = lambda handler: handler.answer(b"", 500)
    done = run("egov-verify", "site", "--json", platform.site.url)
    answer = json.loads(done.out)
    assert (done.status, answer["ok"], answer["failure"]) == (2, None, None)
    assert [one["subject"] for one in answer["errors"]] == [uuid]
    assert f"It cannot be told, {uuid}: " in run("egov-verify", "site", platform.site.url).out
    platform.site.files[BOOTH] = b"x"
    assert run("egov-verify", "site", platform.site.url).status == 1


@pytest.mark.parametrize("path", ["/log/checkpoint", "/api/v1/votes"])
def test_a_site_without_a_log_or_a_list_cannot_be_told(platform: Platform, path: str) -> None:
    del platform.site.files[path]
    done = run("egov-verify", "site", "--json", platform.site.url)
    assert done.status == 2
    assert f"{path} is not there" in json.loads(done.out)["error"]
    told = run("egov-verify", "site", platform.site.url)
    assert (told.status, told.err) == (2, "")
    assert f"{path} is not there" in told.out


def test_what_is_no_address_is_told(platform: Platform) -> None:
    for arguments in (("site", "x"), ("site", "ftp://x/"), ("site", platform.site.url, "--booth", "x")):
        done = run("egov-verify", *arguments)
        assert done.status == 2
        assert "Traceback" not in done.err


# Other states.


def test_a_cancelled_vote_is_compared(platform: Platform, worlds: tuple[World, World]) -> None:
    uuid = worlds[1].election.uuid
    head = json.loads(platform.site.files[f"/api/v1/votes/{uuid}"])["head"]
    act = {"kind": "cancelled", "at": "2026-11-01T05:00:00Z", "content": {}, "reason": REASON, "salt": SALT.hex()}
    platform.change(uuid, lambda value: value.update(state="cancelled", cancelled_at=act["at"]))
    assert "cancelled: true there, false in the log" in platform.failure()[1]
    approved = {"approvals": 2, "approved": sha256(b"cancel"), "reason": commitment()}
    state = {"type": "vote.state", "version": 1, "vote": uuid, "state": "cancelled", "at": act["at"]}
    platform.log.add({**state, "head": head, **approved})
    platform.change(uuid, lambda value: value["acts"].append({**act, "hash": sha256(b"cancel")}))
    platform.verified()


def test_a_rehearsal_is_verified_and_not_looked_for_in_the_log(
    platform: Platform, worlds: tuple[World, World], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world(YES_NO)
    entries = list(platform.log.entries)
    honest = Site.setup
    monkeypatch.setattr(Site, "setup", lambda self, **lies: honest(self, **{"rehearsal": True, **lies}))
    platform.publish(Site(world, world.archive().raw))
    subject, message = platform.failure()
    assert (subject, message.partition(":")[0]) == (world.election.uuid, "site.extra")
    platform.log.rewritten(entries)
    assert platform.failures()[0][0] == "log"  # which had them, and was remembered


def test_a_vote_between_closing_and_its_result_holds(worlds: tuple[World, World], more: list[bytes]) -> None:
    world = worlds[1]
    archive = world.archive().ballots(*more)
    with serving(ServedSite()) as site:
        platform = Platform(site)
        platform.publish(Site(world, archive.raw))
        platform.verified()
    closed = world.archive().ballots(*more).add(EventType.END_BALLOTS)
    with serving(ServedSite()) as site:
        platform = Platform(site)
        platform.publish(Site(world, closed.raw))
        assert platform.verified()["votes"][0]["state"] == "closed"
        platform.change(world.election.uuid, lambda value: value.update(state="open"))
        assert "(state: " in platform.failure()[1]
