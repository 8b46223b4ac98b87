"""The pages of a vote, in every state and language, for everybody alike."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import tarfile
from datetime import timedelta
from html import unescape
from io import BytesIO

import pytest
from starlette.testclient import TestClient
from tests.conftest import ClientFactory
from tests.voting.making import BLANK, NO, YES, MadeVote, close, decrypt, make_vote, tallied

from egov_crypto import ballot
from egov_crypto.question import Question
from egov_participation import source
from egov_participation.app import create_app
from egov_participation.clock import ManualClock
from egov_participation.i18n import LANGUAGES
from egov_participation.services import Services
from egov_participation.voting import service
from egov_participation.voting.models import Vote
from egov_participation.voting.trackers import to_address

PAGES = ("", "/board", "/result", "/verify", "/decryption")


def text_of(html: str) -> str:
    """What a reader sees of a page, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html.partition("<main")[2])).split())


def to_state(services: Services, vote: MadeVote, state: str) -> None:
    """Carry an open vote on to a state, or back before its opening."""
    view = service.vote(services, vote.uuid)
    if state == "setup":
        services.clock.set(view.opens_at - timedelta(hours=1))  # type: ignore[attr-defined]
    elif state == "cancelled":
        with services.database.uow() as tx:
            row = tx.get(Vote, vote.uuid)
            assert row is not None
            row.cancelled_at = services.clock()
            tx.commit()
    elif state == "closed":
        services.clock.set(view.closes_at)  # type: ignore[attr-defined]
    elif state == "decrypting":
        close(services, vote)
        service.hand_in_decryption(services, vote.uuid, decrypt(services, vote, 2))
    elif state == "tallied":
        tallied(services, vote)


@pytest.mark.parametrize("state", ["setup", "open", "closed", "decrypting", "tallied", "cancelled"])
def test_every_page_says_the_state_in_every_language_and_is_the_same_for_everybody(
    state: str, client: TestClient, signed_in: TestClient, services: Services, vote: MadeVote
) -> None:
    service.cast(services, vote.uuid, vote.people[0], vote.ballot(0))
    to_state(services, vote, state)

    for lang in LANGUAGES:
        for page in PAGES:
            answer = client.get(f"/{lang}/votes/{vote.uuid}{page}")
            assert answer.status_code == 200
            assert answer.text.count("<h1") == 1
            assert f'<html lang="{lang}"' in answer.text
            assert "set-cookie" not in answer.headers
            if page != "/decryption":  # its form carries the token of a session, if there is one
                assert signed_in.get(f"/{lang}/votes/{vote.uuid}{page}").text == answer.text
    assert service.vote(services, vote.uuid).state == state


def test_an_open_vote_says_how_long_it_is_open_and_leads_to_the_booth(
    client: TestClient, clock: ManualClock, services: Services, vote: MadeVote
) -> None:
    page = client.get(f"/en/votes/{vote.uuid}")

    assert "8 hours left, until 6 October 2024, 20:00" in text_of(page.text)
    assert f'href="/en/votes/{vote.uuid}/enter"' in page.text
    clock.advance(hours=7, minutes=30)
    assert "Less than an hour left" in text_of(client.get(f"/en/votes/{vote.uuid}").text)
    clock.set(service.vote(services, vote.uuid).closes_at)
    assert "/enter" not in client.get(f"/en/votes/{vote.uuid}").text


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("kk", "8 сағат қалды, жабылуы: 2024 ж. 6 қазан, 20:00"),
        ("ru", "Осталось 8 часов, до 6 октября 2024 года, 20:00"),
    ],
)
def test_until_when_a_vote_is_open_is_said_as_its_language_says_it(
    lang: str, said: str, client: TestClient, vote: MadeVote
) -> None:
    assert said in text_of(client.get(f"/{lang}/votes/{vote.uuid}").text)


