"""What follows from a petition's rules, and what a site says that does not."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from typing import Any

import pytest
from crypto.tests.petitions import CLOSED, DUE, OPENED, RULES, THRESHOLD, threshold

from egov_crypto.cli.petition_periods import Calendar, Period
from egov_crypto.cli.petition_terms import PetitionTerms
from egov_crypto.errors import VerificationError
from egov_crypto.petition import PetitionCount

REACHED = {"government": [5, 5, OPENED, 0, 5]}
BANDS = [
    {"over": 0, "needed": None, "percent": "5"},
    {"over": 50_000, "needed": 2500, "percent": None},
]


def counted(rules: dict[str, Any], **told: Any) -> tuple[PetitionTerms, PetitionCount]:
    raw = json.dumps(RULES | rules).encode()
    fixed: dict[str, Any] = {"opened_at": OPENED, "closes_at": CLOSED, "rules": hashlib.sha256(raw).hexdigest()}
    count = PetitionCount(**fixed | told)
    return PetitionTerms(raw, count), count


def said(*thresholds: dict[str, Any], **told: Any) -> dict[str, Any]:
    fixed = {"territory": "", "thresholds": thresholds, "outcomes": [], "answer_state": "none", "debate_state": "none"}
    return {**fixed, "answer_due_on": None, **told}


def refused(terms: tuple[PetitionTerms, PetitionCount], site: dict[str, Any]) -> str:
    with pytest.raises(VerificationError) as caught:
        terms[0].check(site, terms[1])
    assert caught.value.code == "petition.timeline"
    return caught.value.detail


def needing(**rule: Any) -> dict[str, Any]:
    return {"thresholds": [{**THRESHOLD, "code": "akimat", "answer_due": None, **rule}]}


@pytest.mark.parametrize(
    ("rule", "territory", "people", "needed"),
    [
        ({"scope": "region", "percent": "1"}, "KZ-62", 195_001, 1951),
        ({"scope": "region", "percent": "0.125"}, "KZ-62", 800, 1),
        ({"scope": "region", "percent": "0.1"}, "KZ-62", 30, 1),
        ({"scope": "district", "bands": BANDS}, "103200000", 50_000, 2500),
        ({"scope": "district", "bands": BANDS}, "103200000", 14_054, 703),
        ({"scope": "city-district", "bands": BANDS}, "751110000", 900_000, 2500),
    ],
)
def test_a_percentage_is_of_the_residents_in_the_rules(
    rule: dict[str, Any], territory: str, people: int, needed: int
) -> None:
    terms = counted({**needing(**rule), "residents": {territory: people}})
    right = threshold(code="akimat", count=needed)
    assert terms[0].check(said(right, territory=territory), terms[1]) > 1
    for wrong in ((threshold(code="akimat", count=needed - 1),), (threshold(code="akimat", count=needed + 1),), ()):
        assert "thresholds" in refused(terms, said(*wrong, territory=territory))


def test_where_nobody_knows_how_many_live_there_the_most_is_told_or_nothing() -> None:
    terms = counted(needing(scope="district", bands=BANDS))
    assert terms[0].check(said(threshold(code="akimat", count=2500, at_most=True), territory="103200000"), terms[1])
    assert refused(terms, said(threshold(code="akimat", count=2500), territory="103200000"))
    terms = counted(needing(scope="region", percent="1"))
    assert terms[0].check(said(territory="KZ-62"), terms[1])
    assert refused(terms, said(threshold(code="akimat", count=5), territory="KZ-62"))


def test_what_was_entered_is_what_the_rules_need() -> None:
    low = counted({}, thresholds={"government": [4, 4, OPENED, 0, 4]})
    reached = threshold(OPENED)
    assert "threshold government" in refused(low, said(reached, answer_state="awaited", answer_due_on=DUE))
    other = counted({}, thresholds={"president": [4, 4, OPENED, 0, 4]})
    assert "threshold president" in refused(other, said(threshold()))


def test_an_answer_is_owed_by_the_day_that_the_rules_give() -> None:
    terms = counted({}, thresholds=REACHED)
    awaited = {"answer_state": "awaited", "answer_due_on": DUE}
    assert terms[0].check(said(threshold(OPENED), **awaited), terms[1])
    for late in ("2026-04-29", "2026-05-28", None):
        site = said(threshold(OPENED, answer_due_on=late), **awaited | {"answer_due_on": late})
        assert "government: answer_due_on" in refused(terms, site)
    assert "answer_due_on" in refused(terms, said(threshold(OPENED), **awaited | {"answer_due_on": "2026-04-20"}))
    assert "done_at" in refused(terms, said(threshold(OPENED, done_at=CLOSED), **awaited | {"answer_due_on": None}))


def test_it_is_done_by_the_outcome_that_names_it_and_by_no_other() -> None:
    answers = [["answer", "answered", CLOSED, "ab" * 32]]
    terms = counted({}, thresholds=REACHED, answers=answers)
    answer = {"kind": "answer", "to": "answered", "at": CLOSED, "tiers": ["government"]}
    done = said(threshold(OPENED, done_at=CLOSED), outcomes=[answer], answer_state="answered")
    assert terms[0].check(done, terms[1])
    for other in ({**answer, "tiers": []}, {**answer, "kind": "update"}):
        assert "done_at" in refused(terms, {**done, "outcomes": [other]})


def test_a_debate_that_was_told_of_before_is_owed_no_more() -> None:
    debate = {"kind": "debate", "to": "refused", "at": OPENED, "tiers": []}
    rules = {"thresholds": [{**THRESHOLD, "code": "government", "needed": 5, "action": "debate", "answer_due": None}]}
    terms = counted(rules, thresholds=REACHED, answers=[["debate", "refused", OPENED, "ab" * 32]])
    at_once = threshold(OPENED, answer_due_on=None, done_at=OPENED)
    site = said(at_once, outcomes=[debate], debate_state="refused")
    assert terms[0].check(site, terms[1])
    later = {**debate, "at": CLOSED}
    assert "done_at" in refused(terms, {**site, "outcomes": [later]})


def test_a_threshold_needs_its_minimum_in_enough_territories() -> None:
    per = {"count": 2, "minimum": {"KZ-10": 2, "KZ-75": 2, "KZ-61": 2}}
    rules = {"thresholds": [{**THRESHOLD, "code": "government", "needed": 5, "answer_due": None, "per_territory": per}]}
    now = datetime.fromisoformat(CLOSED)
    for where, enough in (({"KZ-10": 2, "KZ-75": 3}, True), ({"KZ-10": 1, "KZ-75": 4, "other": 9}, False)):
        terms, count = counted(rules, thresholds=REACHED, signed_in=where, regions=where, electronic=5)
        assert terms.reached("government", 5, count) is enough
        terms.check_territories(count, datetime.fromisoformat(OPENED))  # they may be on their way
        if enough:
            terms.check_territories(count, now)
        else:
            with pytest.raises(VerificationError, match="without enough signatures in enough territories"):
                terms.check_territories(count, now)
    paper = counted(rules, regions={"KZ-10": 1, "KZ-75": 3}, paper_regions={"KZ-10": 1}, electronic=4, paper=1)
    assert paper[0].reached("government", 5, paper[1])


def test_it_ends_when_its_time_of_collecting_does() -> None:
    working = {"collecting": "10 working days"}  # the 17th, for 8 March is kept on the 9th
    for closes, right in (
        ("2026-03-17T19:00:00Z", True),
        ("2026-03-18T19:00:00Z", False),
        ("2026-03-13T00:00:00Z", False),
    ):
        terms = counted(working, closes_at=closes)
        if right:
            assert terms[0].check(said(threshold()), terms[1])
        else:
            assert "the rules have 10 working days" in refused(terms, said(threshold()))


@pytest.mark.parametrize(
    "wrong",
    [
        {"collecting": "6 moons"},
        {"residents": {"KZ-62": "many"}},
        {"calendar": {**RULES["calendar"], "weekend": ["freitag"]}},
        {"calendar": {**RULES["calendar"], "off": ["30 August"]}},
        {"calendar": {}},
    ],
)
def test_rules_that_cannot_be_read(wrong: dict[str, Any]) -> None:
    with pytest.raises(VerificationError) as caught:
        counted(wrong)
    assert caught.value.code == "site.format"


def test_a_calendar_without_working_days_ends_nowhere() -> None:
    days = [
        {"day": f"{month:02}-{day:02}", "carried": False, "first_year": 1, "last_year": 9999}
        for month in range(1, 13)
        for day in range(1, 32)
    ]
    with pytest.raises(ValueError, match="without working days"):
        Period.parse("1 working day").end(
            date(2026, 3, 2), Calendar({**RULES["calendar"], "holidays": days, "worked": []})
        )


def test_days_of_the_whole_earth() -> None:
    calendar = Calendar(RULES["calendar"])
    assert Period.parse("1 year").ends("2024-02-29T12:00:00Z", calendar) == {date(2025, 2, 28), date(2025, 3, 1)}
