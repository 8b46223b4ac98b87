"""What `egov-verify petition` says of a petition that goes on: what is late, does not fit, or only looks strange."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from crypto.tests.commands import run
from crypto.tests.petition_answers import failure as failure
from crypto.tests.petition_answers import platform as platform
from crypto.tests.petition_answers import verified as verified
from crypto.tests.petitions import OPENED, RULES, TEXTS, Petition, PetitionSite, committed, threshold

from egov_crypto.cli import log_state, petition_report
from egov_crypto.cli.petition_periods import Calendar, Period


def ago(**time: int) -> str:
    return (datetime.now(UTC) - timedelta(**time)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture
def lately(platform: PetitionSite) -> PetitionSite:
    """With a petition that was opened some days ago, and closes in half a year."""
    return begun_lately(platform)


def begun_lately(platform: PetitionSite, rules: dict[str, Any] = RULES) -> PetitionSite:
    opened, today = ago(days=6), ago(days=0)[:10]
    closes = f"{Period.parse('6 months').end(date.fromisoformat(opened[:10]), Calendar(RULES['calendar']))}T19:00:00Z"
    petition = platform.petition = Petition("P-2026-0050")
    raw = platform.site.files[f"/api/v1/petitions/{petition.reference}/rules"] = json.dumps(rules).encode()
    petition.rules = hashlib.sha256(raw).hexdigest()
    document = {"addressee": "government", "petition": petition.reference, "territory": "", "texts": TEXTS}
    petition.document = committed(b"petition.text", document)
    entries = [petition.state("review", opened), petition.keyed(), petition.state("open", opened, closes_at=closes)]
    platform.log.add(*entries, *petition.attest(1, 2, 3, day=ago(days=4)[:10]), petition.act("paper", 4, day=today))
    platform.publish(counted_at=ago(minutes=1))
    return platform


def test_a_surplus_is_told_at_once(lately: PetitionSite) -> None:
    lately.publish(count_provisional=900, counted_at=ago(minutes=1))
    waiting = "Whether 897 signatures more, which the site counts provisionally, will be attested: within two hours."
    assert waiting in verified(lately)["unknown"]


def test_rows_that_replace_those_who_withdrew_are_a_surplus(lately: PetitionSite) -> None:
    """Three were attested, two stand no more, and the page counts three still."""
    lately.log.add(*(lately.petition.act("withdraw", one, day=ago(days=3)[:10]) for one in (1, 2)))
    lately.publish(count_provisional=3, counted_at=ago(minutes=1))
    assert any("2 signatures more" in doubt for doubt in verified(lately)["unknown"])
    lately.publish(count_provisional=3, counted_at=ago(hours=3))
    code, message = failure(lately)
    assert (code, "2 of 4 who have signed are not in the log" in message) == ("petition.count", True)


def test_a_surplus_that_lasts_is_no_doubt(lately: PetitionSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second run tells: of those who had signed then, nothing came."""
    lately.publish(count_provisional=5, counted_at=ago(minutes=1))
    verified(lately)
    monkeypatch.setattr("egov_crypto.cli.site_petition.BATCHES", timedelta(seconds=-1))
    monkeypatch.setattr("egov_crypto.cli.site_petition.check_surplus", lambda *_: None)  # which would tell it first
    lately.log.add(*lately.petition.attest(5, day=ago(days=0)[:10]))
    lately.publish(count_provisional=6, counted_at=ago(minutes=1))
    code, message = failure(lately)
    assert (code, "2 who had signed at" in message) == ("petition.count", True)
    lately.log.add(*lately.petition.attest(6, day=ago(days=0)[:10]))
    lately.publish(counted_at=ago(minutes=1))
    verified(lately)


def test_a_surplus_after_the_end(platform: PetitionSite) -> None:
    platform.log.add(platform.petition.state("stopped", ago(hours=3)))
    platform.publish(count_provisional=50)
    assert failure(platform)[0] == "petition.count"


@pytest.fixture
def another(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[], None]:
    """From then on, an observer asks who has not seen this log yet."""
    return lambda: monkeypatch.setenv(log_state.VARIABLE, str(tmp_path / "another"))


