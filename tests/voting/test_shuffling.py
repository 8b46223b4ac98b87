"""Votes whose ballots are shuffled, lists, and trustees of whom some are enough: from ballot to result."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from tests.voting.making import (
    YES_NO,
    MadeVote,
    archive_of,
    cast,
    close,
    decrypt,
    make_vote,
    shuffle,
    verified,
)
from tests.voting.test_cast import cancel

from egov_crypto import mixnet, protocol, tally
from egov_crypto.counting import Method, MethodType
from egov_crypto.lists import ListsQuestion
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.protocol import count_json
from egov_participation.errors import DomainError
from egov_participation.services import Services
from egov_participation.voting import data, service
from egov_participation.voting.rules import VoteState
from egov_participation.voting.service.protocol import build, sign
from egov_participation.voting.timeline import timeline

RANKED = PreferenceQuestion(
    ("А / А / A", "Б / Б / B", "В / В / C"), "Кім? / Кто? / Who?", Method(MethodType.SCHULZE).to_json()
)
LISTS = ListsQuestion(
    (("Т / С / List", "А / А / A", "Б / Б / B"), ("Д / Д / Other", "В / В / C")), "Тізім? / Список? / List?"
)
MIXED = (YES_NO, RANKED, LISTS)
FIRST, SECOND = [[0, 1, 0], [1, 2, 0], [[1, 1, 0], [0, 0]]], [[1, 0, 0], [3, 2, 1], [[0, 0, 0], [1, 1]]]


def refused(act: object, *arguments: object) -> tuple[int, str]:
    with pytest.raises(DomainError) as error:
        act(*arguments)  # type: ignore[operator]
    return int(error.value.status), error.value.code


def closed(services: Services, **made: object) -> MadeVote:
    """A mixed vote of three, of whom two and later one again voted, that has closed."""
    vote = make_vote(services, questions=MIXED, **made)  # type: ignore[arg-type]
    for voter, choices in ((0, SECOND), (1, SECOND), (0, FIRST)):
        cast(services, vote, voter, vote.ballot(voter, choices))
    close(services, vote)
    return vote


def test_two_of_three_shuffle_and_two_of_three_decrypt_a_vote_of_all_kinds(services: Services) -> None:
    vote = closed(services, trustees=3, needed=2)
    assert service.vote(services, vote.uuid).state is VoteState.SHUFFLING

    # Before the shuffles have ended nothing is decrypted; what is no shuffle, of nobody or of another is not taken.
    before = archive_of(services, vote.uuid)
    assert refused(service.hand_in_decryption, services, vote.uuid, decrypt(services, vote, 1)) == (
        409,
        "vote.not_decrypting",
    )
    for raw in (b"", b"{}", b"[]", b'{"ciphertexts":[],"proofs":[]}'):
        assert refused(service.hand_in_shuffle, services, vote.uuid, 1, raw) == (400, "shuffle.format")
    first, rival = shuffle(services, vote), shuffle(services, vote)
    assert refused(service.hand_in_shuffle, services, vote.uuid, 4, first) == (404, "shuffle.owner")
    forged = first.replace(b'"alpha":"', b'"alpha":"0', 1)
    assert refused(service.hand_in_shuffle, services, vote.uuid, 1, forged)[0] == 422
    assert refused(service.hand_in_shuffle, services, vote.uuid, 1, first + b"1" * 100_000) == (
        413,
        "shuffle.size",
    )
    assert archive_of(services, vote.uuid) == before

    recorded = service.hand_in_shuffle(services, vote.uuid, 3, first)
    assert recorded == service.ShuffleOutcome(3, 1, verified(services, vote.uuid).shuffles[3])
    assert refused(service.hand_in_shuffle, services, vote.uuid, 3, rival) == (409, "shuffle.repeated")
    # Made from the ballots as they stood before: whoever was slower begins again.
    assert refused(service.hand_in_shuffle, services, vote.uuid, 1, rival) == (422, "shuffle.invalid")
    seen = service.vote(services, vote.uuid)
    told = [str(item["title"]) for item in timeline(seen, "en", "Asia/Almaty", services.clock())]
    assert told[-4:] == [
        "Trustee 3 shuffled the ballots",
        "1 more trustee shuffles the ballots",
        "2 more trustees decrypt",
        "The result is published",
    ]
    assert (seen.state, [trustee.shuffled for trustee in seen.trustees]) == (VoteState.SHUFFLING, [False, False, True])
    assert service.hand_in_shuffle(services, vote.uuid, 1, shuffle(services, vote)).awaited == 0
    assert service.vote(services, vote.uuid).state is VoteState.DECRYPTING
    assert refused(service.hand_in_shuffle, services, vote.uuid, 2, rival) == (409, "vote.not_shuffling")

    # A bad share is refused and leaves no trace; two good ones are enough, and a third comes too late.
    found = verified(services, vote.uuid)
    foreign = tally.decrypt(found.election, found.tally, 7)
    before = archive_of(services, vote.uuid)
    assert refused(service.hand_in_decryption, services, vote.uuid, foreign) == (422, "decryption.invalid")
    assert archive_of(services, vote.uuid) == before
    late = decrypt(services, vote, 3)
    assert service.hand_in_decryption(services, vote.uuid, decrypt(services, vote, 2)) == service.DecryptionOutcome(
        2, 1
    )
    assert refused(service.hand_in_decryption, services, vote.uuid, decrypt(services, vote, 2)) == (
        409,
        "decryption.repeated",
    )
    assert service.hand_in_decryption(services, vote.uuid, decrypt(services, vote, 1)) == service.DecryptionOutcome(
        1, 0
    )
    assert refused(service.hand_in_decryption, services, vote.uuid, late) == (409, "vote.not_decrypting")

    seen = service.vote(services, vote.uuid)
    assert seen.result is not None
    listed = service.listed(services, vote.uuid, 2)
    assert (seen.result, sorted(listed.ballots)) == (((1, 1, 0), (), ((1, 1, 0), (1, 1))), [(1, 2, 0), (3, 2, 1)])
    found = verified(services, vote.uuid)
    assert found.report.result == [[1, 1, 0], [list(ballot) for ballot in listed.ballots], [[1, 1, 0], [1, 1]]]
    # Counted once, with the result: what everybody computes from the archive, the lot too.
    counted = found.outcome(1)
    assert counted is not None
    assert counted.lots
    assert (seen.outcomes, service.count_file(services, vote.uuid, 2)) == ((None, counted, None), count_json(counted))
    assert refused(service.count_file, services, vote.uuid, 1) == (404, "result.no_count")
    assert refused(service.listed, services, vote.uuid, 3) == (404, "result.not_listed")
    assert refused(service.listed, services, vote.uuid, 4) == (404, "result.not_listed")
    with services.database.read() as session:
        unsigned = build(services, session, vote.uuid)
    protocol.check(
        protocol.parse_and_verify(sign(services, unsigned)), BytesIO(archive_of(services, vote.uuid)), found, None
    )
    assert [event.type.value for event in seen.events] == [
        "Setup", "EndBallots", "EncryptedTally", "Shuffle", "Shuffle", "EndShuffles", "PartialDecryption",
        "PartialDecryption", "Result",
    ]  # fmt: skip
    said = data.vote_as_json(seen)
    assert (said["threshold"], said["result"]) == (2, [[1, 1, 0], None, [[1, 1, 0], [1, 1]]])
    assert [(one["shuffled"], one["decrypted"]) for one in said["trustees"]] == [
        (True, True),
        (False, True),
        (True, False),
    ]
    now = services.clock()
    history = [str(item["title"]) for item in timeline(seen, "en", "Asia/Almaty", now)]
    assert history[-6:] == [
        "The counted ballots were put together, still encrypted",
        "Trustee 3 shuffled the ballots",
        "Trustee 1 shuffled the ballots",
        "Trustee 2 decrypted the ballots",
        "Trustee 1 decrypted the ballots",
        "The result was published",
    ]


def test_whoever_is_faster_or_cancels_while_a_shuffle_is_verified_elsewhere_wins(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    vote, verify = closed(services), mixnet.verify
    told: list[int] = []

    def hand_in(owner: int, raw: bytes) -> object:
        return service.hand_in_shuffle(services, vote.uuid, owner, raw, lambda _tx, outcome: told.append(outcome.owner))

    def meanwhile(act: Callable[[], object]) -> None:
        """Done by another process while this one verifies."""

        def verified_slowly(*arguments: object, **options: object) -> object:
            checked = verify(*arguments, **options)  # type: ignore[arg-type]
            monkeypatch.setattr(mixnet, "verify", verify)
            act()
            return checked

        monkeypatch.setattr(mixnet, "verify", verified_slowly)

    mine, theirs = shuffle(services, vote), shuffle(services, vote)
    meanwhile(lambda: hand_in(2, theirs))
    assert refused(hand_in, 1, mine) == (422, "shuffle.invalid")
    assert told == list(verified(services, vote.uuid).shuffles) == [2]
    mine = shuffle(services, vote)
    meanwhile(lambda: cancel(services, vote))
    assert refused(hand_in, 1, mine) == (409, "vote.not_shuffling")
    assert (told, service.vote(services, vote.uuid).state) == ([2], VoteState.CANCELLED)


def test_a_ranking_in_which_nobody_voted_has_a_result_all_the_same(services: Services) -> None:
    vote = make_vote(services, questions=(RANKED,), trustees=2, lasts=timedelta(hours=1))
    close(services, vote)
    for owner in (1, 2):
        service.hand_in_shuffle(services, vote.uuid, owner, shuffle(services, vote))
    for owner in (2, 1):
        assert service.hand_in_decryption(services, vote.uuid, decrypt(services, vote, owner)).owner == owner
    assert service.vote(services, vote.uuid).result == ((),)
    assert verified(services, vote.uuid).report.result == [[]]
