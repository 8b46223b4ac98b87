"""The result as a visitor finds it, in each state and language, and everything that can be downloaded of it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.voting.making import BLANK, NO, YES, MadeVote, close, make_vote, tallied
from tests.voting.protocols import ERRATUM, correct, sign

from egov_participation.i18n import LANGUAGES
from egov_participation.services import Services
from egov_participation.voting import service
from egov_participation.voting.protocol import verify
from egov_participation.voting.texts import Texts

REASON = Texts("Сервер істен шықты", "Сервер вышел из строя", "The server broke")

Step = Callable[[Services, MadeVote], object]


def cancel(services: Services, vote: MadeVote) -> None:
    with services.database.uow() as tx:
        service.cancel(services, tx, vote.uuid, REASON, "a" * 64)
        tx.commit()


def some_votes(services: Services, vote: MadeVote) -> None:
    for voter, choices in ((0, NO), (1, YES), (0, YES)):
        service.cast(services, vote.uuid, vote.people[voter], vote.ballot(voter, choices))


COUNTED: tuple[Step, ...] = (some_votes, tallied)
SIGNED: tuple[Step, ...] = (*COUNTED, lambda services, vote: sign(services, vote.uuid))
FIRST_LINES: dict[str, tuple[tuple[Step, ...], dict[str, str]]] = {
    "open": ((), {"kk": "ашық", "ru": "открыто", "en": "open"}),
    "decrypting": ((some_votes, close), {"kk": "барлығы 2", "ru": "из 2", "en": "0 of 2 trustees"}),
    "counted": (
        COUNTED,
        {
            "kk": "екі мүшесі әлі қол қойған жоқ",
            "ru": "ещё не подписали протокол",
            "en": "two members of the commission have yet to sign the protocol",
        },
    ),
    "signed": (SIGNED, {"kk": "хаттамаға қол қойылды", "ru": "протокол подписан", "en": "the protocol was signed on"}),
    "corrected": (
        (*SIGNED, lambda services, vote: correct(services, vote.uuid)),
        {"kk": "түзету жарияланды", "ru": "поправка опубликована", "en": "an erratum was published on"},
    ),
    "cancelled": ((some_votes, cancel), {"kk": "күші жойылды", "ru": "отменено", "en": "cancelled"}),
}


def made(services: Services, *steps: Step, **given: Any) -> MadeVote:
    vote = make_vote(services, **given)
    for step in steps:
        step(services, vote)
    return vote


def first_line(html: str) -> str:
    found = re.search(r'<p class="egov-state">(.*?)</p>', html, re.DOTALL)
    assert found is not None
    return re.sub("<[^>]+>", "", found[1]).replace("\xa0", " ")


def main_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub("<[^>]+>", " ", html.partition("<main")[2]))).replace("\xa0", " ")


@pytest.mark.parametrize("state", FIRST_LINES)
def test_the_first_line_says_how_far_it_is(state: str, client: TestClient, services: Services) -> None:
    steps, said = FIRST_LINES[state]
    vote = made(services, *steps)
    for lang in LANGUAGES:
        answer = client.get(f"/{lang}/votes/{vote.uuid}/result")
        assert answer.status_code == 200
        assert said[lang].lower() in first_line(answer.text).lower()


def test_a_cancelled_vote_says_why_and_has_nothing_to_download(client: TestClient, services: Services) -> None:
    vote = made(services, some_votes, cancel)
    html = client.get(f"/ru/votes/{vote.uuid}/result").text

    assert REASON.ru in html
    assert "protocol" not in html
    for file in ("protocol.json", "result.csv", "turnout.json"):
        assert client.get(f"/votes/{vote.uuid}/{file}").status_code == 404
    refusal = client.get(f"/en/votes/{vote.uuid}/protocol.pdf", headers={"Accept": "text/html"})
    assert (refusal.status_code, "there will be no protocol" in refusal.text) == (404, True)


def test_errata_stand_above_the_result_and_the_protocol(client: TestClient, services: Services) -> None:
    vote = made(services, *SIGNED)
    correct(services, vote.uuid)
    text = main_of(client.get(f"/en/votes/{vote.uuid}/result").text)

    assert text.index(ERRATUM.en) < text.index("Do you agree?") < text.index("Protocol to read and print")
    assert text.count(ERRATUM.en) == 1


def test_numbers_read_right_where_voters_have_weights_and_may_choose_several(
    client: TestClient, services: Services
) -> None:
    vote = make_vote(services, voters=3, weights=(1, 4, 2), trustees=1)
    for voter, choices in ((0, YES), (1, BLANK)):
        service.cast(services, vote.uuid, vote.people[voter], vote.ballot(voter, choices))
    tallied(services, vote)
    text = main_of(client.get(f"/en/votes/{vote.uuid}/result").text)

    assert "those who took part have 5 votes together" in text
    assert "Yes 1 20.00% No 0 0.00% Blank 4 80.00%" in text
    assert "Voted 2 66.67%" in text
    assert "blank votes are counted too" in text


def test_nobody_and_everybody_alike_read_right(client: TestClient, services: Services) -> None:
    nobody = made(services, tallied, voters=2, trustees=1)
    text = main_of(client.get(f"/en/votes/{nobody.uuid}/result").text)
    assert "Nobody voted. There is nothing to count" in text
    assert "Yes 0 0.00%" in text

    alike = make_vote(services, voters=2, trustees=1)
    for voter in (0, 1):
        service.cast(services, alike.uuid, alike.people[voter], alike.ballot(voter))
    tallied(services, alike)
    assert "Yes 2 100.00% No 0 0.00%" in main_of(client.get(f"/en/votes/{alike.uuid}/result").text)


def test_turnout_by_region_is_there_with_what_can_be_checked_of_it(client: TestClient, services: Services) -> None:
    vote = made(services, *COUNTED)
    html = client.get(f"/en/votes/{vote.uuid}/result").text

    assert "Almaty City 2 3 66.67%" in main_of(html)
    assert "Anybody can check the total" in html
    assert "do not agree with the board" not in html
    for chart in ("turnout", "map", "regions"):
        answer = client.get(f"/kk/votes/{vote.uuid}/chart-{chart}.png")
        assert (answer.status_code, answer.content[:4]) == (200, b"\x89PNG")
    for chart in ("days", "nothing"):  # all on one day
        assert client.get(f"/kk/votes/{vote.uuid}/chart-{chart}.png").status_code == 404


def test_everything_is_downloaded_with_a_tag_by_any_site(client: TestClient, services: Services) -> None:
    vote = made(services, *SIGNED)
    base = f"/votes/{vote.uuid}"
    types = {
        f"{base}/protocol.json": "application/json",
        f"{base}/turnout.json": "application/json",
        f"{base}/result.csv": "text/csv",
        f"/kk{base}/protocol.pdf": "application/pdf",
    }
    for address, media_type in types.items():
        answer = client.get(address)
        assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, media_type)
        assert answer.headers["access-control-allow-origin"] == "*"
        again = client.get(address, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")

    key = service.protocol_key(services)
    signed = verify(client.get(f"{base}/protocol.json").content, key)
    page = re.sub("<[^>]+>", "", client.get(f"/en{base}/result").text)
    assert signed.hash in page
    assert key in page
    rows = list(csv.reader(io.StringIO(client.get(f"{base}/result.csv").content.decode("utf-8-sig"))))
    assert [row[12] for row in rows] == ["votes", "2", "0", "0"]


def test_before_the_signature_each_address_says_what_is_awaited(client: TestClient, services: Services) -> None:
    vote = made(services, *COUNTED)
    answer = client.get(f"/votes/{vote.uuid}/protocol.json", headers={"Accept": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (404, "protocol.none")
    page = client.get(f"/ru/votes/{vote.uuid}/protocol.pdf", headers={"Accept": "text/html"})
    assert (page.status_code, "ещё не подписали протокол" in page.text) == (404, True)
    assert client.get(f"/votes/{vote.uuid}/result.csv").status_code == 200


def test_the_api_tells_protocol_errata_and_regions(client: TestClient, services: Services) -> None:
    vote = made(services, *COUNTED)
    assert client.get(f"/api/v1/votes/{vote.uuid}").json()["protocol"] is None
    raw = sign(services, vote.uuid)
    correct(services, vote.uuid)
    found = client.get(f"/api/v1/votes/{vote.uuid}").json()

    assert found["protocol"]["hash"] == verify(raw, found["protocol"]["key"]).hash
    assert client.get(found["protocol"]["url"]).content == raw
    assert client.get(found["protocol"]["pdf"]["en"]).status_code == 200
    assert [one["text"]["en"] for one in found["protocol"]["errata"]] == [ERRATUM.en]
    assert found["turnout"]["by_region"] == [
        {"territory": "KZ-75", "territories": ["KZ-75"], "voters": 2, "registered": 3}
    ]
    assert json.loads(client.get(found["turnout"]["statement_url"]).content)["uuid"] == vote.uuid


def test_past_votes_are_found_by_year_kind_and_words_on_the_page_and_as_data(
    client: TestClient, services: Services
) -> None:
    vote = made(services, *SIGNED)
    make_vote(services)
    html = client.get("/en/votes/past").text
    assert html.count("egov-list__item") == 1
    assert "Most votes: Yes, 100.00%. Turnout 66.67%." in html
    assert f"/en/votes/{vote.uuid}/protocol.pdf" in html
    assert "/en/votes/past" in client.get("/en/votes").text

    for query, count in {
        "year=2024": 1,
        "year=2023": 0,
        "kind=binding": 0,
        "kind=consultative&year=2024&q=trial": 1,
        "q=nothing-like-it": 0,
        "year=x&kind=y&page=-3": 1,
        "year=9999&page=99999999999999": 1,
    }.items():
        assert client.get(f"/kk/votes/past?{query}").status_code == 200
        found = client.get(f"/api/v1/votes/past?{query}").json()
        assert (found["total"], len(found["votes"]), found["next"]) == (count, count, None)
    assert client.get("/en/votes/past?kind=binding").text.count('class="egov-filters__remove"') == 1
    assert "No past vote fits" in client.get("/en/votes/past?kind=binding").text