def test_a_count_that_is_hours_old(lately: PetitionSite, another: Callable[[], None]) -> None:
    """The site goes on to say what it counted before people withdrew; by so many entries it is right."""
    said = lately.said | {"counted_at": ago(minutes=1)}
    lately.log.add(lately.petition.act("withdraw", 1, day=ago(days=3)[:10]))
    lately.say(said | {"count_provisional": 2})
    verified(lately)  # it may be from this minute
    another()
    lately.log.add(Petition("P-2026-0051").state("review", ago(hours=4)))
    code, message = failure(lately)
    assert (code, "count_verified: 3 there, 2 by" in message) == ("petition.count", True)


def test_a_threshold_that_is_kept_back(lately: PetitionSite, another: Callable[[], None]) -> None:
    lately.log.add(*lately.petition.attest(5, day=ago(days=3)[:10]))
    lately.publish(counted_at=ago(minutes=1))
    verified(lately)  # it may have been reached at this moment
    another()
    lately.log.add(Petition("P-2026-0051").state("review", ago(hours=3)))
    lately.publish(counted_at=ago(minutes=1))
    code, message = failure(lately)
    assert (code, message.endswith("5 are needed, and it is not reached in the log)")) == ("petition.timeline", True)
    at = ago(minutes=5)
    lately.log.add(lately.petition.about("petition.threshold", at=at, tier="government", needed=5, count=5))
    reached = threshold(at)
    told = {"counted_at": ago(minutes=1), "thresholds": [reached], "answer_due_on": reached["answer_due_on"]}
    lately.publish(**told)
    verified(lately)
    lately.publish(**told, answer_state="none")
    assert "answer_state" in failure(lately)[1]  # nobody is said to owe one


@pytest.mark.parametrize(
    "other",
    [
        threshold(count=500_000),
        threshold(code="akimat"),
        threshold(code="president"),
        threshold(at_most=True),
    ],
)
def test_a_threshold_that_the_rules_do_not_have(platform: PetitionSite, other: dict[str, Any]) -> None:
    platform.publish(thresholds=[other])
    assert failure(platform)[0] == "petition.timeline"


def test_a_threshold_that_was_reached_in_too_few_territories(platform: PetitionSite) -> None:
    per = {"count": 2, "minimum": {"KZ-10": 1, "KZ-75": 3}}
    lately = begun_lately(
        platform, RULES | {"thresholds": [{**RULES["thresholds"][0], "needed": 4, "per_territory": per}]}
    )
    at = ago(hours=3)
    lately.log.add(lately.petition.about("petition.threshold", at=at, tier="government", needed=4, count=4))
    due = threshold(at)["answer_due_on"]
    told = {"counted_at": ago(minutes=1), "thresholds": [threshold(at, count=4)], "answer_due_on": due}
    lately.publish(**told)
    code, message = failure(lately)
    assert (code, "without enough signatures in enough territories" in message) == ("petition.timeline", True)
    lately.log.add(*lately.petition.attest(6, region="KZ-10", day=ago(days=1)[:10]))
    lately.publish(**told)
    verified(lately)


def test_rules_that_are_not_those_of_the_log(platform: PetitionSite) -> None:
    address = "/api/v1/petitions/P-2026-0042/rules"
    platform.site.files[address] = platform.site.files[address].replace(b"6 months", b"9 months")
    assert failure(platform)[0] == "petition.document"
    del platform.site.files[address]
    assert failure(platform)[0] == "petition.missing"


def test_an_end_that_the_rules_do_not_have(lately: PetitionSite) -> None:
    petition = lately.petition = Petition("P-2026-0051")
    petition.document = committed(
        b"petition.text",
        {"addressee": "government", "petition": petition.reference, "territory": "", "texts": TEXTS},
    )
    opened, closes = ago(days=6), ago(days=-80)
    lately.log.add(petition.state("review", opened), petition.state("open", opened, closes_at=closes))
    lately.publish(counted_at=None)
    code, message = failure(lately)
    assert (code, message.endswith("the rules have 6 months)")) == ("petition.timeline", True)


