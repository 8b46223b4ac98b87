"""Elections for tests: made whole, with every private key at hand, and archives that may be written wrongly."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from egov_crypto import archive, ballot, credential, mixnet, tally, trustee, wire
from egov_crypto.archive import EventType
from egov_crypto.election import Election, random_uuid
from egov_crypto.errors import VerificationError
from egov_crypto.group import Point
from egov_crypto.lists import ListsQuestion
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.question import AnyQuestion, Question
from egov_crypto.tally import Tally
from egov_crypto.trustee import TrusteeKey
from egov_crypto.trustees import Trustees
from egov_crypto.verify import verify_archive

TIMESTAMP = 1_700_000_000

YES_NO = Question(("Иә / Да / Yes", "Жоқ / Нет / No"), "Келісесіз бе? / Вы согласны? / Do you agree?", 1, 1, blank=True)
THREE = Question(("A", "B", "C"), "Бірін таңдаңыз / Выберите / Choose", 1, 2)
RANKED = PreferenceQuestion(("x", "y", "z"), "Ретімен / По порядку / In order", {"type": "Schulze", "blank": True})
LISTS = ListsQuestion((("L1", "a", "b"), ("L2", "c")), "Тізім / Список / List")
BLANK_TWO = Question(("a", "b", "c"), "", 1, 2, blank=True)


@dataclass(frozen=True)
class World:
    """An election with everything that its trustees, its voters and its registrar know."""

    election: Election
    private_keys: tuple[int, ...]
    keys: tuple[TrusteeKey, ...]
    credentials: tuple[str, ...]
    weights: tuple[int, ...]

    @cached_property
    def publics(self) -> tuple[Point, ...]:
        return tuple(credential.public(self.election.uuid, text) for text in self.credentials)

    @cached_property
    def roll(self) -> bytes:
        return credential.list_to_json(zip(self.publics, self.weights, strict=True))

    @cached_property
    def trustees(self) -> bytes:
        return Trustees.singles(self.keys).to_json()

    def ballot(self, voter: int, choices: ballot.Choices) -> bytes:
        return ballot.make(self.election, self.credentials[voter], choices)

    def archive(self, **replaced: Any) -> Archive:
        return Archive(self, **replaced)


def make_world(
    *questions: AnyQuestion,
    weights: Sequence[int] = (1, 1, 1),
    trustees: int = 2,
    uuid: str | None = None,
    name: str = "Сынақ / Проба / Trial",
) -> World:
    made = [trustee.generate() for _ in range(trustees)]
    keys = tuple(key for _, key in made)
    election = Election.build(
        uuid=uuid or random_uuid(),
        name=name,
        description="",
        public_key=Trustees.singles(keys).public_key,
        questions=questions or (YES_NO,),
    )
    credentials = tuple(credential.generate() for _ in weights)
    return World(election, tuple(private for private, _ in made), keys, credentials, tuple(weights))


class Archive:
    """An archive that is being written by somebody who holds all keys and may write anything."""

    def __init__(
        self,
        world: World,
        *,
        election: bytes | None = None,
        trustees: bytes | None = None,
        roll: bytes | None = None,
        timestamp: int = TIMESTAMP,
    ) -> None:
        self.world = world
        self.counted: dict[str, bytes] = {}
        self.mixed: Tally | None = None
        self.head, self.raw = archive.start(
            timestamp,
            world.election.raw if election is None else election,
            world.trustees if trustees is None else trustees,
            world.roll if roll is None else roll,
        )

    def add(self, event_type: EventType, *data: bytes) -> Archive:
        """Any event after any other."""
        self.head, blob = archive.append(self.head, event_type, *data)
        self.raw += blob
        return self

    def ballots(self, *raws: bytes) -> Archive:
        for raw in raws:
            self.add(EventType.BALLOT, raw)
            try:
                self.counted[json.loads(raw)["credential"]] = raw
            except (ValueError, KeyError, TypeError, RecursionError):
                continue  # not a ballot at all: an attack, which counts nothing
        return self

    def close(self) -> Archive:
        return self.add(EventType.END_BALLOTS)

    def sum(self) -> Tally:
        """The honest tally of the ballots so far, taken from their bytes without verifying any; what a shuffle left."""
        return self.mixed or sum_of(self.world, list(self.counted.values()))

    def tally(self, sum_: Tally | None = None) -> Archive:
        sum_ = sum_ or self.sum()
        return self.add(EventType.ENCRYPTED_TALLY, sum_.to_json(), sum_.sized_json())

    def shuffle(self, *owners: int) -> Archive:
        election = self.world.election
        for owner in owners or range(1, len(self.world.keys) + 1):
            raw = mixnet.shuffle(election, self.sum())
            self.mixed = mixnet.verify(election, self.sum(), raw)
            self.shuffled(owner, raw)
        return self

    def shuffled(self, owner: object, raw: bytes) -> Archive:
        return self.add(EventType.SHUFFLE, raw, dump({"owner": owner, "payload": wire.digest(raw)}))

    def decrypt(self, *owners: int, sum_: Tally | None = None) -> Archive:
        for owner in owners or range(1, len(self.world.keys) + 1):
            raw = tally.decrypt(self.world.election, sum_ or self.sum(), self.world.private_keys[owner - 1])
            self.decryption(owner, raw)
        return self

    def decryption(self, owner: int, raw: bytes) -> Archive:
        return self.add(EventType.PARTIAL_DECRYPTION, raw, tally.owned_json(owner, raw))

    def result(self, counts: Sequence[Sequence[Any]] | None = None) -> Archive:
        return self.add(EventType.RESULT, tally.result_to_json(self.counts() if counts is None else counts))

    def counts(self) -> list[list[Any]]:
        world, sum_ = self.world, self.sum()
        whole = sum(world.private_keys)
        return tally.compute_result(sum_, [[choice.alpha * whole for choice in of] for of in sum_.ciphertexts])

    def finish(self, counts: Sequence[Sequence[Any]] | None = None) -> Archive:
        """Everything after the last ballot, honestly. Counts are searched for (long, for great weights) or given."""
        self.close().tally()
        if self.world.election.shuffled:
            self.shuffle().add(EventType.END_SHUFFLES)
        return self.decrypt().result(counts)


def sum_of(world: World, raws: Sequence[bytes], weights: Sequence[int] | None = None) -> Tally:
    sum_ = Tally.empty(world.election)
    for number, raw in enumerate(raws):
        voter = [public.text for public in world.publics].index(json.loads(raw)["credential"])
        sum_.add(ballot.ciphertexts(world.election, raw), world.weights[voter] if weights is None else weights[number])
    return sum_


def verdict(archive_: Archive | bytes, jobs: int = 1) -> str:
    """The code of what does not hold, ``"holds"`` if everything does."""
    raw = archive_.raw if isinstance(archive_, Archive) else archive_
    try:
        verify_archive(io.BytesIO(raw), jobs=jobs)
    except VerificationError as error:
        return error.code
    return "holds"


def ballot_verdict(election: Election, raw: bytes) -> str:
    """The same for one ballot."""
    try:
        ballot.parse_and_verify(election, raw)
    except VerificationError as error:
        return error.code
    return "holds"


def voter_of(world: World, voter: int = 0) -> str:
    """What proofs of a ballot are bound to: the election and the voter."""
    return f"{world.election.fingerprint}|{world.publics[voter].text}"


def content_of(world: World, *answers: dict[str, Any], voter: int = 0) -> dict[str, Any]:
    """A ballot with these answers, before it is signed."""
    return {
        "election_uuid": world.election.uuid,
        "election_hash": world.election.fingerprint,
        "credential": world.publics[voter].text,
        "answers": list(answers),
    }


def signed(world: World, voter: int, content: dict[str, Any]) -> bytes:
    """The ballot with these contents, whatever they are, with a good signature of ``voter``."""
    content = {name: value for name, value in content.items() if name != "signature"}
    return ballot.sign(world.election, world.credentials[voter], ballot.UnsignedBallot(content, [], []))


def dump(value: Any) -> bytes:
    return wire.dump(value)
