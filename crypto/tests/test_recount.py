"""The log recounted: an honest one adds up, and no entry can be left out, moved or changed without being noticed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from crypto.tests.petitions import Register
from crypto.tests.served import SEED, Vote, digest, key_entry
from hypothesis import given
from hypothesis import strategies as st

from egov_crypto import entries, entry, receipt
from egov_crypto.errors import VerificationError
from egov_crypto.note import SigningKey
from egov_crypto.recount import MAX_ACTS, MAX_TYPES, OTHERS, Recount

Values = list[dict[str, Any]]
KEYS = [SigningKey("vote.example.kz/log", bytes([number]) * 32) for number in range(3)]


class Memory(dict[tuple[str, int], str]):
    """Events' hashes, in memory."""

    def put(self, vote: str, height: int, event: str, hash_: str) -> None:
        assert (vote, height) not in self
        self[vote, height] = hash_

    def get(self, vote: str, height: int) -> str | None:  # type: ignore[override]
        return dict.get(self, (vote, height))


def recounted(values: Sequence[dict[str, Any]]) -> Recount:
    count = Recount(Memory(), Register())
    for index, value in enumerate(values):
        count.take(index, *entries.read(entry.dump(value)))
    return count


def failure(values: Sequence[dict[str, Any]]) -> tuple[str, str]:
    with pytest.raises(VerificationError) as error:
        recounted(values)
    return error.value.code, error.value.detail


def changed(values: Values, which: Callable[[dict[str, Any]], bool], **members: Any) -> Values:
    """With other members in the last entry of that kind."""
    last = max(index for index, value in enumerate(values) if which(value))
    return [*values[:last], {**values[last], **members}, *values[last + 1 :]]


def state(name: str) -> Callable[[dict[str, Any]], bool]:
    return lambda value: value.get("state") == name


def of(type_: str) -> Callable[[dict[str, Any]], bool]:
    return lambda value: value["type"] == type_


def test_a_whole_vote_adds_up() -> None:
    count = recounted([*Vote().whole(5), Vote().state("corrected")])
    vote = count.votes["KMLMr96HM3M2nQ"]
    assert (vote.state, vote.events, vote.ballots, vote.event) == ("corrected", 11, 5, "Result")
    assert (vote.kind, vote.registered, vote.closes_at) == ("binding", 786, "2026-11-01T15:00:00Z")
    assert vote.closed == {"height": 6, "hash": Vote().hash(6), "ballots": 5, "voters": 5}
    assert vote.documents == {"json": [digest("protocol"), 5], "pdf.kk": [digest("protocolkk"), 5]}
    assert (count.entries, count.unknown) == (21, 0)
    assert count.types["vote.event v1"] == 11


def test_votes_may_stand_between_each_other() -> None:
    one, other = Vote("1" * 14).whole(4), Vote("2" * 14).whole(4)
    mixed = [value for pair in zip(one, other, strict=True) for value in pair]
    assert {vote.state for vote in recounted(mixed).votes.values()} == {"published"}


def test_a_vote_is_extended_and_cancelled() -> None:
    vote = Vote()
    values = [*vote.set_up(), *vote.cast(2), vote.state("extended")]
    later = vote.state("extended", before="2026-11-01T15:00:01Z", closes_at="2026-11-01T18:00:00Z")
    count = recounted([*values, later, vote.state("cancelled")])
    found = count.votes[vote.uuid]
    assert (found.state, found.cancelled, found.closes_at) == ("cancelled", True, "2026-11-01T18:00:00Z")


def test_a_vote_may_be_cancelled_before_it_opens_and_after_it_closed() -> None:
    early, late = Vote("1" * 14), Vote("2" * 14)
    recounted([*early.set_up()[:3], early.state("cancelled")])
    recounted(
        [*late.set_up(), *late.cast(2), *(late.event("EndBallots"), late.state("closed")), late.state("cancelled")]
    )


