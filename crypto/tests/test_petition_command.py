"""What `egov-verify petition` says of an honest site, and of one that lies."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from crypto.tests.commands import run
from crypto.tests.petitions import CLOSED, OPENED, REGISTRAR, SALT, TEXTS, Petition, PetitionSite, committed
from crypto.tests.served import ServedSite, digest, serving

from egov_crypto.cli import log_state, petition_report
from egov_crypto.group import public_key
from egov_crypto.note import to_base64


@pytest.fixture
def platform() -> Iterator[PetitionSite]:
    with serving(ServedSite()) as site:
        yield PetitionSite(site)


def verified(platform: PetitionSite, *options: object) -> Any:
    done = run("egov-verify", "petition", "--json", platform.url, *options)
    assert (done.status, done.err) == (0, ""), done.out
    return json.loads(done.out)


def failure(platform: PetitionSite) -> tuple[str, str]:
    """Sentences and JSON agree on it."""
    done = run("egov-verify", "petition", "--json", platform.url)
    answer = json.loads(done.out)
    assert (done.status, answer["ok"], answer["checks"][-1]["ok"]) == (1, False, False)
    told = run("egov-verify", "petition", platform.url)
    assert told.status == 1
    assert f"It does not hold. {answer['failure']['code']}: {answer['failure']['message']}\n" in told.out
    return answer["failure"]["code"], answer["failure"]["message"]


def test_an_honest_petition_is_recounted(platform: PetitionSite) -> None:
    answer = verified(platform)

    assert answer["petition"]["verified"] == 3
    assert answer["petition"]["by_region"] == {"KZ-10": 1, "KZ-75": 2}
    assert answer["petition"]["by_day"] == {"2026-03-05": 3}
    assert (answer["petition"]["paper"], answer["petition"]["invalid"]) == (1, 1)
    assert answer["said"] == {
        "size": 9,
        "verified": 3,
        "paper": 1,
        "provisional": 4,
        "by_region": {"KZ-10": 1, "KZ-75": 2},
    }
    assert [(one["name"], one["count"]) for one in answer["checks"]][-2:] == [("signatures", 5), ("figures", 18)]
    told = run("egov-verify", "petition", f"{platform.url}/signature")
    assert told.status == 0
    assert "open since 2026-03-02T09:00:00Z: 3 signatures verified, 1 on paper, 1 invalidated\n" in told.out
    assert "Whether those whom the registrar attests are people who signed" in told.out
    key = to_base64(public_key(REGISTRAR)).rstrip("=")
    assert answer["petition"]["registrar"] == key
    assert f"ask others for it, and give it with --registrar {key}\n" in told.out
    assert answer["subject"]["registrar_first_use"]


def test_the_registrars_key_is_pinned(platform: PetitionSite) -> None:
    """Else an operator might run a registrar of its own from the first day on."""
    key, other = (to_base64(public_key(secret)).rstrip("=") for secret in (REGISTRAR, b"x" * 32))
    answer = verified(platform, "--registrar", key)
    assert not answer["subject"]["registrar_first_use"]
    assert not any("--registrar" in sentence for sentence in answer["unknown"])
    told = run("egov-verify", "petition", platform.url)
    assert "the registrar's key" in told.out
    assert "first use; ask" not in told.out  # the one that was remembered
    done = run("egov-verify", "petition", platform.url, "--registrar", other)
    assert (done.status, "petition.signer" in done.out) == (1, True)
    assert run("egov-verify", "petition", platform.url, "--registrar", "key").status == 2


def test_the_log_alone_is_enough(platform: PetitionSite) -> None:
    platform.publish(count_verified=1_000_000)  # is not asked for
    done = run("egov-verify", "petition", "--log", platform.site.url, "--json", "P-2026-0042")
    answer = json.loads(done.out)
    assert (done.status, answer["petition"]["verified"], answer["said"]) == (0, 3, None)
    gone = run("egov-verify", "petition", "--log", platform.site.url, "P-2026-0043")
    assert gone.status == 1
    assert "petition.missing" in gone.out


@pytest.mark.parametrize(
    "arguments", [("P-2026-0042",), ("http://127.0.0.1:1/kk/petitions",), ("--log", "http://127.0.0.1:1", "http://x/")]
)
def test_what_is_no_petition_is_said(arguments: tuple[str, ...]) -> None:
    assert run("egov-verify", "petition", *arguments).status == 2


def test_what_was_counted_by_fewer_entries_is_held_against_those(platform: PetitionSite) -> None:
    """The site counts a little later than it publishes; and an observer may have read on meanwhile."""
    said = json.loads(platform.site.files["/api/v1/petitions/P-2026-0042"])
    platform.log.add(*platform.petition.attest(6, 7, region="KZ-61"), platform.petition.act("withdraw", 1))
    platform.say(said)
    assert verified(platform)["petition"]["verified"] == 4
    assert verified(platform)["said"]["verified"] == 3
    platform.publish()
    assert verified(platform)["said"]["verified"] == 4


# -- attacks ---------------------------------------------------------------------------------------------------------


def test_a_count_on_the_page_that_is_too_high(platform: PetitionSite) -> None:
    platform.publish(count_verified=4)
    code, message = failure(platform)
    assert code == "petition.count"
    assert message.endswith("(count_verified: 4 there, 3 by 9 entries of the log)")


def test_a_signature_put_straight_into_the_database(platform: PetitionSite) -> None:
    """It counts on the page and in its region, and nobody has attested it."""
    regions = [{"territory": "KZ-75", "count": 3, "verified": 3}, {"territory": "KZ-10", "count": 1, "verified": 1}]
    platform.publish(count_verified=4, count_provisional=4, by_region=regions)
    assert failure(platform)[0] == "petition.count"


def test_signatures_moved_to_another_region(platform: PetitionSite) -> None:
    regions = [{"territory": "KZ-75", "count": 1, "verified": 1}, {"territory": "KZ-10", "count": 2, "verified": 2}]
    platform.publish(by_region=regions)
    assert "by_region" in failure(platform)[1]
    platform.publish(by_day=[{"day": "2026-03-05", "count": 2}, {"day": "2026-03-06", "count": 1}])
    assert "by_day" in failure(platform)[1]
    platform.publish(paper_verified=2)
    assert "paper_verified" in failure(platform)[1]


def test_an_invalidation_that_is_not_logged(platform: PetitionSite) -> None:
    """Somebody's signature is left out of the page without a public decision."""
    regions = [{"territory": "KZ-75", "count": 1, "verified": 1}, {"territory": "KZ-10", "count": 1, "verified": 1}]
    platform.publish(count_verified=2, count_provisional=2, by_region=regions)
    assert "count_verified: 2 there, 3 by" in failure(platform)[1]


