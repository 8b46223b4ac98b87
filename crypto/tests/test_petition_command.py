"""What `egov-verify petition` says of an honest site, and of one that lies."""

from __future__ import annotations

import json
from typing import Any

import pytest
from crypto.tests.commands import run
from crypto.tests.petition_answers import failure as failure
from crypto.tests.petition_answers import platform as platform
from crypto.tests.petition_answers import verified as verified
from crypto.tests.petitions import CLOSED, OPENED, REGISTRAR, SALT, TEXTS, Petition, PetitionSite, committed, threshold
from crypto.tests.served import digest

from egov_crypto.group import public_key
from egov_crypto.note import to_base64


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
    assert [(one["name"], one["count"]) for one in answer["checks"]][-2:] == [("signatures", 5), ("figures", 22)]
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
    regions = [
        {"territory": "KZ-75", "count": 3, "verified": 3, "paper": 1},
        {"territory": "KZ-10", "count": 1, "verified": 1, "paper": 0},
    ]
    platform.publish(count_verified=4, count_provisional=4, by_region=regions)
    assert failure(platform)[0] == "petition.count"


def test_signatures_moved_to_another_region(platform: PetitionSite) -> None:
    regions = [
        {"territory": "KZ-75", "count": 1, "verified": 1, "paper": 1},
        {"territory": "KZ-10", "count": 2, "verified": 2, "paper": 0},
    ]
    platform.publish(by_region=regions)
    assert "by_region" in failure(platform)[1]
    platform.publish(
        by_day=[{"day": "2026-03-05", "count": 2, "paper": 1}, {"day": "2026-03-06", "count": 1, "paper": 0}]
    )
    assert "by_day" in failure(platform)[1]
    platform.publish(by_region=[{**one, "paper": 0} for one in platform.said["by_region"]])
    assert "on paper" in failure(platform)[1]
    platform.publish(paper_verified=2)
    assert "paper_verified" in failure(platform)[1]


def test_an_invalidation_that_is_not_logged(platform: PetitionSite) -> None:
    """Somebody's signature is left out of the page without a public decision."""
    regions = [
        {"territory": "KZ-75", "count": 1, "verified": 1, "paper": 1},
        {"territory": "KZ-10", "count": 1, "verified": 1, "paper": 0},
    ]
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
        {"thresholds": [threshold(OPENED)]},
        {"outcomes": [outcome()]},
    ):
        platform.publish(**lie)
        assert failure(platform)[0] == "petition.timeline"


def outcome(**changed: Any) -> dict[str, Any]:
    content = {"petition": "P-2026-0042", "kind": "answer", "to": "answered", "agency": "roads", "texts": TEXTS}
    content["tiers"] = ["government"]
    document = {"salt": SALT.hex(), "hash": committed(b"petition.outcome", content)}
    return {"at": CLOSED, "agency_name": {"kk": "Жол"}, "document": document, **content, **changed}


def test_an_answer_is_the_one_that_was_entered(platform: PetitionSite) -> None:
    reached = platform.petition.about("petition.threshold", at=OPENED, tier="government", needed=5, count=5)
    told = {"at": CLOSED, "kind": "answer", "to": "answered", "document": outcome()["document"]["hash"]}
    answered = platform.petition.about("petition.answer", **told, approvals=2, approved=digest("approved"))
    platform.log.add(*platform.petition.attest(6), reached, answered)
    done = {"thresholds": [threshold(OPENED, done_at=CLOSED)], "answer_due_on": None}
    platform.publish(outcomes=[outcome()], answer_state="answered", **done)
    assert verified(platform)["petition"]["thresholds"] == [
        {"tier": "government", "needed": 5, "count": 5, "at": OPENED}
    ]
    platform.publish(outcomes=[outcome(agency="justice")])
    assert failure(platform)[0] == "petition.document"
    platform.publish(outcomes=[outcome()], answer_state="answered")
    assert "government: done_at" in failure(platform)[1]


@pytest.mark.parametrize(
    "lie",
    [
        {"count_verified": True},
        {"count_verified": -1},
        {"by_region": [{"territory": "KZ-75", "verified": 1, "paper": 0}] * 2},
        {"by_day": [{"day": "2026-03-05", "count": 3, "paper": 0}] * 2},
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
