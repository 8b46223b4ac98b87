"""Petitions recounted: honest ones add up, and what a platform or a registrar may try is noticed, and where."""

from __future__ import annotations

import sqlite3
from collections import Counter
from typing import Any

import pytest
from crypto.tests.petitions import CLOSED, VALUES, Petition, Register, iin, signed
from crypto.tests.served import digest
from crypto.tests.strategies import FEW
from hypothesis import given
from hypothesis import strategies as st

from egov_crypto import audit, entries, entry, petition, vrf
from egov_crypto.cli import log_register
from egov_crypto.errors import VerificationError
from egov_crypto.petition import PetitionCount, Petitions, counted_at

Values = list[dict[str, Any]]
P = Petition()
OTHER_KEY = bytes(range(1, 33))


def recounted(values: Values) -> Petitions:
    petitions = Petitions(Register())
    for index, value in enumerate(values):
        petitions.take(index, *entries.read(entry.dump(value))[:1])
    return petitions


def count(values: Values) -> PetitionCount:
    return recounted(values).counts[P.reference]


def refused(values: Values) -> str:
    """The code; everything but the last entry holds."""
    recounted(values[:-1])
    with pytest.raises(VerificationError) as caught:
        recounted(values)
    return caught.value.code


def test_of_each_pseudonym_the_last_act_counts_and_paper_stands_apart() -> None:
    found = count(
        [
            *P.opened(),
            *P.attest(1, 2, 3),
            *P.attest(4, region="KZ-10", day="2026-03-06"),
            P.act("paper", 5),
            P.act("withdraw", 1, day="2026-03-09"),
            P.office("invalidate", 2),
            P.office("invalidate", 3),
            P.office("reinstate", 3),
            P.act("withdraw", 4),
            *P.attest(4, region="KZ-75", day="2026-03-20"),
            P.act("paper", 6),
            P.office("invalidate", 6, code="forged-paper"),
        ]
    )

    assert (found.electronic, found.paper, found.withdrawn, found.invalid, found.attested) == (2, 1, 1, 2, 6)
    assert found.regions == {"KZ-75": 2}
    assert found.days == {"2026-03-05": 1, "2026-03-20": 1}
    assert (found.key, found.keyed, found.document) == (P.key.hex(), P.document, P.document)


def test_what_was_invalidated_does_not_count_whatever_comes_after_it_but_that_it_is_reinstated() -> None:
    early = [*P.opened(), P.office("invalidate", 1), *P.attest(1)]
    again = [*P.opened(), *P.attest(1), P.office("invalidate", 1), P.act("withdraw", 1), *P.attest(1)]
    for values in (early, again):
        assert (count(values).electronic, count(values).invalid) == (0, 1)
        assert count([*values, P.office("reinstate", 1)]).electronic == 1


def test_a_petition_goes_its_way() -> None:
    values = [P.state("review"), P.state("collecting"), P.keyed(), P.state("open"), *P.attest(1)]
    found = count([*values, REACHED, P.state("closed", CLOSED), ANSWERED])

    assert (found.state, found.ended_at) == ("closed", CLOSED)
    assert found.thresholds == {"government": [1, 1, CLOSED, 0, 1]}
    assert found.answers == [["answer", "answered", CLOSED, digest("answer")]]


def test_those_that_waited_when_it_closed_may_come_after_it() -> None:
    found = count(
        [*P.opened(), *P.attest(1), P.state("closed", CLOSED), *P.attest(2, day="2026-09-02"), P.act("withdraw", 1)]
    )
    assert (found.electronic, found.late) == (1, 0)


def test_what_was_entered_long_after_the_end_is_told_and_refused_after_a_day() -> None:
    """By what stands before it and says when it is of: the day in an attestation is what the registrar writes."""
    closed, late = [*P.opened(), P.state("closed", CLOSED)], P.act("attest", 2, day="2026-09-02")
    other = Petition("P-2026-0043")
    found = count([*closed, other.state("review", "2026-09-02T12:00:00Z"), late])
    assert (found.electronic, found.late, found.late_at) == (1, 1, "2026-09-02T12:00:00Z")
    assert refused([*closed, other.state("review", "2026-09-03T09:00:01Z"), late]) == "petition.late"
    still_open = [*P.opened(), other.state("review", "2026-09-03T09:00:01Z"), late]
    assert refused(still_open) == "petition.late"  # nobody entered that it is closed


