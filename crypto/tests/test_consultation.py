"""Consultations recounted: an honest one adds up, and what a platform may try is noticed, and where."""

from __future__ import annotations

import json
from typing import Any

import pytest
from crypto.tests.commands import run
from crypto.tests.consultations import AGENCY, BEGUN, CLOSES, ENDED, WAITED, Consultation, Value
from crypto.tests.served import Log, ServedSite, digest, serving
from hypothesis import given
from hypothesis import strategies as st

from egov_crypto import entries, entry
from egov_crypto.consultation import Agencies, ConsultationCount, Consultations
from egov_crypto.errors import VerificationError
from egov_crypto.log_clock import LogClock

C = Consultation()
OPEN = [*C.opened(), *C.comments(1, 2)]
LATER = "2026-05-27T19:00:00Z"
AFTER = "2026-05-20T19:01:01Z"


def counted(values: list[Value]) -> ConsultationCount:
    found, clock = Consultations(), LogClock()
    for index, value in enumerate(values):
        read, known = entries.read(entry.dump(value))
        assert known
        clock.take(index, read.get("at", ""))
        if read["type"] == "agency.key":
            found.agencies.take(read)
        else:
            found.take(read, clock.now)
    return found.counts[C.reference]


OTHER = bytes(range(3, 35))


HONEST = [
    C.key(),
    *OPEN,
    C.version(2, at=ENDED),
    C.comment(3, "amendment"),
    C.comment(1, "edit"),
    C.extended(LATER),
    C.decided(2, "redacted"),
    C.decided(2, "appeal-refused"),
    C.closed(LATER),
    C.reply(1, 1, 2, verdict="partly", changed=2),
    C.report(3, 2),
    C.reply(2, 1, 2, supersedes=1),
    C.decided(3, "erasing", by="author"),
    C.decided(3, "kept"),
    *C.erased(3),
    C.report(2, 2),
    C.state("reported", ENDED),
]


def test_an_honest_consultation_adds_up_and_no_part_of_it_may_come_twice() -> None:
    found = counted(HONEST)
    assert (found.state, found.closes_at, found.replied) == ("reported", LATER, 2)
    assert [(what, shown, len(edits)) for what, _, _, shown, edits, *_ in found.comments] == [
        ("comment", "published", 1),
        ("comment", "redacted", 0),
        ("amendment", "erased", 0),
    ]
    assert found.shown == {"published": 1, "redacted": 1, "erasing": 0, "erased": 1}
    assert [reply["superseded_by"] for reply in found.replies] == [2, None]
    assert json.loads(json.dumps(vars(found))) == vars(found)  # how it is kept between runs
    for value in HONEST:
        if value["type"] != "consultation.report" and value.get("what") not in {"edit", "redacted"}:
            with pytest.raises(VerificationError):
                counted([*HONEST, value])