def test_a_reason_that_was_changed(platform: PetitionSite) -> None:
    salt = "ab" * 32
    entered = hashlib.sha256(b"petition.reason" + bytes.fromhex(salt) + b"No such body").hexdigest()
    platform.log.add(platform.petition.state("stopped", ago(minutes=5), reason=entered))
    told = {"kind": "state.stopped", "reason": "No such body", "salt": salt}
    platform.publish(timeline=[told])
    verified(platform)
    platform.publish(timeline=[told | {"reason": "The creator asked for it"}])
    assert failure(platform)[0] == "petition.document"


def test_what_is_strange_is_said(lately: PetitionSite) -> None:
    petition = lately.petition
    reached = petition.about("petition.threshold", at=ago(hours=10), tier="government", needed=5, count=5)
    committed_to = petition.audited("committed")
    stopped = petition.state("stopped", ago(hours=9))
    late = [Petition("P-2026-0051").state("review", ago(hours=4)), petition.act("attest", 8, day=ago(days=3)[:10])]
    lately.log.add(reached, committed_to, stopped, *late)
    lately.publish(
        counted_at=ago(minutes=1),
        thresholds=[threshold(reached["at"])],
        answer_due_on=threshold(reached["at"])["answer_due_on"],
    )
    doubts = verified(lately)["unknown"]

    assert any("1 signature entered the log after the petition had ended" in doubt for doubt in doubts)
    assert any("begun and nothing revealed" in doubt for doubt in doubts)


def test_a_threshold_that_invented_signatures_reached(lately: PetitionSite) -> None:
    """They were never attested: whoever signed later does not stand for them."""
    at = ago(hours=3)
    lately.log.add(lately.petition.about("petition.threshold", at=at, tier="government", needed=5, count=6))
    lately.log.add(*lately.petition.attest(5, day=ago(days=0)[:10]))
    lately.publish(counted_at=ago(minutes=1), thresholds=[threshold(at)], answer_due_on=threshold(at)["answer_due_on"])
    code, message = failure(lately)
    assert (code, message.endswith("2 of them were not in the log, and 1 were attested since)")) == (
        "petition.count",
        True,
    )
    told = run("egov-verify", "petition", "--log", lately.site.url, lately.petition.reference).out
    assert "Why 6 had signed when government was reached" in told


def test_an_audit_without_a_report_detects_nothing(platform: PetitionSite) -> None:
    place = len(platform.log.entries)
    platform.log.add(platform.petition.audited("committed"), platform.petition.audited("revealed", place, 3))
    platform.publish()
    counted = platform.counted
    (found,) = verified(platform)["petition"]["audits"]
    assert (found["reported"], found["detects"]) == (False, {})
    revealed = datetime.fromisoformat(OPENED)
    soon, later = revealed + timedelta(days=59), revealed + timedelta(days=61)
    assert not [doubt for doubt in petition_report.doubts(counted, soon) if "no report" in doubt]
    assert [doubt for doubt in petition_report.doubts(counted, later) if "no report came" in doubt]
    silent = platform.petition.audited("reported", counted=3, confirmed=1, unreached=2, asked=0)
    platform.log.add(silent)
    platform.publish()
    answer = verified(platform)
    assert answer["petition"]["audits"][0]["detects"]["10"] == 0.0  # of three, none would be false
    assert "What the 2 of 3 would have said whom an audit did not reach." in answer["unknown"]
    assert any("asked nobody besides" in sentence for sentence in answer["unknown"])


def test_an_audit_is_told(platform: PetitionSite) -> None:
    place = len(platform.log.entries)
    platform.log.add(platform.petition.audited("committed"), platform.petition.audited("revealed", place, 3))
    platform.log.add(platform.petition.audited("reported", counted=3, denied=1, confirmed=2))
    platform.publish()
    (found,) = verified(platform)["petition"]["audits"]

    assert (found["size"], found["counted"], found["sample"], found["denied"]) == (place, 3, 3, 1)
    told = run("egov-verify", "petition", platform.url).out
    assert f"3 of the 3 who counted by {place} entries" in told
    assert "2 confirmed to have signed, 1 denied it, 0 were not reached\n" in told
    assert "  1 of them told the auditors themselves, the others the registrar\n" in told
    assert "Why 1 of 3 people denied in an audit to have signed." in told