def test_a_platform_that_stood_still_when_a_petition_ended_enters_what_waited() -> None:
    other = Petition("P-2026-0043").state("review", "2026-09-09T09:00:00Z")
    found = count([*P.opened(), other, P.state("closed", CLOSED), *P.attest(1, day="2026-09-02")])
    assert (found.electronic, found.late, found.ended_at) == (1, 0, CLOSED)


def test_a_petition_is_not_closed_before_its_time() -> None:
    assert refused([*P.opened(), P.state("closed", "2026-06-02T09:00:00Z")]) == "petition.order"
    assert count([*P.opened(), P.state("stopped", "2026-06-02T09:00:00Z")]).state == "stopped"


REACHED = P.about("petition.threshold", at=CLOSED, tier="government", needed=1, count=1)
ANSWERED = P.about(
    "petition.answer",
    at=CLOSED,
    kind="answer",
    to="answered",
    document=digest("answer"),
    approvals=2,
    approved=digest("approved"),
)
ORDER = {
    "before it was opened": [P.keyed(), P.state("review"), *P.attest(1)],
    "before the key": [P.state("review"), P.state("open"), *P.attest(1)],
    "the key after the first": [*P.opened(), *P.attest(1), P.keyed()],
    "another key": [*P.opened(), P.keyed(key=vrf.public(OTHER_KEY).hex())],
    "a withdrawal of nothing": [*P.opened(), P.act("withdraw", 1)],
    "a withdrawal twice": [*P.opened(), *P.attest(1), P.act("withdraw", 1), P.act("withdraw", 1)],
    "an invalidation twice": [*P.opened(), *P.attest(1), P.office("invalidate", 1), P.office("invalidate", 1)],
    "reinstated what is valid": [*P.opened(), *P.attest(1), P.office("reinstate", 1)],
    "opened twice": [*P.opened(), P.state("open")],
    "opened after its end": [*P.opened(), P.state("closed", CLOSED), P.state("open")],
    "an answer too early": [P.state("review"), ANSWERED],
    "a threshold twice": [*P.opened(), REACHED, REACHED],
    "a threshold too early": [P.state("review"), REACHED],
}


@pytest.mark.parametrize("values", ORDER.values(), ids=ORDER.keys())
def test_what_stands_out_of_order_is_refused(values: Values) -> None:
    assert refused(values) == "petition.order"


# -- attacks ---------------------------------------------------------------------------------------------------------


def test_a_person_who_is_attested_twice_is_noticed() -> None:
    assert refused([*P.opened(), *P.attest(1), *P.attest(2), *P.attest(1, day="2026-03-07")]) == "petition.double"
    assert refused([*P.opened(), *P.attest(1), P.act("paper", 1)]) == "petition.double"
    assert refused([*P.opened(), *P.attest(1), P.office("invalidate", 1), *P.attest(1)]) == "petition.double"


def test_an_attestation_with_another_key_is_noticed() -> None:
    forged = Petition(registrar=OTHER_KEY).act("attest", 1)
    assert refused([*P.opened(), forged]) == "petition.signature"


@pytest.mark.parametrize(
    "member", [{"region": "KZ-10"}, {"day": "2026-03-06"}, {"act": "paper"}, {"pseudonym": "ab" * 64}]
)
def test_an_attestation_that_was_changed_is_noticed(member: dict[str, Any]) -> None:
    assert refused([*P.opened(), {**P.act("attest", 1), **member}]) == "petition.signature"


def test_an_attestation_is_of_one_petition() -> None:
    other = Petition("P-2026-0043")
    moved = {**other.act("attest", 1), "petition": P.reference}
    assert refused([*P.opened(), *other.opened(), moved]) == "petition.signature"