@pytest.mark.parametrize(
    ("least", "most", "said"),
    [
        (1, 1, "Выберите один ответ."),
        (0, 1, "Выберите один ответ или ни одного."),
        (5, 5, "Выберите ровно 5 ответов."),
        (0, 2, "Выберите не больше 2 ответов или ни одного."),
        (2, 3, "Выберите от 2 до 3 ответов."),
    ],
)
def test_how_many_answers_may_be_chosen_is_said_in_the_plural_of_its_number(
    least: int, most: int, said: str, client: TestClient, services: Services
) -> None:
    answers = tuple(f"{at}" for at in range(6))
    made = make_vote(services, questions=[Question(answers, "Кто?", least, most, blank=True)])
    blank = "Можно дать и пустой ответ: он тоже учитывается."

    assert f"{said} {blank}" in text_of(client.get(f"/ru/votes/{made.uuid}").text)


def test_a_vote_of_several_days_counts_days(client: TestClient, services: Services) -> None:
    made = make_vote(services, lasts=timedelta(days=2, hours=5))

    assert "2 days left" in text_of(client.get(f"/en/votes/{made.uuid}").text)
    assert "Осталось 2 дня" in text_of(client.get(f"/ru/votes/{made.uuid}").text)


def test_what_happened_stands_in_the_order_in_which_it_happened(
    client: TestClient, services: Services, vote: MadeVote
) -> None:
    to_state(services, vote, "decrypting")

    text = text_of(client.get(f"/en/votes/{vote.uuid}").text)
    places = [
        text.index(sentence)
        for sentence in (
            "The vote was set up", "Voting opened", "Voting closed", "added up recorded in the archive, entry 2",
            "Trustee 2 decrypted the sum recorded in the archive, entry 3", "Trustee 1 decrypts the sum still to come",
            "The result is published still to come",
        )
    ]  # fmt: skip
    assert places == sorted(places)


def test_the_result_is_told_as_picture_and_as_table_with_its_source(
    client: TestClient, services: Services, vote: MadeVote
) -> None:
    for voter, choices in ((0, NO), (0, YES), (1, YES), (2, BLANK)):
        service.cast(services, vote.uuid, vote.people[voter], vote.ballot(voter, choices))
    tallied(services, vote)

    page = client.get(f"/en/votes/{vote.uuid}/result").text
    text = text_of(page)
    for said in ("Yes 2 66.67%", "No 0 0.00%", "Blank 1 33.33%", "Voted 3 100.00%", "Did not vote 0 0.00%"):
        assert said in text
    assert "1 ballot was replaced" in text
    assert "Source: the archive of this vote, entry 9." in text
    assert "All ballots came in on one day" in text
    # The answers, the turnout, and by region a map and bars; each once for wide screens and once for narrow ones.
    assert len(re.findall(r'<svg[^>]* role="img"', page)) == 8
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert "style" not in page.partition("<main")[2]


def test_a_vote_of_several_days_shows_each_of_them(client: TestClient, clock: ManualClock, services: Services) -> None:
    made = make_vote(services, lasts=timedelta(days=2))
    service.cast(services, made.uuid, made.people[0], made.ballot(0))
    clock.advance(days=1, hours=20)
    service.cast(services, made.uuid, made.people[1], made.ballot(1))
    tallied(services, made)

    assert "6 October 2024 1 7 October 2024 0 8 October 2024 1" in text_of(
        client.get(f"/en/votes/{made.uuid}/result").text
    )


def test_weights_count_in_the_shares(client: TestClient, services: Services) -> None:
    made = make_vote(services, weights=(1, 2, 7))
    for voter, choices in ((0, YES), (1, NO), (2, NO)):
        service.cast(services, made.uuid, made.people[voter], made.ballot(voter, choices))
    tallied(services, made)

    text = text_of(client.get(f"/en/votes/{made.uuid}/result").text)
    assert "Yes 1 10.00%" in text
    assert "No 9 90.00%" in text
    assert "Voted 3 100.00%" in text


