"""What `egov-verify petition` says of an honest site, and of one that lies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from crypto.tests.commands import run
from crypto.tests.petitions import CLOSED, OPENED, REGISTRAR, SALT, TEXTS, Petition, PetitionSite, committed
from crypto.tests.served import ServedSite, digest, serving

from egov_crypto.cli import petition_report
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
    assert [(one["name"], one["count"]) for one in answer["checks"]][-2:] == [("signatures", 5), ("figures", 10)]
    told = run("egov-verify", "petition", f"{platform.url}/signature")
    assert told.status == 0
    assert "open since 2026-03-02T09:00:00Z: 3 signatures verified, 1 on paper, 1 invalidated\n" in told.out
    assert "Whether those whom the registrar attests are people who signed" in told.out
    key = to_base64(public_key(REGISTRAR)).rstrip("=")
    assert answer["petition"]["registrar"] == key
    assert f"Whether this is the registrar's key, which has signed all this: ask others for it, {key}\n" in told.out


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
    platform.publish(texts={}, document={"salt": None, "hash": platform.petition.document})
    verified(platform)  # taken down


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
    reached = platform.petition.about("petition.threshold", at=OPENED, tier="government", needed=1, count=4)
    told = {"at": CLOSED, "kind": "answer", "to": "answered", "document": outcome()["document"]["hash"]}
    answered = platform.petition.about("petition.answer", **told, approvals=2, approved=digest("approved"))
    platform.log.add(reached, answered)
    platform.publish(outcomes=[outcome()])
    assert verified(platform)["petition"]["thresholds"] == [
        {"tier": "government", "needed": 1, "count": 4, "at": OPENED}
    ]
    platform.publish(outcomes=[outcome(agency="justice")])
    assert failure(platform)[0] == "petition.document"


@pytest.mark.parametrize(
    "lie",
    [
        {"count_verified": True},
        {"count_verified": -1},
        {"by_region": [{"territory": "KZ-75", "verified": 1}] * 2},
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


def test_a_provisional_count_that_nothing_is_ever_attested_of(
    platform: PetitionSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.publish(count_provisional=900)
    waiting = "Whether 897 signatures more, which the site counts provisionally, will be attested: within two hours."
    assert waiting in verified(platform)["unknown"]
    monkeypatch.setattr(petition_report, "BATCHES", timedelta(0))
    monkeypatch.setattr("egov_crypto.cli.site_petition.BATCHES", timedelta(seconds=-1))
    assert [doubt for doubt in verified(platform)["unknown"] if "Why 901 had signed" in doubt]
    platform.publish()
    assert [doubt for doubt in verified(platform)["unknown"] if "Why 901 had signed" in doubt]  # and is not forgotten


def test_what_is_strange_is_said(platform: PetitionSite) -> None:
    reached = platform.petition.about("petition.threshold", at=OPENED, tier="government", needed=1, count=400)
    closed = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    late = platform.petition.act("attest", 8, day=closed[:10])
    committed_to = platform.petition.audited("committed")
    platform.log.add(reached, committed_to, platform.petition.state("closed", closed), late)
    platform.publish(count_provisional=50)
    doubts = verified(platform)["unknown"]

    assert f"Why 400 had signed when government was reached at {OPENED}: 6 were ever attested." in doubts
    assert any("attested after the petition had ended" in doubt for doubt in doubts)
    assert "Why the site counts 51, where 5 are attested since it ended." in doubts
    assert any("begun and nothing revealed" in doubt for doubt in doubts)


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