@given(st.data())
def test_no_entry_of_a_vote_can_be_left_out_repeated_or_moved_unnoticed(data: st.DataObject) -> None:
    """But for those that may come in any order, or need not come; and a state may stand before or after a ballot."""
    values = Vote().whole(3)
    free = ("registrar.turnout", "document.published")
    repeatable = ("registrar.confirmation", *free)
    index = data.draw(st.integers(0, len(values) - 1).filter(lambda at: values[at]["type"] not in free))
    match data.draw(st.sampled_from(["left out", "repeated", "moved"])):
        case "left out":
            rest = values[:index] + values[index + 1 :]
            if values[index].get("state") != "published":
                failure(rest)
        case "repeated":
            if values[index]["type"] not in repeatable:
                failure(values[: index + 1] + values[index:])
        case "moved":
            target = data.draw(st.integers(0, len(values) - 1))
            passed = values[min(index, target) : max(index, target) + 1]
            if values[index]["type"] == "vote.event" and sum(value["type"] == "vote.event" for value in passed) > 1:
                rest = values[:index] + values[index + 1 :]
                failure([*rest[:target], values[index], *rest[target:]])


def test_each_lie_is_told_with_its_entry_and_its_vote() -> None:
    vote = Vote()
    values = vote.whole(3)
    lies: list[tuple[str, str, Values]] = [
        ("recount.height", "height 9, where 2 is next", changed(values[:6], of("vote.event"), height=9)),
        ("recount.order", "Result after Ballot", changed(values[:6], of("vote.event"), event="Result")),
        ("recount.order", "an event of a vote that was not set up", values[2:]),
        ("recount.order", "setup after setup", [*values[:2], values[1]]),
        ("recount.order", "tallied after setup", [*values[:3], vote.state("tallied")]),
        ("recount.order", "vote.event after the vote was cancelled", [*_cancelled(), values[4]]),
        ("recount.order", "vote.state after the vote was cancelled", [*_cancelled(), values[3]]),
        ("recount.order", "turnout before the vote closed", [*values[:4], Vote().turnout(voters=0)]),
        ("recount.order", "confirms what was set up already", [*values[:2], values[0]]),
        ("recount.order", "extended after closed", [*values[:9], Vote().state("extended")]),
        ("recount.head", "another first event", changed(values[:3], of("vote.event"), hash=digest("x"))),
        (
            "recount.head",
            "begins at height 0",
            changed(values[:2], state("setup"), head={"height": 1, "hash": digest("x")}),
        ),
        ("recount.head", "closed at height 5", _with_head(values, "closed", 5, Vote().hash(5))),
        ("recount.head", "closed at height 4", _with_head(values, "closed", 4, digest("x"))),
        ("recount.head", "tallied at height 7", _with_head(values, "tallied", 7, Vote().hash(7))),
        ("recount.head", "cancelled at height 0", [*_cancelled()[:-1], _cancelled_at(0)]),
        ("recount.clock", "closes before it opens", changed(values, state("setup"), closes_at="2026-11-01T04:00:00Z")),
        ("recount.clock", "before 2026-11-01T15:00:00Z", changed(values, state("closed"), at="2026-11-01T14:59:59Z")),
        ("recount.clock", "it was to close at", [*values[:4], Vote().state("extended", before="2026-11-01T14:00:00Z")]),
        ("recount.clock", "extended from", [*values[:4], Vote().state("extended", closes_at="2026-11-01T15:00:00Z")]),
        ("recount.count", "2 ballots of 2 voters", changed(values, state("closed"), ballots=2, voters=2)),
        ("recount.count", "3 ballots of 4 voters", changed(values, state("closed"), voters=4)),
        ("recount.count", "2 voters; 3 when it closed", changed(values, of("registrar.turnout"), voters=2)),
        ("recount.count", "another size", changed(values, of("registrar.confirmation"), size=785)),
        ("recount.document", "has not confirmed", changed(values, of("registrar.confirmation"), setup=digest("x"))),
        ("recount.document", "published was", changed(values, state("published"), document=digest("x"))),
        ("recount.document", "was published already", [*values, vote.document()]),
        ("recount.document", "another protocol", [*values, vote.state("corrected", document=digest("x"))]),
    ]
    for code, said, lie in lies:
        found, detail = failure(lie)
        assert (found, said in detail) == (code, True), (code, said, found, detail)
        assert f", vote {vote.uuid}: " in detail