def test_a_dropped_attestation(platform: PetitionSite) -> None:
    """By whoever holds the log's key: the history that was seen is another one."""
    verified(platform)
    entries = platform.log.entries
    platform.log.rewritten([*entries[:4], *entries[5:], entries[0]])
    platform.publish(checkpoint_size=9)
    assert failure(platform)[0] in {"log.differs", "consistency.proof"}


def test_an_attestation_that_was_left_out_from_the_start(platform: PetitionSite) -> None:
    """The page counts it. (What a signer whose attestation never comes can show is the promise.)"""
    platform.publish(count_verified=4, checkpoint_size=12)
    code, message = failure(platform)
    assert code == "petition.count"
    assert message.endswith("(at 12 entries; the log has 9)")


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (Petition().act("attest", 1, day="2026-03-08"), "petition.double"),
        (Petition(registrar=b"x" * 32).act("attest", 9), "petition.signature"),
        (Petition().act("attest", 9, day="2026-01-01"), "petition.late"),
    ],
)
def test_what_the_log_must_not_hold(platform: PetitionSite, entry: dict[str, Any], code: str) -> None:
    said = json.loads(platform.site.files["/api/v1/petitions/P-2026-0042"])
    platform.log.add(entry)
    platform.say(said)
    assert failure(platform)[0] == code
    assert code in run("egov-verify", "log", platform.site.url).out


def test_an_attestation_after_the_end(platform: PetitionSite) -> None:
    platform.log.add(platform.petition.state("closed", CLOSED), platform.petition.act("attest", 9, day="2026-10-01"))
    assert failure(platform)[0] == "petition.late"


# -- texts and states ------------------------------------------------------------------------------------------------


def test_a_text_that_was_changed_after_people_signed_it(platform: PetitionSite) -> None:
    platform.publish(texts={"kk": {**TEXTS["kk"], "ask": "Жаңасын салыңыздар"}})
    assert failure(platform)[0] == "petition.document"
    platform.publish(addressee="president")
    assert failure(platform)[0] == "petition.document"
    platform.publish(rules={"sha256": digest("other rules")})
    assert failure(platform)[0] == "petition.document"
    platform.publish(rules={"sha256": None})
    assert failure(platform)[0] == "petition.document"
    platform.publish(texts={})
    assert failure(platform)[0] == "petition.document"  # an open petition's is shown


def test_a_state_that_was_not_entered(platform: PetitionSite) -> None:
    for lie in (
        {"state": "closed"},
        {"opened_at": CLOSED},
        {"thresholds": [{"code": "government", "count": 1, "reached_at": OPENED}]},
        {"outcomes": [outcome()]},
    ):
        platform.publish(**lie)
        assert failure(platform)[0] == "petition.timeline"


def outcome(**changed: Any) -> dict[str, Any]:
    content = {"petition": "P-2026-0042", "kind": "answer", "to": "answered", "agency": "roads", "texts": TEXTS}
    document = {"salt": SALT.hex(), "hash": committed(b"petition.outcome", content)}
    return {"at": CLOSED, "agency_name": {"kk": "Жол"}, "document": document, **content, **changed}


