"""What is written is read as the same, and has one spelling."""

from __future__ import annotations

from typing import Any

from crypto.tests.making import dump
from crypto.tests.strategies import FEW, json_values, questions, scalars, texts
from hypothesis import given
from hypothesis import strategies as st

from egov_crypto import credential, wire
from egov_crypto.archive import Event, EventType
from egov_crypto.credential import CredentialList
from egov_crypto.election import Election
from egov_crypto.group import G, Q, base
from egov_crypto.question import Question
from egov_crypto.trustee import TrusteeKey
from egov_crypto.trustees import Trustees


@given(json_values)
def test_json_is_read_as_it_is_written(value: Any) -> None:
    raw = wire.dump(value)
    assert wire.load(raw) == value
    assert wire.dump(wire.load(raw)) == raw


@given(st.binary(max_size=50))
def test_json_that_is_read_has_one_spelling(raw: bytes) -> None:
    try:
        value = wire.load(raw)
    except ValueError:
        return
    assert wire.dump(value) == raw


@given(st.lists(questions(), min_size=1, max_size=3), texts, texts, texts | st.none(), texts | st.none())
def test_an_election_is_read_as_it_is_written(
    asked: list[Question], name: str, description: str, administrator: str | None, authority: str | None
) -> None:
    made = Election.build(
        uuid="11111111111111",
        name=name,
        description=description,
        public_key=G,
        questions=asked,
        administrator=administrator,
        credential_authority=authority,
    )
    again = Election.parse(made.raw)
    assert again == made
    assert (again.name, again.description, again.questions) == (name, description, tuple(asked))
    assert (again.administrator, again.credential_authority) == (administrator, authority)


@FEW
@given(scalars.filter(bool))
def test_a_trustees_key_is_read_as_it_is_written(private_key: int) -> None:
    key = TrusteeKey.prove(private_key)
    assert TrusteeKey.parse(wire.dump(key.to_json())) == key
    assert Trustees.parse(Trustees.singles([key]).to_json()) == Trustees.singles([key])


@FEW
@given(st.lists(st.tuples(st.integers(1, Q - 1), st.integers(1, 2**64 - 1)), max_size=8, unique_by=lambda e: e[0]))
def test_a_list_of_credentials_is_read_as_it_is_written_sorted_or_not(entries: list[tuple[int, int]]) -> None:
    points = [(base(secret), weight) for secret, weight in entries]
    raw = credential.list_to_json(points)
    weighted = any(weight != 1 for _, weight in entries)
    unsorted = dump([f"{point.text},{weight}" if weighted else point.text for point, weight in points])
    for written in (raw, unsorted):
        read = CredentialList(written)
        assert len(read) == len(points)
        assert read.total_weight == sum(weight for _, weight in points)
        for point, weight in points:
            index = read.find(point.text)
            assert index is not None
            assert (read[index], read.weight(index)) == (bytes.fromhex(point.text), weight)
        assert read.find(G.text) is None or any(point == G for point, _ in points)


@given(
    st.none() | st.binary(min_size=32, max_size=32).map(bytes.hex),
    st.integers(0, 2**30 - 1),
    st.sampled_from(EventType),
    st.none() | st.binary(min_size=32, max_size=32).map(bytes.hex),
)
def test_an_event_is_read_as_it_is_written(
    parent: str | None, height: int, kind: EventType, payload: str | None
) -> None:
    event = Event(parent, height, kind, payload)
    assert Event.parse(event.to_json()) == event


@given(st.integers(1, 2**70))
def test_a_weight_is_read_as_it_is_written(weight: int) -> None:
    written = wire.weight_to_json(weight)
    assert wire.weight_from_json(written) == weight
    assert isinstance(written, int) == (weight < 2**30)
