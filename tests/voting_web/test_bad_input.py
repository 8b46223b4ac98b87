"""Whatever comes instead of a good ballot: its status, its code, its sentence in three languages, and no trace."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from starlette.testclient import TestClient
from tests.voting.making import NO, YES, MadeVote, close, make_vote
from tests.voting_web.conftest import AtBooth, Voters

from egov_crypto import ballot, credential
from egov_participation.i18n import LANGUAGES, translate
from egov_participation.services import Services
from egov_participation.voting import rules, service
from egov_participation.voting.models import Vote
from egov_participation.voting.texts import Texts
from egov_participation.voting.trackers import to_address
from egov_participation.web.csrf import HEADER

Situation = Callable[[Services, MadeVote], bytes]
"""Makes something go wrong, and gives what is then sent in the name of voter 0."""


def malformed(services: Services, vote: MadeVote) -> bytes:
    return b'{"election_uuid": "' + vote.uuid.encode() + b'"}'


def not_even_json(services: Services, vote: MadeVote) -> bytes:
    return b"\xff\x00 PK"


def empty(services: Services, vote: MadeVote) -> bytes:
    return b""


def with_blanks_between(services: Services, vote: MadeVote) -> bytes:
    return json.dumps(json.loads(vote.ballot(0))).encode()


def oversized(services: Services, vote: MadeVote) -> bytes:
    return b"{" + b" " * rules.MAX_BALLOT_BYTES


def forged_choice(services: Services, vote: MadeVote) -> bytes:
    """The ciphertexts of another ballot put into one's own."""
    mine, other = json.loads(vote.ballot(0, YES)), json.loads(vote.ballot(0, NO))
    mine["answers"][0]["choices"] = other["answers"][0]["choices"]
    return json.dumps(mine, separators=(",", ":")).encode()


def forged_signature(services: Services, vote: MadeVote) -> bytes:
    """Another voter's credential written over one's own."""
    mine = json.loads(vote.ballot(0))
    mine["credential"] = json.loads(vote.ballot(1))["credential"]
    return json.dumps(mine, separators=(",", ":")).encode()


def replayed(services: Services, vote: MadeVote) -> bytes:
    """An earlier ballot of one's own, after it was replaced."""
    first = vote.ballot(0, YES)
    for raw in (first, vote.ballot(0, NO)):
        service.cast(services, vote.uuid, vote.people[0], raw)
    return first


def someone_elses(services: Services, vote: MadeVote) -> bytes:
    return vote.ballot(1)


def of_nobody(services: Services, vote: MadeVote) -> bytes:
    return ballot.make(vote.election, credential.generate(), YES)


def of_another_vote(services: Services, vote: MadeVote) -> bytes:
    return make_vote(services, voters=1).ballot(0)


def too_early(services: Services, vote: MadeVote) -> bytes:
    opens_at = service.vote(services, vote.uuid).opens_at
    services.clock.set(opens_at - timedelta(seconds=1))  # type: ignore[attr-defined]
    return vote.ballot(0)


def late_by_the_clock(services: Services, vote: MadeVote) -> bytes:
    services.clock.set(service.vote(services, vote.uuid).closes_at)  # type: ignore[attr-defined]
    return vote.ballot(0)


def late_by_the_archive(services: Services, vote: MadeVote) -> bytes:
    close(services, vote)
    return vote.ballot(0)


def cancelled(services: Services, vote: MadeVote) -> bytes:
    with services.database.uow() as tx:
        row = tx.get(Vote, vote.uuid)
        assert row is not None
        row.cancelled_at = services.clock()
        tx.commit()
    return vote.ballot(0)


TABLE: list[tuple[Situation, int, str, str]] = [
    (malformed, 400, "ballot.format", rules.MALFORMED.sentence),
    (not_even_json, 400, "ballot.format", rules.MALFORMED.sentence),
    (empty, 400, "ballot.format", rules.MALFORMED.sentence),
    (with_blanks_between, 400, "ballot.format", rules.MALFORMED.sentence),
    (oversized, 413, "http.413", "What you sent is larger than the %(limit)s we accept. Nothing was changed."),
    (forged_choice, 422, "ballot.hash", rules.INVALID.sentence),
    (forged_signature, 422, "ballot.hash", rules.INVALID.sentence),
    (replayed, 409, "ballot.superseded", rules.SUPERSEDED.sentence),
    (someone_elses, 403, "credential.not_yours", rules.NOT_YOURS.sentence),
    (of_nobody, 403, "credential.unknown", rules.UNKNOWN_CREDENTIAL.sentence),
    (of_another_vote, 422, "ballot.election", rules.INVALID.sentence),
    (too_early, 403, "vote.not_open", rules.NOT_OPEN.sentence),
    (late_by_the_clock, 410, "vote.closed", rules.CLOSED.sentence),
    (late_by_the_archive, 410, "vote.closed", rules.CLOSED.sentence),
    (cancelled, 410, "vote.cancelled", rules.CANCELLED.sentence),
]