def test_another_registrar_in_another_petition_is_noticed() -> None:
    """A platform that makes a registrar up, for one petition."""
    assert refused([*P.opened(), Petition("P-2026-0043", OTHER_KEY).keyed()]) == "petition.signer"


def test_a_registrars_part_that_it_has_not_signed_is_noticed() -> None:
    assert refused([P.state("review"), {**P.keyed(), "min_age": 0}]) == "petition.signature"
    weak = signed({**{k: v for k, v in P.keyed().items() if k != "signature"}, "key": "01" + "00" * 31})
    assert refused([P.state("review"), weak]) == "vrf.key"


def test_an_attestation_of_after_the_end_is_noticed() -> None:
    assert refused([*P.opened(), P.state("closed", CLOSED), *P.attest(1, day="2026-09-04")]) == "petition.late"
    assert refused([*P.opened(), P.state("hidden", CLOSED), P.act("paper", 1, day="2026-12-01")]) == "petition.late"
    assert refused([*P.opened(), *P.attest(1, day="2026-02-28")]) == "petition.late"


def test_a_text_that_was_changed_under_the_signers_is_noticed() -> None:
    closed = P.state("closed", CLOSED)
    for ends in ([closed], [closed, P.state("hidden", CLOSED)], [P.state("hidden", CLOSED)]):
        for again in (P.state("review", document=digest("another text")), P.state("open", rules=digest("others"))):
            assert refused([*P.opened(), *P.attest(1), *ends, again]) == "petition.order"
    appealed = [P.state("review"), P.state("rejected"), P.state("review"), P.keyed(), P.state("open")]
    assert count(appealed).state == "open"


def test_what_moderators_ended_goes_back_to_where_it_was_and_nowhere_else() -> None:
    before = [*P.opened(), *P.attest(1)]
    for to in ("hidden", "stopped", "merged"):
        ended = [*before, P.state(to, "2026-04-01T04:00:00Z")]
        again = count([*ended, P.state("open", "2026-04-09T04:00:00Z"), *P.attest(2, day="2026-04-10")])
        assert (again.state, again.opened_at, again.ended_at, again.electronic) == (
            "open",
            count(before).opened_at,
            "",
            2,
        )
        for changed in (
            {"document": digest("other")},
            {"rules": digest("other")},
            {"closes_at": "2027-03-02T19:00:00Z"},
        ):
            assert refused([*ended, P.state("open", "2026-04-09T04:00:00Z", **changed)]) == "petition.order"
        assert refused([*ended, P.state("closed", "2026-04-09T04:00:00Z")]) == "petition.order"
        assert count([*ended, P.state("closed", CLOSED)]).state == "closed"
        for elsewhere in ("review", "collecting", "rejected", "withdrawn"):
            assert refused([*ended, P.state(elsewhere, CLOSED)]) == "petition.order"
    twice = [*P.opened(), P.state("closed", CLOSED), P.state("stopped", CLOSED), P.state("hidden", CLOSED)]
    assert refused([*twice, P.state("closed", CLOSED)]) == "petition.order"
    assert count([*twice, P.state("stopped", CLOSED), P.state("closed", CLOSED)]).ended_from == []
    assert refused([*twice, P.state("open", "2026-08-09T04:00:00Z")]) == "petition.order"
    unseen = [P.state("review"), P.state("hidden"), P.state("review", document=digest("another text"))]
    assert count(unseen).state == "review"
    for first in ([], [P.state("review"), P.state("rejected")]):  # what nobody ended is not taken back
        assert refused([*first, P.state("open")]) == "petition.order"


def test_an_invalidation_that_is_not_logged_leaves_the_signature_counted() -> None:
    """So that a page which leaves it out shows fewer than the log adds up to (`test_petition_command`)."""
    assert count([*P.opened(), *P.attest(1, 2)]).electronic == 2
    assert count([*P.opened(), *P.attest(1, 2), P.office("invalidate", 1)]).electronic == 1