def _cancelled() -> Values:
    vote = Vote()
    return [*vote.set_up(), vote.event("Ballot"), vote.state("cancelled")]


def _cancelled_at(height: int) -> dict[str, Any]:
    return Vote().state("cancelled", head={"height": height, "hash": Vote().hash(height)})


def _with_head(values: Values, name: str, height: int, hash_: str) -> Values:
    return changed(values, state(name), head={"height": height, "hash": hash_})


def test_keys_make_a_chain_each_signed_with_the_one_before() -> None:
    chain = [key_entry(KEYS[0], KEYS[0], KEYS[1]), key_entry(KEYS[1], KEYS[1], KEYS[2])]
    count = recounted(chain)
    public = [key.verifier_key for key in KEYS]
    for number, key in enumerate(public):
        assert count.successors(key) == public[number:]
    stranger = SigningKey("vote.example.kz/log", SEED)
    assert count.successors(stranger.verifier_key) == [stranger.verifier_key]
    assert failure([key_entry(stranger, KEYS[0], KEYS[1])])[0] == "rotation.signature"
    assert failure([key_entry(KEYS[0], KEYS[0], KEYS[0])])[0] == "rotation.chain"
    assert failure([key_entry(KEYS[0], KEYS[0], SigningKey("other/log", SEED))])[0] == "rotation.chain"
    assert failure([chain[0], key_entry(KEYS[0], KEYS[0], KEYS[2])])[0] == "rotation.chain"


FILES = [{"path": "/static/a.js", "sha256": digest("a"), "size": 1}]


@pytest.mark.parametrize(
    "value",
    [
        {"type": "release.files", "version": 1, "release": "0.1.0", "files": FILES},
        {"type": "office.approval", "version": 1, "kind": "roles.end", "at": "2026-10-02T06:45:00Z", "approvals": 2}
        | {"approved": digest("a")},
        key_entry(KEYS[0], KEYS[0], KEYS[1]),
        *Vote().whole(1),
        *(Vote(height=0).state(name) for name in ("extended", "cancelled", "corrected")),
    ],
    ids=lambda value: f"{value['type']} {value.get('state', '')}",
)
def test_an_entry_says_all_that_its_type_says_and_nothing_else(value: dict[str, Any]) -> None:
    assert entries.read(entry.dump(value)) == (value, True)
    for name in value.keys() - {"type", "version"}:
        for lie in (None, "x", -1, True, [], {}):
            if lie != value[name]:
                assert refused({**value, name: lie}), (name, lie)
        assert refused({other: value[other] for other in value if other != name})
    assert refused({**value, "more": 1})
    assert entries.read(entry.dump({**value, "version": 2})) == ({**value, "version": 2}, False)


def refused(value: dict[str, Any]) -> bool:
    try:
        entries.read(entry.dump(value))
    except VerificationError as error:
        return error.code == "entry.members"
    return False


@pytest.mark.parametrize(
    "files",
    [
        [],
        [{**FILES[0], "path": "static/a.js"}],
        [{**FILES[0], "path": "/static/../a.js"}],
        [{**FILES[0], "path": "//host/a.js"}],
        [{**FILES[0], "path": "/a?b"}],
        [{**FILES[0], "path": "/a" * 101}],
        [{**FILES[0], "more": 1}],
        [FILES[0], FILES[0]],
        [{**FILES[0], "path": "/b"}, {**FILES[0], "path": "/a"}],
    ],
)
def test_files_are_named_by_plain_addresses_in_order(files: Any) -> None:
    assert refused({"type": "release.files", "version": 1, "release": "0.1.0", "files": files})


