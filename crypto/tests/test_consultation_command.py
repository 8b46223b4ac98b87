"""What `egov-verify consultation` says of an honest site, and of one that lies."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from crypto.tests.commands import run
from crypto.tests.consultations import DAY, ENDED, PAPER, SALT, WAITED, ConsultationSite, committed
from crypto.tests.platform import Platform
from crypto.tests.served import ServedSite, digest, serving

from egov_crypto.cli import site_consultation
from egov_crypto.cli.consultation_figures import check_comment
from egov_crypto.errors import VerificationError


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[ConsultationSite]:
    monkeypatch.setattr(site_consultation, "ATTEMPTS", 2)
    with serving(ServedSite()) as served:
        yield ConsultationSite(served)


def verified(site: ConsultationSite) -> Any:
    done = run("egov-verify", "consultation", "--json", f"{site.url}/comments")
    assert (done.status, done.err) == (0, ""), done.out
    return json.loads(done.out)


def failure(site: ConsultationSite) -> str:
    done = run("egov-verify", "consultation", "--json", site.url)
    answer = json.loads(done.out)
    assert (done.status, answer["checks"][-1]) == (
        1,
        {"name": answer["checks"][-1]["name"], "ok": False, "count": None},
    )
    return str(answer["failure"]["code"])


def test_an_honest_consultation_is_recounted(site: ConsultationSite) -> None:
    answer = verified(site)
    told = run("egov-verify", "consultation", site.url)
    alone = run("egov-verify", "consultation", "--log", site.site.url, "C-2026-0007")
    assert (answer["consultation"]["comments"], answer["consultation"]["replied"]) == (3, 3)
    assert answer["checks"][-1]["name"] == "figures"
    assert answer["checks"][-1]["count"] > 80
    assert "reported since 2026-06-20T06:00:00Z: 2 versions, 3 comments, 3 replied to" in told.out
    assert f"  version 2, kk: {site.document(2)}\n" in told.out
    assert (told.status, alone.status) == (0, 0)
    gone = run("egov-verify", "consultation", "--log", site.site.url, "C-2026-0008")
    assert (gone.status, "consultation.missing" in gone.out) == (1, True)
    assert run("egov-verify", "consultation", f"{site.site.url}/kk/consultations").status == 2
    assert run("egov-verify", "consultation", "--log", site.site.url, site.url).status == 2


def _other_text(site: ConsultationSite) -> None:
    path = f"{site.page}/v2/text.kk.json"
    site.site.files[path] = site.site.files[path].replace(b"until ten", b"until six")


def _other_data(site: ConsultationSite) -> None:
    path = f"{site.api}/versions/2"
    site.site.files[path] = site.site.files[path].replace(b"until ten", b"until six")


def _other_change(site: ConsultationSite) -> None:
    path = f"{site.api}/versions/2"
    site.site.files[path] = site.site.files[path].replace(b'"modified"', b'"split"')


def _other_paper(site: ConsultationSite) -> None:
    site.site.files[f"{site.page}/papers/{digest(PAPER.decode())}"] = PAPER[:-1] + b"?"


LIES: list[tuple[str, Callable[[ConsultationSite], Any]]] = [
    ("consultation.comments", lambda site: site.comments[0].update(text="I like it")),
    ("consultation.comments", lambda site: site.comments[0]["document"].update(text="I like it")),
    ("consultation.comments", lambda site: site.comments[0].update(shown="redacted", document=None, salt=None)),
    ("consultation.comments", lambda site: site.comments[0].update(document=None)),
    ("consultation.comments", lambda site: site.comments[1]["amendment"].update(proposed="No parks")),
    ("consultation.comments", lambda site: site.comments[1].update(day="2026-05-07")),
    ("consultation.comments", lambda site: site.comments[0].update(author="Bob")),
    ("consultation.comments", lambda site: site.comments[1].update(author="Ann", author_salt=SALT.hex())),
    ("consultation.comments", lambda site: site.comments[0].update(erasures=[an_erasure()])),
    ("consultation.count", lambda site: site.comments[0].update(supports=99)),
    ("consultation.comments", lambda site: site.comments[0].update(quote={"exact": "x", "start": 0, "end": 1})),
    ("consultation.comments", lambda site: site.comments[2].update(files=[{"name": "a.pdf", "sha256": digest("a")}])),
    (
        "consultation.comments",
        lambda site: site.comments[2].update(
            edits=[{"text": "x", "salt": SALT.hex(), "hash": digest("x"), "day": DAY}]
        ),
    ),
    ("consultation.missing", lambda site: site.comments.pop()),
    ("consultation.missing", lambda site: site.comments.pop(0)),
    ("consultation.missing", lambda site: site.comments.append(site.a_comment(4))),
    ("consultation.missing", lambda site: site.replies.pop()),
    ("consultation.missing", lambda site: site.replies.append(site.a_reply(3, [1], "rejected"))),
    ("consultation.missing", lambda site: site.said.update(reference="C-2026-0008")),
    ("consultation.replies", lambda site: site.replies[1].update(reason="You are right")),
    ("consultation.replies", lambda site: site.replies[1]["document"].update(reason="You are right")),
    ("consultation.replies", lambda site: site.replies[1].update(comments=[2, 3])),
    ("consultation.replies", lambda site: site.replies[1].update(verdict="accepted")),
    ("consultation.replies", lambda site: site.comments[2].update(reply=None)),
    ("consultation.count", lambda site: site.said.update(comments=2)),
    ("consultation.count", lambda site: site.said.update(replied=4)),
    ("consultation.timeline", lambda site: site.said.update(closes_at=ENDED)),
    ("consultation.timeline", lambda site: site.said["versions"].pop()),
    ("consultation.timeline", lambda site: site.said["versions"][0].update(signature="00" * 64)),
    (
        "consultation.timeline",
        lambda site: site.said["timeline"].append({"reason": "None", "salt": SALT.hex(), "kind": "extended"}),
    ),
    ("consultation.document", lambda site: site.said["versions"][1]["texts"][0].update(document=digest("other"))),
    ("consultation.document", _other_text),
    ("consultation.document", _other_data),
    ("consultation.record", _other_change),
    ("consultation.record", lambda site: site.said["title"].update(kk="No parks")),
    ("consultation.record", lambda site: site.said["summary"].update(kk="Never open")),
    ("consultation.record", lambda site: site.said["act"].update(kind="order")),
    ("consultation.record", lambda site: site.said["papers"].pop()),
    ("consultation.record", lambda site: site.said["papers"][0].update(name="Another note")),
    ("consultation.record", _other_paper),
    ("consultation.record", lambda site: site.records[2]["texts"]["kk"].update(title="No parks")),
    ("consultation.reports", lambda site: site.report["totals"].update(replied=4)),
    ("consultation.reports", lambda site: setattr(site, "table", site.table[:-2])),
]
"""Each is shown by the site alone: the log is as it was."""


@pytest.mark.parametrize(("code", "lie"), LIES)
def test_what_a_site_may_lie_about_is_found(
    site: ConsultationSite, code: str, lie: Callable[[ConsultationSite], Any]
) -> None:
    lie(site)
    site.publish()
    assert failure(site) == code


FORGED: list[tuple[str, Callable[[ConsultationSite], Any]]] = [
    ("consultation.change", lambda site: site.replies.__setitem__(0, claim(site, "art_2"))),
    ("consultation.change", lambda site: site.replies.__setitem__(0, claim(site, "art_3"))),
    ("consultation.change", lambda site: site.replies.__setitem__(0, claim(site, "art_1", deleted=True))),
    ("consultation.record", lambda site: _changes(site)[0].update(change="unchanged")),
    ("consultation.record", lambda site: _changes(site)[1].update(change="modified")),
    ("consultation.record", lambda site: _changes(site)[1].update(new=None)),
    ("consultation.record", lambda site: _changes(site).pop()),
    ("consultation.record", lambda site: _changes(site).append({"old": "art_3", "new": None, "change": "deleted"})),
    ("consultation.record", lambda site: site.records[1]["provisions"]["kk"]["changes"].extend(_changes(site))),
    ("consultation.record", lambda site: site.records[2]["provisions"]["kk"]["lineages"].pop()),
    ("consultation.record", lambda site: site.records[1].update(number=2)),
    ("consultation.reports", lambda site: site.report["by_stance"].update(none=2, support=1)),
    ("consultation.reports", lambda site: site.report["positions"][1].update(comments=[2])),
    ("consultation.reports", lambda site: site.report["positions"][1].update(reply=1)),
    ("consultation.reports", lambda site: site.report["replies"][1].update(verdict="accepted")),
    ("consultation.reports", lambda site: site.report["totals"].update(amendments=0)),
    ("consultation.reports", lambda site: site.report["by_day"].update({"2026-05-06": 2, "2026-05-07": 1})),
    ("consultation.reports", lambda site: site.report["totals"].update(supports=600)),
    ("consultation.reports", lambda site: site.report["positions"][0].update(supports=300)),
    ("consultation.reports", lambda site: site.report["positions"][0]["place"].update(eid="art_2")),
    ("consultation.reports", lambda site: site.report["positions"][0].update(place=None)),
    ("consultation.reports", lambda site: site.report["changes"].pop()),
    ("consultation.reports", lambda site: site.report["changes"][0].update(change="split")),
    ("consultation.reports", lambda site: _table(site, b",v1 art_1,1,", b",v1 art_2,1,")),
    ("consultation.reports", lambda site: _table(site, b",v1 art_1,1,", b",v1 art_1,9,")),
    ("consultation.reports", lambda site: site.report["versions"].pop(0)),
    ("consultation.reports", lambda site: _table(site, b",rejected,", b",accepted,")),
    ("consultation.reports", lambda site: _table(site, b"\r\n3,", b"\r\n4,")),
]


def _table(site: ConsultationSite, true: bytes, lie: bytes) -> None:
    site.table = site.table.replace(true, lie)
    site.report["table"] = hashlib.sha256(site.table).hexdigest()


def _changes(site: ConsultationSite) -> list[Any]:
    changes: list[Any] = site.records[2]["provisions"]["kk"]["changes"]
    return changes


def claim(site: ConsultationSite, eid: str, **members: Any) -> Any:
    return site.a_reply(1, [1, 2], "accepted", site.changed(eid) | members)


@pytest.mark.parametrize(("code", "lie"), FORGED)
def test_what_was_entered_wrong_is_found_too(
    site: ConsultationSite, code: str, lie: Callable[[ConsultationSite], Any]
) -> None:
    """The log and the site agree, and what they say is not so."""
    lie(site)
    if code == "consultation.change":
        site.table = site.a_table()
        site.report = site.a_report()
    entered_anew(site)
    assert failure(site) == code


def entered_anew(site: ConsultationSite) -> None:
    site.log.rewritten([])
    site.log.add(*site.entered())
    site.said = site.a_consultation()
    site.publish()


def test_what_is_covered_added_and_erased_is_as_it_was_decided(site: ConsultationSite) -> None:
    first, second, third = site.comments
    reason = {"reason": "Names somebody", "salt": SALT.hex()}
    commitment = committed_reason("Names somebody")
    left = {name: first[name] for name in ("about", "capacity", "lang", "number", "quote", "stance", "version")}
    left |= {"consultation": site.made.reference, "organisation": "", "amendment": None, "ground": "personal-data"}
    left |= {"pieces": ["comm", None], "place": first["document"]["place"]}
    hidden = committed(b"consultation.left", left)
    asked, done = site.made.erased(3)
    site.log.add(site.made.decided(1, "redacted", commitment, hidden), asked)
    covered = {"shown": "redacted", "document": None, "salt": None, "text": "comm [ … ] "}
    first |= {**covered, "left": {"document": left, "salt": SALT.hex()}}
    decided = {"at": ENDED, "ground": "personal-data"}
    first["redactions"] = [{**reason, **decided, "decision": None, "decided_at": None, "lifted": False}]
    gone = dict.fromkeys(("document", "salt", "text", "author", "capacity", "stance", "lang"))
    third |= {**gone, "shown": "erasing", "erasures": [an_erasure()]}
    site.publish()
    assert verified(site)["consultation"]["erasing"] == 1
    site.log.add(done)
    third |= {"shown": "erased", "erasures": [an_erasure("erased")]}
    site.publish()
    answer = verified(site)
    assert (answer["consultation"]["redacted"], answer["consultation"]["erased"]) == (1, 1)
    assert any("1 covered comments" in sentence for sentence in answer["unknown"])
    for part, name, lie in (
        (first["redactions"][0], "reason", "No reason"),
        (first["redactions"][0], "ground", "offensive"),
        (first, "text", "come [ … ] "),
        (left, "pieces", ["come", None]),
        (third, "text", "It was this"),
        (third["erasures"][0], "by", "law"),
        (third["erasures"][0], "ended_at", ENDED),
        (first["redactions"][0], "at", WAITED),
        (third, "organisation", "Friends of parks"),
        (third, "quote", {"exact": "Parks", "start": 0, "end": 5}),
        (third, "files", [{"name": "a.pdf", "sha256": digest("a")}]),
        (third, "left", {"document": {}, "salt": SALT.hex()}),
        (third, "amendment", {"kind": "replace", "proposed": "No parks", "stale": False}),
    ):
        true, part[name] = part[name], lie
        site.publish()
        assert failure(site) == "consultation.comments"
        part[name] = true
    site.log.add(site.made.decided(1, "appeal-granted", commitment))
    lifted = {**reason, **decided, "lifted": True, "decision": reason, "decided_at": ENDED}
    first |= site.a_comment(1) | {"redactions": [lifted]}
    site.publish()
    verified(site)
    second["shown"] = "erased"
    site.publish()
    assert failure(site) == "consultation.comments"


def test_nothing_was_added_to_what_is_destroyed(site: ConsultationSite) -> None:
    """An addition without random bytes has no words, and its day is the one that was entered."""
    gone = dict.fromkeys(("document", "salt", "text", "author", "author_salt"))
    edit: Any = {"text": None, "salt": None, "hash": digest("added"), "day": DAY}
    item = site.comments[2] | gone | {"shown": "erased", "edits": [edit]}
    entered = ["comment", DAY, item["hash"], "erased", [[DAY, digest("added")]], [], None]
    assert check_comment("C-2026-0007", item, entered)
    for lie in ({"text": "I have changed my mind"}, {"day": "2026-05-07"}):
        with pytest.raises(VerificationError) as caught:
            check_comment("C-2026-0007", item | {"edits": [edit | lie]}, entered)
        assert caught.value.code == "consultation.comments"


def an_erasure(ended: str | None = None, by: str = "author") -> Any:
    ended_at = {"erased": WAITED, "kept": ENDED}.get(ended or "")
    return {"at": ENDED, "by": by, "reason": None, "salt": None, "ended": ended, "ended_at": ended_at}


def committed_reason(reason: str) -> str:
    return hashlib.sha256(b"consultation.reason" + SALT + reason.encode()).hexdigest()


@pytest.mark.parametrize("joined", [False, True])
def test_words_that_moved_are_told_of(site: ConsultationSite, joined: bool) -> None:
    """Which provision is which, the agency says: one that gets another's words is not proved to have changed; nor one
    to be gone that the map has in another one."""
    path, maps = f"{site.api}/versions/2", site.records[2]["provisions"]["kk"]
    said = json.loads(site.site.files[path])
    second = said["provisions"][0]["provisions"][1]
    second["lineage"] = maps["lineages"][1]["lineage"] = "l9"
    second["change"] = "merged" if joined else "new"
    maps["changes"][1:] = (
        [{"old": "art_2", "new": "art_2", "change": "merged"}]
        if joined
        else [{"old": None, "new": "art_2", "change": "new"}, {"old": "art_2", "new": None, "change": "deleted"}]
    )
    site.say("/versions/2", said)
    site.replies[0] = claim(site, "art_2", deleted=joined)
    site.table = site.a_table()
    site.report = site.a_report()
    entered_anew(site)
    told = "its words went into another one" if joined else "the same words stand in the version before"
    assert any(told in sentence for sentence in verified(site)["unknown"])


def test_a_whole_site_lists_its_consultations() -> None:
    with serving(ServedSite()) as served:
        platform = Platform(served)
        platform.list()
        site = ConsultationSite(served, platform.log)
        answer = platform.verified()
        (found,) = answer["consultations"]
        assert (found["ok"], found["consultation"]["comments"]) == (True, 3)
        assert {"name": "consultations", "ok": True, "count": 1} in answer["checks"]
        told = run("egov-verify", "site", served.url).out
        assert "  ok  consultation C-2026-0007: reported, 2 versions, 3 comments, 3 replied to" in told
        site.comments[0]["text"] = "something else"
        site.publish()
        subject, said = platform.failure()
        assert (subject, said.partition(":")[0]) == ("C-2026-0007", "consultation.comments")
        assert "  NO  consultation C-2026-0007: consultation.comments" in run("egov-verify", "site", served.url).out
        site.list()
        assert platform.failure()[0] == "consultations"