FORGED = C.version(2) | {"approved": digest("something else")}
REFUSED: list[tuple[str, list[Value], Value]] = [
    ("consultation.order", [], C.state("open", BEGUN)),
    ("consultation.order", [C.version(1)], C.version(2)),
    ("consultation.order", OPEN, C.version(3)),
    ("consultation.order", OPEN, C.closed("2026-05-20T18:59:59Z")),
    ("consultation.order", [*OPEN, C.closed()], C.state("reported", ENDED)),
    ("consultation.order", [*OPEN, C.closed(), C.report(2, 0)], C.state("reported", ENDED)),
    ("consultation.order", OPEN, C.comment(4)),
    ("consultation.order", OPEN, C.comment(3, "edit")),
    ("consultation.order", [*OPEN, C.decided(1, "redacted")], C.comment(1, "edit")),
    ("consultation.order", OPEN, C.extended(CLOSES)),
    ("consultation.order", OPEN, C.decided(1, "appeal-granted")),
    ("consultation.order", OPEN, C.decided(3, "erasing", by="author")),
    ("consultation.order", [*OPEN, *C.erased(1)], C.decided(1, "redacted")),
    ("consultation.order", OPEN, C.decided(1, "erased", by="author", at=WAITED)),
    ("consultation.order", [*OPEN, C.erased(1)[0]], C.decided(1, "erased", by="author", at=ENDED)),
    ("consultation.order", [*OPEN, C.erased(1)[0]], C.decided(1, "erased", by="law", at=WAITED)),
    ("consultation.order", [*OPEN, C.erased(1)[0]], C.comment(1, "edit")),
    ("consultation.order", OPEN, C.decided(1, "erased", digest("court"), by="court")),
    ("consultation.order", [*OPEN, C.decided(1, "redacted")], C.decided(1, "erased", by="law", at=WAITED)),
    ("consultation.order", [*OPEN, C.decided(1, "redacted"), C.erased(1)[0]], C.decided(1, "appeal-granted")),
    ("consultation.order", OPEN, C.decided(1, "kept")),
    (
        "consultation.order",
        [*OPEN, C.erased(1)[0], C.closed(), C.reply(1, 2), C.report(1, 1), C.state("reported", ENDED)],
        C.decided(1, "kept"),
    ),
    ("consultation.order", [*OPEN, C.closed()], C.state("withdrawn", ENDED, supports=digest("others"))),
    ("consultation.order", OPEN, C.state("withdrawn", ENDED)),
    (
        "consultation.order",
        [*OPEN, C.decided(1, "redacted"), C.decided(1, "appeal-refused")],
        C.decided(1, "appeal-granted"),
    ),
    ("consultation.order", OPEN, C.reply(2, 1)),
    ("consultation.order", OPEN, C.reply(1, 1, supersedes=1)),
    ("consultation.order", [*OPEN, C.reply(1, 1), C.reply(2, 1, supersedes=1)], C.reply(3, 1, supersedes=1)),
    ("consultation.order", OPEN, C.report(2, 0)),
    ("consultation.signature", OPEN, FORGED),
    ("consultation.signature", OPEN, C.version(2, agency="finance")),
    ("consultation.late", OPEN, C.comment(3, day="2026-05-22")),
    ("consultation.late", OPEN, C.comment(3, day="2026-05-02")),
    ("consultation.late", OPEN, C.extended(LATER, AFTER)),
    ("consultation.late", [*OPEN, C.closed()], C.comment(3)),
    ("consultation.late", [*OPEN, C.closed(), C.reply(1, 1)], C.comment(1, "edit")),
    ("consultation.replies", OPEN, C.reply(1, 1, 2, 3)),
    ("consultation.replies", [*OPEN, C.reply(1, 1, 2)], C.reply(2, 1)),
    ("consultation.replies", OPEN, C.reply(1, 1, verdict="accepted", changed=2)),
    ("consultation.replies", [*OPEN, C.reply(1, 1)], C.reply(2, 2, supersedes=1)),
    ("consultation.count", [*OPEN, C.closed()], C.report(2, 1)),
    ("consultation.count", [*OPEN, C.closed()], C.report(1, 0)),
]


@pytest.mark.parametrize(("code", "before", "value"), REFUSED)
def test_what_does_not_fit_is_refused(code: str, before: list[Value], value: Value) -> None:
    if before:
        counted(before)
    with pytest.raises(VerificationError) as caught:
        counted([*before, value])
    assert caught.value.code == code


def test_a_cover_is_widened_and_each_decision_may_be_appealed() -> None:
    decided = ["redacted", "appeal-refused", "redacted", "appeal-granted"]
    found = counted([*OPEN, *(C.decided(1, what) for what in decided)])
    assert (found.comments[0][3], [what for what, *_ in found.comments[0][5]]) == ("published", decided)
    # An appeal may bring back what was covered before; one that comes while words wait to be destroyed saves them.
    again = [C.decided(1, "redacted"), C.decided(1, "redacted"), C.decided(1, "appeal-granted", left=digest("before"))]
    assert counted([*OPEN, *again]).comments[0][3] == "redacted"
    asked = [C.decided(1, "redacted"), C.erased(1, "law")[0]]
    assert counted([*OPEN, *asked, C.decided(1, "appeal-granted")]).comments[0][3] == "published"
    refused = [*asked, C.decided(1, "appeal-refused"), C.erased(1, "law")[1]]
    assert counted([*OPEN, *refused]).comments[0][3] == "erased"
    ordered = [C.decided(1, "redacted"), C.decided(1, "erased", digest("order"), by="court")]
    assert counted([*OPEN, *ordered]).gone == 1
    assert counted([*OPEN, C.decided(1, "redacted"), C.erased(1)[0], C.decided(1, "kept")]).shown["redacted"] == 1