def test_an_answer_is_the_one_that_was_entered(platform: PetitionSite) -> None:
    reached = platform.petition.about("petition.threshold", at=OPENED, tier="government", needed=5, count=5)
    told = {"at": CLOSED, "kind": "answer", "to": "answered", "document": outcome()["document"]["hash"]}
    answered = platform.petition.about("petition.answer", **told, approvals=2, approved=digest("approved"))
    platform.log.add(*platform.petition.attest(6), reached, answered)
    platform.publish(outcomes=[outcome()], answer_state="answered")
    assert verified(platform)["petition"]["thresholds"] == [
        {"tier": "government", "needed": 5, "count": 5, "at": OPENED}
    ]
    platform.publish(outcomes=[outcome(agency="justice")])
    assert failure(platform)[0] == "petition.document"


@pytest.mark.parametrize(
    "lie",
    [
        {"count_verified": True},
        {"count_verified": -1},
        {"by_region": [{"territory": "KZ-75", "verified": 1}] * 2},
        {"by_day": [{"day": "2026-03-05", "count": 3}] * 2},
        {"counted_at": "2026-03-05T10:00:00"},
        {"checkpoint_size": "9"},
        {"outcomes": None},
        {"document": {"salt": "00", "hash": ""}},
    ],
)
def test_what_is_not_written_as_it_must_be(platform: PetitionSite, lie: dict[str, Any]) -> None:
    platform.publish(**lie)
    assert failure(platform)[0] == "site.format"


def test_a_petition_that_the_site_does_not_give(platform: PetitionSite) -> None:
    del platform.site.files["/api/v1/petitions/P-2026-0042"]
    assert failure(platform)[0] == "petition.missing"
    platform.publish(reference="P-2026-0043")
    assert failure(platform)[0] == "petition.missing"


# -- doubts ----------------------------------------------------------------------------------------------------------


def ago(**time: int) -> str:
    return (datetime.now(UTC) - timedelta(**time)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture
def lately(platform: PetitionSite) -> PetitionSite:
    """With a petition that was opened some days ago, and closes in half a year."""
    opened, today = ago(days=6), ago(days=0)[:10]
    closes = ago(days=-176, hours=-12)  # half a year after it was opened, near enough
    petition = platform.petition = Petition("P-2026-0050")
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
    lately.publish(counted_at=ago(minutes=1), thresholds=[{"code": "government", "count": 5, "reached_at": at}])
    verified(lately)
    lately.publish(
        counted_at=ago(minutes=1),
        thresholds=[{"code": "government", "count": 5, "reached_at": at}],
        answer_state="none",
    )
    assert "answer_state" in failure(lately)[1]  # nobody is said to owe one


@pytest.mark.parametrize(
    "threshold",
    [
        {"code": "government", "count": 500_000, "reached_at": None},
        {"code": "akimat", "count": 5, "reached_at": None},
        {"code": "president", "count": 5, "reached_at": None},
    ],
)
def test_a_threshold_that_the_rules_do_not_have(platform: PetitionSite, threshold: dict[str, Any]) -> None:
    platform.publish(thresholds=[threshold])
    assert failure(platform)[0] == "petition.timeline"


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
        counted_at=ago(minutes=1), thresholds=[{"code": "government", "count": 5, "reached_at": reached["at"]}]
    )
    doubts = verified(lately)["unknown"]

    assert any("1 signature entered the log after the petition had ended" in doubt for doubt in doubts)
    assert any("begun and nothing revealed" in doubt for doubt in doubts)


def test_a_threshold_that_invented_signatures_reached(lately: PetitionSite) -> None:
    """They were never attested: whoever signed later does not stand for them."""
    at = ago(hours=3)
    lately.log.add(lately.petition.about("petition.threshold", at=at, tier="government", needed=5, count=6))
    lately.log.add(*lately.petition.attest(5, day=ago(days=0)[:10]))
    lately.publish(counted_at=ago(minutes=1), thresholds=[{"code": "government", "count": 5, "reached_at": at}])
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
    silent = platform.petition.audited("reported", counted=3, confirmed=1, unreached=2)
    platform.log.add(silent)
    platform.publish()
    answer = verified(platform)
    assert answer["petition"]["audits"][0]["detects"]["10"] == 0.0  # of three, none would be false
    assert "What the 2 of 3 would have said whom an audit did not reach." in answer["unknown"]


def test_an_audit_is_told(platform: PetitionSite) -> None:
    place = len(platform.log.entries)
    platform.log.add(platform.petition.audited("committed"), platform.petition.audited("revealed", place, 3))
    platform.log.add(platform.petition.audited("reported", counted=3, denied=1, confirmed=2))
    platform.publish()
    (found,) = verified(platform)["petition"]["audits"]

    assert (found["size"], found["counted"], found["sample"], found["denied"]) == (place, 3, 3, 1)
    told = run("egov-verify", "petition", platform.url).out
    assert f"3 of the 3 who counted by {place} entries" in told
    assert "2 confirmed to have signed, 1 denied it, 0 were not reached" in told
    assert "Why 1 of 3 people denied in an audit to have signed." in told