def test_the_short_way_of_reading_events_takes_what_the_long_one_takes() -> None:
    value = Vote().event("Setup")
    for number in (0, 9, 10**14, 2**53 - 1):
        read, known = entries.read(entry.dump({**value, "height": number, "event": "Ballot"}))
        assert (read["height"], known) == (number, True)
    raw = entry.dump(value)
    for other in (raw + b"\n", raw.replace(b'"height":0', b'"height":00'), raw.replace(b":", b": ", 1)):
        with pytest.raises(VerificationError, match=r"entry\.format"):
            entries.read(other)
    assert refused({**value, "event": "Bullet"})


def test_a_receipt_tells_the_entry_of_its_ballot() -> None:
    made = receipt.Receipt("KMLMr96HM3M2nQ", "φ", "t", 17, digest("head"), date(2026, 11, 1))
    read, known = entries.read(entries.of_receipt(made))
    assert known
    assert (read["vote"], read["height"], read["event"], read["hash"]) == (made.vote, 17, "Ballot", made.head)


def test_each_example_of_the_documentation_is_known_and_says_what_its_type_says() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "log.md").read_text("utf-8")
    examples = [json.loads(found) for found in re.findall(r"```json\n(.+?)\n```", text, re.DOTALL)]
    for value in examples:
        assert entries.read(entry.dump(value)) == (value, True), value["type"]
    assert {value["type"] for value in examples} == entries.TYPES


@pytest.mark.parametrize(
    ("at", "fails"), [("2026-11-01T03:58:59Z", True), ("2026-11-01T03:59:00Z", False), ("2026-11-01T15:00:00Z", False)]
)
def test_a_vote_opens_when_it_was_to(at: str, fails: bool) -> None:
    """Or later, when the server runs again; a clock may have been set back a little."""
    values = changed(Vote().set_up(), state("open"), at=at)
    assert not fails or failure(values) == ("recount.clock", f"entry 3, vote KMLMr96HM3M2nQ: {EARLY.format(at)}")
    assert fails or recounted(values).votes["KMLMr96HM3M2nQ"].state == "open"


EARLY = "open at {}, before 2026-11-01T04:00:00Z"


@pytest.mark.parametrize(("at", "fails"), [("2026-11-01T15:01:00Z", False), ("2026-11-01T15:01:01Z", True)])
def test_a_vote_that_has_closed_is_not_extended(at: str, fails: bool) -> None:
    vote = Vote()
    values = [*vote.set_up(), vote.state("extended", at=at)]
    assert not fails or failure(values)[0] == "recount.clock"
    assert fails or recounted(values).votes[vote.uuid].closes_at == "2026-11-01T15:00:01Z"


def test_a_vote_that_closed_late_is_so() -> None:
    values = changed(Vote().whole(2), state("closed"), at="2026-11-01T16:30:00Z")
    assert recounted(values).votes["KMLMr96HM3M2nQ"].late == timedelta(minutes=90)
    assert recounted(Vote().whole(2)).votes["KMLMr96HM3M2nQ"].late == timedelta(seconds=1)


def test_a_log_of_many_types_takes_no_more_room() -> None:
    strange = [{"type": f"x.{'a' * (1 + number % 60)}", "version": number + 1} for number in range(1000)]
    count = recounted([*Vote().set_up(), *strange])
    assert (count.unknown, len(count.types) <= MAX_TYPES + 1, count.types.total()) == (1000, True, 1004)
    assert count.types[OTHERS] + len(count.strange) - 1 == 1000
    count.take(1004, *entries.read(entry.dump(key_entry(*KEYS[:1], *KEYS[:2]))))
    assert count.types["log.key v1"] == 1


def test_no_vote_takes_more_room_than_an_office_can_fill() -> None:
    vote = Vote()
    count = recounted([*vote.whole(1), *(vote.state("corrected") for _ in range(MAX_ACTS - 2))])
    assert len(count.votes[vote.uuid].acts) == MAX_ACTS
    with pytest.raises(VerificationError, match="acts of the commission"):
        count.take(count.entries, *entries.read(entry.dump(vote.state("corrected"))))