def test_the_result_goes_about_as_a_picture(client: TestClient, services: Services, vote: MadeVote) -> None:
    address = f"/kk/votes/{vote.uuid}/result-1.png"
    assert client.get(address).status_code == 404
    tallied(services, vote)

    answer = client.get(address)
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    assert f'content="http://localhost{address}"' in client.get(f"/kk/votes/{vote.uuid}/result").text
    for number in ("0", "2"):
        assert client.get(f"/kk/votes/{vote.uuid}/result-{number}.png").status_code == 404


def test_how_to_verify_is_told_with_the_exact_commands_and_the_numbers_to_compare(
    client: TestClient, services: Services, vote: MadeVote
) -> None:
    page = client.get(f"/en/votes/{vote.uuid}/verify").text
    archive = f"http://localhost/votes/{vote.uuid}/archive.bel"
    view = service.vote(services, vote.uuid)

    for command in (
        (
            f"curl -O http://localhost{source.PATH}\npython3 -m venv verify\n"
            f". verify/bin/activate\npip install ./{source.NAME}"
        ),
        f"egov-verify vote {archive}",
        f"mkdir vote &amp;&amp; curl -o vote/{vote.uuid}.bel {archive}\nbelenios-tool election verify --dir vote",
        f"egov-ballot audit egov-ballot-challenge.json {archive} --fingerprint &#39;{view.fingerprint}&#39;",
    ):
        assert f"<code>{command}</code>" in page
    ungapped = re.sub(r"</?span>", "", page)
    for shown in (
        view.fingerprint,
        view.head_hash,
        service.receipt_key(services),
        source.digest(),
        *(t.public_key for t in view.trustees),
    ):
        assert shown in ungapped


def test_the_list_names_votes_by_what_can_be_done_with_them(
    client: TestClient, services: Services, vote: MadeVote
) -> None:
    tallied(services, vote)
    make_vote(services, voters=1, opens_in=timedelta(days=1))
    make_vote(services, voters=1)

    text = text_of(client.get("/en/votes").text)
    places = [text.index(heading) for heading in ("Open now", "Opening soon", "Ended")]
    assert places == sorted(places)
    assert text.count("A trial vote") == 3


def test_without_a_vote_the_list_says_so(client: TestClient) -> None:
    assert "There are no votes yet" in text_of(client.get("/en/votes").text)


def test_the_board_comes_in_pages_and_each_ballot_says_what_became_of_it(
    client: TestClient, services: Services, vote: MadeVote, clock: ManualClock
) -> None:
    raw = [vote.ballot(0) for _ in range(26)]
    for one in raw:
        clock.advance(minutes=5)  # only so many are taken in an hour
        service.cast(services, vote.uuid, vote.people[0], one)

    first, second = (client.get(f"/en/votes/{vote.uuid}/board?page={page}").text for page in (1, 2))
    assert (first.count("Replaced</strong>"), second.count("On the board</strong>")) == (25, 1)
    for one, page in ((raw[0], first), (raw[24], first), (raw[25], second)):
        assert f"/ballots/{to_address(ballot.tracker(one))}" in page
    close(services, vote)
    assert "Counted</strong>" in client.get(f"/en/votes/{vote.uuid}/board?page=2").text


def test_a_ballot_is_found_by_its_tracker_with_or_without_gaps(
    client: TestClient, services: Services, vote: MadeVote
) -> None:
    raw = vote.ballot(0)
    service.cast(services, vote.uuid, vote.people[0], raw)
    tracker = ballot.tracker(raw)
    page = f"/en/votes/{vote.uuid}/ballots/{to_address(tracker)}"

    for typed in (tracker, to_address(tracker), f"  {tracker[:4]} {tracker[4:20]}\t{tracker[20:]} "):
        answer = client.get(f"/en/votes/{vote.uuid}/board", params={"tracker": typed})
        assert (answer.status_code, answer.headers["location"]) == (303, page)
    shown = client.get(page).text
    assert tracker in re.sub(r"</?span>", "", shown)
    assert "will be counted unless the same voter replaces it" in text_of(shown)