@pytest.mark.parametrize("situation", TABLE, ids=lambda row: row[0].__name__)
def test_what_is_not_a_good_ballot_is_refused_in_the_voters_language_and_leaves_no_trace(
    situation: tuple[Situation, int, str, str], services: Services, vote: MadeVote, at_booth: AtBooth
) -> None:
    arrange, status, code, sentence = situation
    voters = {lang: at_booth(0, lang) for lang in LANGUAGES}
    raw = arrange(services, vote)
    before = service.vote(services, vote.uuid)

    for lang, client in voters.items():
        answer = client.post(f"/votes/{vote.uuid}/ballots", content=raw)

        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert (problem["status"], problem["code"]) == (status, code)
        assert problem["detail"] == translate(lang, sentence, limit=translate(lang, "%(size)s MB", size="1"))
        assert lang == "en" or problem["detail"] != sentence
    after = service.vote(services, vote.uuid)
    assert (after.head_hash, after.ballots) == (before.head_hash, before.ballots)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_unknown_vote_is_said_to_be_unknown(
    lang: str, vote: MadeVote, at_booth: AtBooth, client: TestClient
) -> None:
    sentence = translate(lang, rules.UNKNOWN_VOTE.sentence)

    answer = at_booth(0, lang).post("/votes/11111111111111/ballots", content=vote.ballot(0))
    assert (answer.status_code, answer.json()["code"]) == (404, "vote.unknown")
    assert answer.json()["detail"] == sentence
    for page in ("", "/board", "/result", "/verify", "/decryption", "/ballots/" + "A" * 43):
        shown = client.get(f"/{lang}/votes/11111111111111{page}")
        assert shown.status_code == 404
        assert sentence in shown.text


def test_the_booth_of_one_vote_takes_no_ballot_of_another(
    services: Services, vote: MadeVote, voters: Voters, at_booth: AtBooth
) -> None:
    client = at_booth(0)
    voters.vote = make_vote(services, voters=1).uuid

    answer = client.post(f"/votes/{vote.uuid}/ballots", content=vote.ballot(0))

    assert (answer.status_code, answer.json()["code"]) == (403, "session.other_vote")


def test_who_has_not_come_through_the_door_is_not_heard(vote: MadeVote, at_booth: AtBooth) -> None:
    answer = at_booth(None).post(f"/votes/{vote.uuid}/ballots", content=vote.ballot(0))

    assert (answer.status_code, answer.json()["code"]) == (401, "session.none")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}, "csrf.origin"),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "same-site"}, "csrf.origin"),
        ({HEADER: "0" * 64}, "csrf.token"),
        ({HEADER: ""}, "csrf.token"),
    ],
    ids=["another site", "the main site", "wrong token", "no token"],
)
def test_no_other_page_casts_in_a_voters_name(
    changes: dict[str, str], code: str, services: Services, vote: MadeVote, at_booth: AtBooth
) -> None:
    answer = at_booth(0).post(f"/votes/{vote.uuid}/ballots", content=vote.ballot(0), headers=changes)

    assert (answer.status_code, answer.json()["code"]) == (403, code)
    assert service.vote(services, vote.uuid).ballots == 0


def test_a_ballot_cannot_be_cast_by_following_a_link_nor_at_the_main_site(
    vote: MadeVote, at_booth: AtBooth, client: TestClient
) -> None:
    assert at_booth(0).get(f"/votes/{vote.uuid}/ballots").status_code == 405
    assert client.post(f"/votes/{vote.uuid}/ballots", content=vote.ballot(0)).status_code == 404


@pytest.mark.parametrize("page", ["board?page=-1", "board?page=99999999999999999999", "board?after=x"])
def test_a_page_of_the_board_that_is_not_there_is_the_nearest_one(
    page: str, vote: MadeVote, client: TestClient
) -> None:
    assert client.get(f"/en/votes/{vote.uuid}/{page}").status_code == 200


def test_the_pages_of_the_booth_say_that_and_why_a_vote_was_cancelled(
    services: Services, vote: MadeVote, at_booth: AtBooth
) -> None:
    voter, reason = at_booth(0), Texts("Қате", "Ошибка", "Two questions were printed wrongly.")
    with services.database.uow() as tx:
        service.cancel(services, tx, vote.uuid, reason, "ab" * 32)
        tx.commit()

    for page in ("booth", "credential", "ballot-file"):
        shown = voter.get(f"/en/votes/{vote.uuid}/{page}", headers={"Accept": "text/html"}).text
        assert "This vote was cancelled." in shown, page
        assert reason.en in shown, page
        assert "<form" not in shown, page
    assert "booth/main.js" not in voter.get(f"/en/votes/{vote.uuid}/booth").text


@pytest.mark.sqlite
def test_no_page_of_a_cancelled_vote_promises_that_a_ballot_counts(
    services: Services, vote: MadeVote, client: TestClient
) -> None:
    raw = vote.ballot(0)
    service.cast(services, vote.uuid, vote.people[0], raw)
    here = f"/en/votes/{vote.uuid}"
    pages = [f"{here}/ballots/{to_address(ballot.tracker(raw))}", f"{here}/board", f"{here}/enter", f"{here}/offline"]
    promises = ("will be counted", "must then be called counted", "hand the ballot in", "Voting is over")
    said = "\n".join(client.get(page).text for page in [*pages[:2], pages[3]])
    assert all(promise in said for promise in promises[:3])
    with services.database.uow() as tx:
        service.cancel(services, tx, vote.uuid, Texts("Қате", "Ошибка", "A question was wrong."), "ab" * 32)
        tx.commit()

    for page in pages:
        shown = client.get(page).text
        assert "This vote was cancelled" in shown, page
        assert "A question was wrong." in shown, page
        if page != pages[3]:
            assert not [promise for promise in promises if promise in shown], page
    assert "neither counted nor decrypted" in client.get(pages[0]).text
    assert "hand the ballot in" not in client.get(pages[3]).text
