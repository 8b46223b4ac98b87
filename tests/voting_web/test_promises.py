"""What the pages promise a voter: no more than holds."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.conftest import ClientFactory
from tests.voting.making import MadeVote, make_vote
from tests.voting_web.conftest import AtBooth, Voters
from tests.voting_web.test_pages import text_of

from egov_participation.i18n import LANGUAGES
from egov_participation.services import Services

ALONE = {"kk": "жалғыз өзі аша алар еді", "ru": "в одиночку раскрыть любой", "en": "could open any single ballot alone"}
TOGETHER = {
    "kk": ("бюллетеньді жалғыз аша алмайды", "бәрі сөз байласқанда ғана"),
    "ru": ("В одиночку хранитель бюллетень не раскроет", "если бы они сговорились все"),
    "en": ("No single trustee can open a ballot", "only if all of them acted together"),
}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("trustees", [1, 2])
def test_that_no_trustee_can_open_a_ballot_alone_is_said_only_where_there_are_several(
    trustees: int,
    lang: str,
    client: TestClient,
    app: Starlette,
    new_client: ClientFactory,
    services: Services,
    voters: Voters,
) -> None:
    made = make_vote(services, trustees=trustees)
    voters.people, voters.vote = {"0": made.people[0]}, made.uuid
    client.cookies.set("session", "0")
    booth = new_client(app, booth=True)
    booth.cookies.set("booth", "0")
    page = f"/{lang}/votes/{made.uuid}"
    pages = [text_of(answer.text) for answer in (booth.get(f"{page}/booth"), client.get(f"{page}/verify"))]
    pages.append(text_of(client.get(f"{page}/enter").text))

    for text in pages:
        assert (ALONE[lang] in text) is (trustees == 1)
    for text, together in zip(pages, TOGETHER[lang], strict=False):
        assert (together in text) is (trustees > 1)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_where_the_registrar_is_inside_the_web_site_every_verify_page_says_what_that_means(
    lang: str, client: TestClient, vote: MadeVote
) -> None:
    said = {
        "kk": ("сайттың өз ішінде", "орнына дауыс бере алар еді", "қай бюллетень кімдікі екенін де біле алар еді"),
        "ru": ("внутри самого сайта", "проголосовать за тех, кто не голосовал", "кому какой бюллетень принадлежит"),
        "en": ("runs inside the web site", "could vote in place of people", "could tell whose ballot is whose"),
    }
    text = text_of(client.get(f"/{lang}/votes/{vote.uuid}/verify").text)

    for part in said[lang]:
        assert part in text


def test_whoever_is_told_to_challenge_is_told_to_do_it_with_any_choices(
    client: TestClient, at_booth: AtBooth, vote: MadeVote
) -> None:
    advice = "Check with any choices, better not with your real ones: the file that opens the ballot shows them"

    assert advice in text_of(client.get(f"/en/votes/{vote.uuid}/verify").text)
    assert advice in text_of(at_booth().get(f"/en/votes/{vote.uuid}/booth").text)