def test_a_region_that_a_petition_was_not_opened_with_is_refused() -> None:
    """Who lives in a small territory counts with the others, and a minimum in each of some regions is of these."""
    for region in ("KZ-62", "KZ-71"):  # the one counts as another, the other was not named
        assert refused([*P.opened(), *P.attest(1, region=region)]) == "petition.region"
        assert refused([*P.opened(), *P.attest(1), P.act("withdraw", 1, region=region)]) == "petition.region"
    assert count([*P.opened(), *P.attest(1, region="other")]).regions == {"other": 1}
    changed = P.keyed() | {"regions": {"KZ-71": "KZ-71"}}
    assert refused([P.state("review"), changed]) == "petition.signature"


def test_no_petition_takes_more_room_than_there_are_regions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(petition, "MAX_KINDS", 2)
    few = [P.act("attest", number, region=region) for number, region in enumerate(("KZ-10", "KZ-61", "KZ-75"))]
    assert refused([*P.opened(), *few]) == "petition.order"
    monkeypatch.setattr(petition, "MAX_ACTS", 1)
    reached = [P.about("petition.threshold", at=CLOSED, tier=tier, needed=1, count=1) for tier in ("one", "other")]
    assert refused([*P.opened(), *reached]) == "petition.order"


# -- properties ------------------------------------------------------------------------------------------------------

ACTS = ("attest", "paper", "withdraw", "invalidate", "reinstate")


@FEW
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 3), st.sampled_from(["KZ-10", "KZ-75"])), max_size=25))
def test_the_count_is_what_the_last_acts_add_up_to_at_any_place(acts: list[tuple[str, int, str]]) -> None:
    """Against a model that keeps nothing but each person's allowed acts; in memory and in SQLite."""
    base = sqlite3.connect(":memory:", isolation_level=None)
    for table in log_register.TABLES:
        base.execute(table)
    table_register = log_register.SignatureTable(base, lambda: None)
    petitions, register = Petitions(table_register), Register()
    in_memory = Petitions(register)
    for index, value in enumerate(P.opened()):
        petitions.take(index, value)
        in_memory.take(index, value)
    model: dict[int, tuple[str, bool, str]] = {}
    expected: dict[int, list[tuple[str, bool, str]]] = {}
    size = 3
    for act, person, region in acts:
        done, invalid, where = model.get(person, ("", False, ""))
        stands, office = done in {"attest", "paper"}, act in {"invalidate", "reinstate"}
        if invalid is (act == "invalidate") if office else stands is (act != "withdraw"):
            continue
        value = P.office(act, person) if office else P.act(act, person, region=region)
        petitions.take(size, value)
        in_memory.take(size, value)
        if office:
            model[person] = done, act == "invalidate", where
        else:
            model[person] = act, invalid, where if act == "withdraw" else region
        size += 1
        expected[size] = list(model.values())
    for at, counts in expected.items():
        for found in (counted_at(table_register, P.reference, at), counted_at(register, P.reference, at)):
            counting = [(done, region) for done, invalid, region in counts if not invalid]
            regions = Counter(region for done, region in counting if done == "attest")
            assert (found.regions, found.electronic) == (regions, regions.total())
            assert found.paper == sum(done == "paper" for done, _ in counting)
    if expected:
        live, last = petitions.counts[P.reference], counted_at(table_register, P.reference, size)
        assert live == in_memory.counts[P.reference]
        names = ("electronic", "paper", "withdrawn", "invalid", "regions", "days")
        assert all(getattr(live, name) == getattr(last, name) for name in names)
    base.close()


def test_no_more_waits_in_memory_than_is_handed_over_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_register, "_AT_ONCE", 4)
    base = sqlite3.connect(":memory:", isolation_level=None)
    for table in log_register.TABLES:
        base.execute(table)
    petitions = Petitions(log_register.SignatureTable(base, lambda: None))
    held = []
    for index, value in enumerate([*P.opened(), *P.attest(*range(20)), *(P.act("withdraw", one) for one in range(9))]):
        petitions.take(index, value)
        (there,) = base.execute("SELECT count(*) FROM signature").fetchone()
        held.append(index - 2 - there)

    assert max(held) == 3
    assert petitions.counts[P.reference].electronic == 11
    with pytest.raises(VerificationError, match=r"petition\.double"):  # also of one that was handed over long ago
        petitions.take(99, P.act("attest", 15))
    base.close()