def test_an_agency_signs_with_keys_that_are_handed_over() -> None:
    agencies = Agencies()
    for value in (C.key(), C.key(OTHER, AGENCY)):
        agencies.take(value)
    for wrong in (
        C.key(),
        C.key(bytes(range(4, 36)), AGENCY),
        C.key(AGENCY, OTHER),
        C.key(bytes(range(4, 36)), OTHER) | {"signature": C.key(OTHER, AGENCY)["signature"]},
    ):
        with pytest.raises(VerificationError) as caught:
            agencies.take(wrong)
        assert caught.value.code == "consultation.key"
    agencies.take(C.key(bytes(range(4, 36)), OTHER, handed=False))
    assert agencies.unhanded == {"digital": 1}
    replaced, later, next_day = C.version(1)["key"], "2026-05-04T05:02:00Z", "2026-05-05T05:00:01Z"
    agencies.use("digital", replaced, BEGUN, BEGUN)
    agencies.check()
    for at, now in ((later, later), (BEGUN, next_day)):  # who found an old key dates back what it signs
        with pytest.raises(VerificationError, match="replaced at") as caught:
            agencies.use("digital", replaced, at, now)
        assert caught.value.code == "consultation.key"
    agencies.use("digital", agencies.keys["digital"][-1], later, next_day)
    with serving(ServedSite()) as site:
        log = Log(site).add(*OPEN)  # and its key is not there
        alone = json.loads(run("egov-verify", "log", "--json", site.url).out)
        assert alone["failure"]["code"] == "consultation.key"
        log.add(C.key(), C.key(OTHER, AGENCY, handed=False))  # what is of one moment comes in any order
        answer = json.loads(run("egov-verify", "log", "--json", site.url).out)
        assert (answer["ok"], any("the one before has not signed" in one for one in answer["unknown"])) == (True, True)
        one = json.loads(run("egov-verify", "consultation", "--json", "--log", site.url, C.reference).out)
        assert (one["ok"], any("the one before has not signed" in told for told in one["unknown"])) == (True, True)


def test_whoever_adds_to_a_comment_while_it_is_closed_is_not_too_late() -> None:
    found = counted([*OPEN, C.closed(), C.comment(1, "edit", day="2026-05-20")])
    assert len(found.comments[0][4]) == 1


@given(st.sampled_from(HONEST), st.data())
def test_an_entry_that_says_less_or_something_else_is_none(value: Value, data: Any) -> None:
    name = data.draw(st.sampled_from(sorted(value.keys() - {"type", "version"})))
    strange = data.draw(st.sampled_from(["", "?", -1, True, [], {}]))
    for changed in ({**value, name: strange}, {**value, "more": None}, {n: v for n, v in value.items() if n != name}):
        if changed == value:
            continue
        with pytest.raises(VerificationError):
            entries.read(entry.dump(changed))


def test_the_log_command_counts_them_and_remembers() -> None:
    with serving(ServedSite()) as site:
        log = Log(site).add(*HONEST[:7])
        first = run("egov-verify", "log", "--json", site.url)
        assert first.status == 0, first.out
        log.add(*HONEST[7:])
        answer = json.loads(run("egov-verify", "log", "--json", site.url).out)
        told = run("egov-verify", "log", site.url)
        log.add(C.comment(4))
        late = json.loads(run("egov-verify", "log", "--json", site.url).out)
    (found,) = answer["consultations"]
    assert (found["comments"], found["replied"], found["state"]) == (3, 2, "reported")
    assert {"name": "comments", "ok": True, "count": 3} in answer["checks"]
    line = "Consultation C-2026-0007: reported, 2 versions, 3 comments, 2 replied to, 1 covered, 1 erased"
    assert (told.status, line in told.out) == (0, True)
    assert late["failure"]["code"] == "consultation.late"
    assert late["checks"][-1] == {"name": "consultations", "ok": False, "count": None}
