"""What may not be entered."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.test_documented import EXAMPLES

from egov_crypto import entries, entry
from egov_crypto.errors import VerificationError
from egov_crypto.note import SigningKey, to_base64
from egov_participation.ledger import rules
from egov_participation.ledger.rules import EntryError

EVENT = {
    "type": "vote.event",
    "version": 1,
    "vote": "KMLMr96HM3M2nQ",
    "height": 17,
    "event": "Ballot",
    "hash": "1e" * 32,
}


def strings(value: Any, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """Where a value holds a text."""
    if isinstance(value, dict):
        return [found for name, inner in value.items() for found in strings(inner, (*path, name))]
    if isinstance(value, list):
        return [found for place, inner in enumerate(value) for found in strings(inner, (*path, place))]
    return [path] if isinstance(value, str) else []


def with_text(value: Any, path: tuple[Any, ...], text: str) -> Any:
    if not path:
        return text
    first, *rest = path
    if isinstance(value, list):
        return [with_text(inner, tuple(rest), text) if place == first else inner for place, inner in enumerate(value)]
    return {name: with_text(inner, tuple(rest), text) if name == first else inner for name, inner in value.items()}


PLACES = [(example, path) for example in EXAMPLES for path in strings(example)]


@pytest.mark.parametrize(
    "text",
    [
        "Айгүл Ахметова",
        "because the hall burnt down",
        "aigul@mail.example",
        "900101400003",
        "+7 701 123 45 67",
        "",
        "1e" * 32 + "\n",
        "1E" * 32,
    ],
)
def test_no_member_of_any_type_holds_a_name_an_address_a_number_of_a_person_or_free_text(text: str) -> None:
    for example, path in PLACES:
        with pytest.raises(EntryError):
            rules.parse(with_text(example, path, text))


@given(st.sampled_from(PLACES), st.text(alphabet=st.characters(categories=["L", "Zs"]), min_size=3))
def test_no_words_fit_anywhere(place: tuple[dict[str, Any], tuple[object, ...]], text: str) -> None:
    with pytest.raises(EntryError):
        rules.parse(with_text(*place, f"{text} {text}"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "vote.events"},
        {"version": 2},
        {"version": True},
        {"version": "1"},
        {"state": "open"},
        {"height": -1},
        {"height": 0},
        {"height": "17"},
        {"height": True},
        {"height": 17.0},
        {"height": 2**53},
        {"event": "Setup"},
        {"event": "Shuffled"},
        {"vote": "KMLMr96HM3M2n0"},
        {"hash": None},
        {"type": ["vote.event"]},
    ],
)
def test_an_event_is_as_its_type_says(wrong: dict[str, Any]) -> None:
    assert rules.parse(EVENT)
    with pytest.raises(EntryError):
        rules.parse(EVENT | wrong)


def test_a_refusal_does_not_quote_what_was_refused() -> None:
    with pytest.raises(EntryError) as caught:
        rules.parse(EVENT | {"hash": "Айгүл"})
    assert "hash" in str(caught.value)
    assert "Айгүл" not in str(caught.value)
    with pytest.raises(EntryError) as caught:
        rules.parse({"type": "vote.Айгүл", "version": 1})
    assert "Айгүл" not in str(caught.value)


@pytest.mark.parametrize(
    "time", ["2026-02-30T00:00:00Z", "2026-11-01T24:00:00Z", "2026-11-01T04:00:00.5Z", "2026-11-01"]
)
def test_a_time_is_one(time: str) -> None:
    opened = next(example for example in EXAMPLES if example.get("state") == "open")
    with pytest.raises(EntryError):
        rules.parse(opened | {"at": time})


def test_times_are_written_in_utc() -> None:
    moment = datetime(2026, 11, 1, 9, 0, 0, 999_999, timezone(timedelta(hours=5)))
    assert rules.time(moment) == "2026-11-01T04:00:00Z"
    assert rules.time(datetime(33, 1, 2, tzinfo=UTC)).endswith("-01-02T00:00:00Z")


def test_a_vote_is_set_up_by_two_or_by_a_command() -> None:
    setup = next(example for example in EXAMPLES if example.get("state") == "setup")
    assert rules.parse(setup | {"approvals": 0, "approved": None})
    for wrong in ({"approvals": 1}, {"approvals": 0}, {"approved": None}, {"approvals": 2, "approved": None}):
        with pytest.raises(EntryError):
            rules.parse(setup | wrong)


def test_files_are_sorted_each_once_and_within_the_site() -> None:
    release = next(example for example in EXAMPLES if example["type"] == "release.files")
    one, other = release["files"]
    for files in ([other, one], [one, one], [], [one | {"path": "/../etc/passwd"}], [one | {"path": "//host/x"}]):
        with pytest.raises(EntryError):
            rules.parse(release | {"files": files})
    most = [one | {"path": f"/{'a' * 190}/{place:03}"} for place in range(300)]
    with pytest.raises(EntryError):
        rules.parse(release | {"files": [*most, one | {"path": "/z"}]})


def test_an_entry_that_a_bundle_cannot_hold_is_refused() -> None:
    release = next(example for example in EXAMPLES if example["type"] == "release.files")
    files = [release["files"][0] | {"path": f"/{'a' * 190}/{place:03}"} for place in range(300)]
    with pytest.raises(EntryError, match="65535"):
        rules.written(rules.parse(release | {"files": files}))


def test_a_new_key_is_signed_by_the_old_one_over_both() -> None:
    old, new = (SigningKey.generate("vote.example.org/log") for _ in range(2))
    names = old.verifier_key.text, new.verifier_key.text
    signed = to_base64(old.sign(rules.key_text(*names)).raw)
    value = {"type": "log.key", "version": 1, "old": names[0], "new": names[1], "signature": signed}
    assert rules.parse(value)
    other = SigningKey.generate("other.example.org/log").verifier_key.text
    for wrong in (
        {"old": names[1], "new": names[0]},
        {"new": names[0]},
        {"new": other},
        {"signature": to_base64(new.sign(rules.key_text(*names)).raw)},
        {"signature": signed[:-1]},
        {"new": names[1].replace("+", "-")},
    ):
        with pytest.raises(EntryError):
            rules.parse(value | wrong)


def test_the_subject_of_an_event_is_its_vote() -> None:
    assert rules.parse(EVENT).subject == "KMLMr96HM3M2nQ"


def test_what_is_written_is_canonical() -> None:
    raw = rules.written(rules.parse(dict(reversed(EVENT.items()))))
    assert raw == entry.dump(EVENT)
    assert raw.startswith(b'{"event":"Ballot","hash":"1e')


@given(st.binary(max_size=200), st.binary(min_size=32, max_size=32))
def test_a_commitment_depends_on_the_word_the_salt_and_the_content(content: bytes, salt: bytes) -> None:
    made = rules.commitment("vote.reason", salt, content)
    assert made == hashlib.sha256(b"vote.reason" + salt + content).hexdigest()
    assert made != rules.commitment("vote.reason", hashlib.sha256(salt).digest(), content)
    assert made != rules.commitment("vote.other", salt, content)


def test_a_commitment_without_enough_chance_is_none() -> None:
    with pytest.raises(ValueError, match="32"):
        rules.commitment("vote.reason", b"short", b"content")


def of(type_: str, **members: Any) -> dict[str, Any]:
    return next(one for one in EXAMPLES if one["type"] == type_ and members.items() <= one.items())


@pytest.mark.parametrize(
    "wrong",
    [
        {"document": None},
        {"rules": None},
        {"closes_at": None},
        {"closes_at": "2026-03-02T09:00:00Z"},
        {"into": "P-2026-0007"},
        {"to": "hidden", "document": None, "rules": None},
        {"to": "closed"},
        {"to": "draft"},
        {"to": "merged", "document": None, "rules": None, "reason": "1e" * 32},
        {"to": "merged", "document": None, "rules": None, "reason": "1e" * 32, "into": "P-2026-0042"},
    ],
)
def test_a_state_of_a_petition_has_its_own_members(wrong: dict[str, Any]) -> None:
    state = of("petition.state")
    none: dict[str, Any] = {"document": None, "rules": None, "closes_at": None}
    assert rules.parse(state | {"to": "closed", **none})
    merged = {"to": "merged", **none, "reason": "1e" * 32, "into": "P-2026-0007"}
    assert rules.parse(state | merged)
    with pytest.raises(EntryError):
        rules.parse(state | wrong)
    with pytest.raises(VerificationError):
        entries.read(entry.dump(state | wrong))


@pytest.mark.parametrize(
    ("type_", "wrong"),
    [
        ("registrar.petition", {"territory": ""}),
        ("registrar.petition", {"min_age": 121}),
        ("registrar.petition", {"ways": []}),
        ("registrar.petition", {"ways": ["passkey", "code"]}),
        ("registrar.petition", {"ways": ["letter"]}),
        ("registrar.petition", {"generated": 0}),
        ("registrar.petition", {"regions": {"KZ-75": "KZ-71"}}),
        ("registrar.petition", {"regions": {"other": "other"}}),
        ("registrar.petition", {"regions": ["KZ-75"]}),
        ("registrar.petition", {"regions": {f"{number:09}": "other" for number in range(301)}}),
        ("registrar.petition", {"signer": "A" * 43 + "="}),
        ("petition.attestation", {"pseudonym": "1e" * 32}),
        ("petition.attestation", {"act": "sign"}),
        ("petition.attestation", {"day": "2026-02-30"}),
        ("petition.attestation", {"day": "2026-03-02T10:00:00Z"}),
        ("petition.attestation", {"region": "KZ-7"}),
        ("petition.attestation", {"signature": "A" * 85 + "B"}),
        ("petition.attestation", {"petition": "P-26-42"}),
        ("petition.invalidation", {"code": "other"}),
        ("petition.invalidation", {"batch": None}),
        ("petition.invalidation", {"act": "reinstate", "code": "forged-paper", "batch": None}),
        ("petition.threshold", {"count": 49_999}),
        ("petition.answer", {"to": "held"}),
        ("petition.answer", {"approvals": 0}),
        ("moderation.decision", {"decision": "liked"}),
        ("petition.audit", {"sample": 0}),
        ("petition.audit", {"commitments": ["1e" * 32]}),
        ("petition.audit", {"commitments": ["1e" * 32, "1e" * 32]}),
        ("petition.audit", {"commitments": ["1f" * 32, "1e" * 32]}),
    ],
)
def test_an_entry_about_a_petition_is_as_its_type_says(type_: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(EntryError):
        rules.parse(of(type_) | wrong)
    with pytest.raises(VerificationError):  # nor does an observer take it
        entries.read(entry.dump(of(type_) | wrong))


def test_a_report_of_an_audit_adds_up() -> None:
    report = of("petition.audit", step="reported")
    assert rules.parse(report | {"confirmed": 0, "unreached": 300, "asked": 0})
    for wrong in (report | {"denied": 1}, report | {"confirmed": 39, "unreached": 261}):  # of whom 40 were asked
        with pytest.raises(EntryError):
            rules.parse(wrong)
        with pytest.raises(VerificationError):
            entries.read(entry.dump(wrong))


@pytest.mark.parametrize("region", ["KZ", "KZ-75", "751110000", "10-makanshy", "other"])
def test_a_region_is_a_code(region: str) -> None:
    assert rules.parse(of("petition.attestation") | {"region": region})


def test_the_subject_of_an_entry_about_a_petition_is_its_number() -> None:
    about = [one for one in EXAMPLES if "petition" in one]
    assert len(about) == 10
    assert {rules.parse(one).subject for one in about} == {"P-2026-0042"}