# -- audits ----------------------------------------------------------------------------------------------------------


def audited() -> Values:
    values = [*P.opened(), *P.attest(*range(6)), P.act("withdraw", 0), P.act("paper", 9)]
    return [*values, P.audited("committed"), *P.attest(7), P.audited("revealed", len(values), 5)]


def test_an_audit_is_drawn_from_those_who_counted_when_it_was_committed_to() -> None:
    petitions = recounted([*audited(), P.audited("reported", counted=5)])
    found = petitions.counts[P.reference]
    ((name, of),) = found.audits.items()

    drawn = petition.sample(petitions.register, P.reference, found, name)

    assert (of["index"], of["counted"], of["report"]["opened"]) == (11, 5, 3)
    assert len(drawn) == 3
    assert set(drawn) <= {P.pseudonym(person) for person in range(1, 6)}
    assert drawn == audit.draw(audit.seed(P.reference, VALUES), [P.pseudonym(person) for person in (5, 3, 1, 4, 2)], 3)


@pytest.mark.parametrize(
    ("last", "code"),
    [
        (P.audited("committed"), "audit.order"),
        (P.audited("revealed", 11, 5), "audit.order"),
        (P.audited("committed", audit="ab" * 32), "audit.commitment"),
        (P.audited("revealed", 11, 5, audit="ab" * 32), "audit.order"),
        (P.audited("reported", counted=5, audit="ab" * 32), "audit.order"),
        (P.audited("reported", counted=2), "audit.count"),
    ],
)
def test_a_step_of_an_audit_that_does_not_follow_is_refused(last: dict[str, Any], code: str) -> None:
    assert refused([*audited(), last]) == code


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"size": 12}, "audit.count"),
        ({"counted": 6}, "audit.count"),
        ({"reveals": [value.hex() for value in reversed(VALUES)]}, "audit.commitment"),
        ({"reveals": [value.hex() for value in VALUES[:2]]}, "audit.commitment"),
    ],
)
def test_what_is_revealed_is_what_was_committed_to(changed: dict[str, Any], code: str) -> None:
    *before, last = audited()
    if changed.get("reveals") == last["reveals"]:
        changed = {"reveals": last["reveals"][::-1]}
    assert refused([*before, last | changed]) == code


def test_no_audit_is_begun_while_another_waits_and_none_is_revealed_late() -> None:
    """Who holds a value back could else choose between several samples, at any time."""
    place = len(P.opened()) + 3
    begun = [*P.opened(), *P.attest(1, 2, 3), P.audited("committed")]
    others = sorted(audit.commitment(P.reference, value) for value in (b"x" * 32, b"y" * 32))
    another = {"audit": audit.identifier(P.reference, others), "commitments": others}
    assert refused([*begun, P.audited("committed", **another)]) == "audit.order"
    assert refused([*begun, P.audited("committed", at="2026-03-06T09:00:00Z", **another)]) == "audit.order"
    assert len(count([*begun, P.audited("committed", at="2026-03-06T09:00:01Z", **another)]).audits) == 2
    revealed = P.audited("revealed", place, 3)
    assert len(count([*begun, revealed, P.audited("committed", **another)]).audits) == 2
    assert refused([*begun, revealed | {"at": "2026-03-06T09:00:01Z"}]) == "audit.order"


def test_an_audit_comes_after_the_registrars_part() -> None:
    assert refused([P.state("review"), P.audited("committed")]) == "audit.order"


def test_a_person_has_one_pseudonym_in_a_petition_and_another_one_in_the_next() -> None:
    other = Petition("P-2026-0043")
    proof = vrf.prove(P.secret, petition.alpha(P.reference, iin(1)))

    assert vrf.verify(P.key, petition.alpha(P.reference, iin(1)), proof) == P.pseudonym(1)
    assert len({P.pseudonym(1), P.pseudonym(2), other.pseudonym(1)}) == 3
