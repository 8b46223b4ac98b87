"""The demonstration's votes with trustees of whom two of three are enough: one shuffled and counted, one open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from io import BytesIO
from random import Random
from typing import Final

from egov_crypto import mixnet, tally
from egov_crypto.threshold.ceremony import Ceremony, Step
from egov_crypto.threshold.keyfile import State
from egov_crypto.verify import verify_archive
from egov_participation.clock import ManualClock
from egov_participation.demo import commission, ranked_texts, votes
from egov_participation.demo.voters import Resident, Voter, cast, residents
from egov_participation.registry.rules import Entry
from egov_participation.services import Services
from egov_participation.voting import service
from egov_participation.voting.setup_file import SetupTrustee
from egov_participation.voting.trustee_file import Found

_NEEDED: Final = 2
_PRESENT: Final = (1, 3)
"""The trustees who shuffle and decrypt; the other one is absent, and nothing waits for that."""


def hold_an_election(
    services: Services,
    clock: ManualClock,
    members: Sequence[str],
    people: Sequence[Entry],
    now: datetime,
    progress: Callable[[int, int], None],
) -> None:
    """From the trustees' ceremony to the signed protocol.

    Args:
        progress: called with how many ballots are cast, and of how many.
    """
    chance = Random(votes.REGISTERED)  # noqa: S311 - who votes what is invented
    states, trustees = _ceremony()
    setup = ranked_texts.passengers(trustees, now)
    clock.set(setup.opens_at - timedelta(days=7))
    uuid = service.create_vote(services, setup).uuid
    along = [entry for entry in people if entry.territory in ranked_texts.ALONG_THE_LINE]
    given = ranked_texts.answers(chance)
    voters = chance.sample(residents(services, along), len(given))
    between = (setup.closes_at - setup.opens_at) / len(given)
    ballots = [
        Voter(resident, choices, setup.opens_at + between * part)
        for part, (resident, choices) in enumerate(zip(voters, given, strict=True))
    ]
    cast(services, clock, uuid, ballots, lambda done: progress(done, len(ballots)))
    clock.set(setup.closes_at)
    service.close_due_votes(services)
    # Each trustee verifies all of it for themselves, which here would be the same work four times.
    verified = verify_archive(BytesIO(b"".join(service.archive_file(services, uuid).chunks())))
    election, encrypted = verified.election, verified.tally
    for owner in _PRESENT:
        clock.advance(hours=2)
        shuffle = mixnet.shuffle(election, encrypted)
        service.hand_in_shuffle(services, uuid, owner, shuffle)
        encrypted = mixnet.verify(election, encrypted, shuffle)
    for owner in _PRESENT:
        clock.advance(hours=1)
        decryption = tally.decrypt(election, encrypted, states[owner - 1].share())
        service.hand_in_decryption(services, uuid, decryption)
    commission.sign_protocol(services, clock, members, uuid)


def open_a_vote(services: Services, clock: ManualClock, early: Sequence[Resident], now: datetime) -> None:
    """A vote that is open, in which some have voted.

    Args:
        early: those who have; as many as `ranked_texts.MASCOT_ANSWERS` has answers.
    """
    _, trustees = _ceremony()
    setup = ranked_texts.mascot(trustees, now)
    clock.set(setup.opens_at - timedelta(days=7))
    uuid = service.create_vote(services, setup).uuid
    between = (now - setup.opens_at) / len(early)
    cast(
        services,
        clock,
        uuid,
        [
            Voter(resident, [ranks], setup.opens_at + between * part)
            for part, (resident, ranks) in enumerate(zip(early, ranked_texts.MASCOT_ANSWERS, strict=True))
        ],
    )


def _ceremony() -> tuple[list[State], Found]:
    """The trustees make their keys together: what each keeps, and what a vote is set up with."""
    size = len(votes.TRUSTEES)
    ceremony = Ceremony(size, _NEEDED)
    states = [State.begin(size, _NEEDED, index) for index in range(1, size + 1)]
    for step, take in ((Step.CERTIFICATE, None), (Step.COMMITMENT, State.commit), (Step.POLYNOMIAL, State.reveal),
                       (Step.VOUTPUT, State.accept)):  # fmt: skip
        states = [state if take is None else take(state, ceremony) for state in states]
        for state in states:
            ceremony.add(step, state.index, state.message(step))
    together = ceremony.parameters()
    names = zip(votes.TRUSTEES, together.keys, strict=True)
    return states, (tuple(SetupTrustee(name, key) for name, key in names), together)