@pytest.mark.parametrize(
    ("typed", "said"), [("abc", "This is not a tracking number"), ("A" * 43, "No ballot with this number")]
)
def test_what_is_not_found_is_said_at_the_field_and_kept_in_it(
    typed: str, said: str, client: TestClient, vote: MadeVote
) -> None:
    answer = client.get(f"/en/votes/{vote.uuid}/board", params={"tracker": typed})

    assert answer.status_code == 404
    assert text_of(answer.text).count(said) == 2
    assert f'value="{typed}"' in answer.text


def test_a_tracker_page_tells_the_ballots_fate_and_nothing_of_its_voter(
    client: TestClient, services: Services, vote: MadeVote
) -> None:
    first, second = vote.ballot(0, YES), vote.ballot(0, NO)
    for raw in (first, second):
        service.cast(services, vote.uuid, vote.people[0], raw)
    close(services, vote)
    replaced, counted = (
        client.get(f"/en/votes/{vote.uuid}/ballots/{to_address(ballot.tracker(raw))}").text for raw in (first, second)
    )

    assert "so this one is not counted" in text_of(replaced)
    assert "this ballot is in the count" in text_of(counted)
    for page in (replaced, counted):
        assert vote.people[0] not in page
        assert vote.credentials[0] not in page


def test_pages_name_their_data(client: TestClient, vote: MadeVote) -> None:
    for page in ("", "/result", "/verify"):
        shown = client.get(f"/ru/votes/{vote.uuid}{page}").text
        assert f'<link rel="alternate" type="application/json" href="/api/v1/votes/{vote.uuid}">' in shown
    assert '<link rel="alternate" type="application/json" href="/api/v1/votes">' in client.get("/ru/votes").text


def test_the_program_that_verifies_is_to_be_had_here_and_its_digest_is_the_one_shown(client: TestClient) -> None:
    answer = client.get(source.PATH)

    assert answer.headers["content-type"] == "application/gzip"
    assert hashlib.sha256(answer.content).hexdigest() == source.digest()
    assert client.get(source.PATH, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    with tarfile.open(fileobj=BytesIO(answer.content)) as tar:
        names = tar.getnames()
        assert {(member.mtime, member.uid, member.mode, member.isfile()) for member in tar} == {(0, 0, 0o644, True)}
    assert names == sorted(names)
    assert {"egov-crypto/pyproject.toml", "egov-crypto/src/egov_crypto/verify.py"} <= set(names)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("kk", "Бүкіл бастапқы код жарияланған жер"),
        ("ru", "Где опубликован весь исходный код"),
        ("en", "Where all of the source is published"),
    ],
)
def test_where_the_source_is_published_is_shown_where_that_is_set(
    lang: str, words: str, services: Services, vote: MadeVote, new_client: ClientFactory
) -> None:
    published = services.settings.model_copy(update={"source_url": "https://code.example.org/egov"})
    for settings, shown in ((services.settings, 0), (published, 1)):
        here = dataclasses.replace(services, settings=settings)
        page = new_client(create_app(settings, services=here)).get(f"/{lang}/votes/{vote.uuid}/verify").text
        assert page.count("https://code.example.org/egov") == shown
        assert text_of(page).count(words) == shown


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_tracker_page_that_is_printed_names_whole_addresses(
    lang: str, client: TestClient, services: Services, vote: MadeVote
) -> None:
    raw = vote.ballot(0)
    service.cast(services, vote.uuid, vote.people[0], raw)
    page = client.get(f"/{lang}/votes/{vote.uuid}/ballots/{to_address(ballot.tracker(raw))}").text

    links = re.findall(r'<a [^>]*href="([^"]+)"', page.partition("<h1")[2].partition("</main")[0])
    assert len(links) == 3
    assert all(link.startswith("http://localhost/") for link in links)
