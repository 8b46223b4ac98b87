"""A petition's pages as anybody sees them: in every state, in three languages, and nothing that is not public."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import timedelta
from html import unescape
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import Engine, event
from starlette.testclient import TestClient
from tests.petitions.showing import REASON, TITLES, put

from egov_participation.clock import ManualClock
from egov_participation.i18n import LANGUAGES
from egov_participation.jurisdiction.territories import REGIONS
from egov_participation.petitions.models import Petition, State
from egov_participation.petitions.service import reading
from egov_participation.petitions.telling import written_in
from egov_participation.services import Services


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html.partition("<main")[2])).split())


def read(client: TestClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return text_of(answer.text)


def signed(services: Services, **columns: object) -> str:
    """An open petition with signatures from every region on three days."""
    today = services.day(services.clock())
    regions = {code: (100 + 10 * place, place, 90) for place, code in enumerate(REGIONS)}
    days = {today: 30, today - timedelta(days=1): 20, today - timedelta(days=3): 7}
    return put(services, regions=regions, days=days, **columns)  # type: ignore[arg-type]


def test_it_says_where_it_stands_and_how_many_signed(services: Services, client: TestClient) -> None:
    reference = signed(services)
    shown = read(client, f"/en/petitions/{reference}")

    assert "Open 90 days left, until 4" in shown or "Open 90 days left, until 5" in shown
    assert TITLES["ru"] in shown  # nobody has written it in English
    assert "Government of the Republic of Kazakhstan" in shown
    assert "4,090 signatures 190 of them on paper" in shown
    assert "1,800 verified by the first 1,807 entries of the log" in shown
    assert "4,090 of 50,000." in shown
    assert f"egov-verify petition {services.settings.base_url}/en/petitions/{reference}" in shown
    assert shown.index("Sign this petition") < shown.index("Signatures by region")


def test_signers_whom_a_demonstration_invents_are_said_to_be_that(services: Services, client: TestClient) -> None:
    some, all_ = signed(services, generated=5000), signed(services, number=2, generated=4090)

    assert "invented by the demonstration. They are still being added: 4,090 of 5,000 so far." in read(
        client, f"/en/petitions/{some}"
    )
    assert "still being added" not in read(client, f"/en/petitions/{all_}")
    assert "invented" not in read(client, f"/en/petitions/{signed(services, number=3)}")


def test_each_chart_has_its_table(services: Services, client: TestClient) -> None:
    reference = signed(services)
    for lang in LANGUAGES:
        page = client.get(f"/{lang}/petitions/{reference}").text
        for chart, rows in (("map", len(REGIONS)), ("regions", len(REGIONS)), ("days", 4)):
            figure = page.partition(f'<figure class="egov-figure" id="{chart}"')[2].partition("</figure>")[0]
            assert "<svg" in figure, chart
            assert figure.count("<tr") == rows + 1, chart
            assert "<title" in figure


def test_charts_are_drawn_anew_once_a_minute(services: Services, client: TestClient, clock: ManualClock) -> None:
    reference = signed(services)
    before = client.get(f"/en/petitions/{reference}").text
    with services.database.uow() as tx:
        row = tx.exec(reading.select(reading.PetitionCount)).one()
        row.electronic += 1
        row.verified += 1
        row.counted_at = clock()
        tx.add(row)
        tx.commit()
    soon = client.get(f"/en/petitions/{reference}").text
    clock.advance(minutes=1)
    later = client.get(f"/en/petitions/{reference}").text

    assert "4,091" in soon
    assert before.partition("<svg")[2].partition("</svg>")[0] == soon.partition("<svg")[2].partition("</svg>")[0]
    assert "4,091" in later


def test_a_fragment_holds_the_numbers_alone(services: Services, client: TestClient) -> None:
    answer = client.get(f"/en/petitions/{signed(services)}", headers={"HX-Request": "true"})

    assert answer.text.lstrip().startswith('<div class="egov-numbers">')
    assert "4,090" in answer.text
    assert "<h1" not in answer.text


def test_a_rejection_has_its_ground_and_its_reason(services: Services, client: TestClient) -> None:
    reference = put(services, state="rejected", ground="languages", happened=(("state.rejected", {}, REASON),))
    shown = read(client, f"/en/petitions/{reference}")

    assert "It is about the status of languages" in shown
    assert REASON.split("\n")[0] in shown
    assert '<p class="egov-timeline__text" lang="en">' in client.get(f"/kk/petitions/{reference}").text
    assert [written_in(text) for text in ("Өтінеміз", "Просим", "We ask Өмір")] == ["kk", "ru", "en"]
    assert "Sign this petition" not in shown
    assert TITLES["ru"] in shown


def test_a_text_that_must_not_be_shown_stands_nowhere(services: Services, client: TestClient) -> None:
    reference = put(services, state="rejected", title="Libel", text_hidden=True, ground="languages")
    page = f"/en/petitions/{reference}"
    pages = [page, f"{page}/verify", f"{page}/feed.atom", f"/api/v1/petitions/{reference}"]
    pages += ["/en/petitions?state=rejected", "/en/search?q=libel"]
    for path in pages:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "Libel<" not in answer.text, path
        assert "Посадить" not in answer.text, path
        assert "Алуа" not in answer.text, path
    data = client.get(f"/api/v1/petitions/{reference}").json()
    assert (data["texts"], data["title"], data["document"]["salt"]) == ({}, {}, None)


def test_a_hidden_one_is_gone_in_words(services: Services, client: TestClient) -> None:
    """Its page says why, and how many had signed, and nothing of what was asked."""
    happened = (("state.hidden", {}, "It names a neighbour."),)
    reference = put(services, state="hidden", title="Away with", regions={"KZ-75": (7, 0, 7)}, happened=happened)
    told = client.get(f"/en/petitions/{reference}").text
    assert "It names a neighbour." in told
    assert '<p class="egov-number__value">7</p>' in told
    assert "Away with" not in told
    for path in ("", "/verify", "/signers", "/counter", "/badge.svg", "/feed.atom"):
        answer = client.get(f"/en/petitions/{reference}{path}")

        assert answer.status_code == 410, path
        assert "hidden now" in answer.text


@pytest.mark.parametrize("state", [State.REVIEW, State.COLLECTING])
def test_one_that_is_not_public_yet_is_not_told_of(services: Services, client: TestClient, state: State) -> None:
    reference = put(services, state=state.value, gate_token="a-secret")
    for path in (f"/en/petitions/{reference}", f"/api/v1/petitions/{reference}", f"/petitions/{reference}/by-day.csv"):
        assert client.get(path).status_code == 404, path
    assert reference not in client.get("/en/petitions?state=all").text
    assert client.get("/api/v1/petitions").json()["petitions"] == []


def test_one_that_was_withdrawn_before_it_was_public_stays_private(services: Services, client: TestClient) -> None:
    before = put(services, 1, state="withdrawn", opened_at=None)
    after = put(services, 2, state="withdrawn")

    assert client.get(f"/en/petitions/{before}").status_code == 404
    assert "Its creator has withdrawn this petition" in read(client, f"/en/petitions/{after}")


def test_one_that_was_merged_leads_to_the_other(services: Services, client: TestClient) -> None:
    stays = put(services, 1)
    with services.database.read() as session:
        into = session.exec(reading.select(Petition.id).where(Petition.reference == stays)).one()
    merged = put(services, 2, state="merged", merged_into=into)

    assert f'href="/en/petitions/{stays}"' in client.get(f"/en/petitions/{merged}").text
    assert client.get(f"/api/v1/petitions/{merged}").json()["merged_into"] == stays


def test_an_answer_that_is_late_is_said_to_be(services: Services, client: TestClient) -> None:
    due = services.day(services.clock()) - timedelta(days=2)
    reference = put(services, state="closed", answer_state="awaited", answer_due_on=due)
    shown = read(client, f"/en/petitions/{reference}")

    assert "Answer overdue The answer was due on 4" in shown
    assert "Was due: an answer by Government of the Republic of Kazakhstan" in shown


def test_what_stands_in_other_peoples_pages_is_framed_and_nothing_else(services: Services, client: TestClient) -> None:
    reference = signed(services)
    counter = client.get(f"/kk/petitions/{reference}/counter")
    page = client.get(f"/kk/petitions/{reference}")
    badge = client.get(f"/ru/petitions/{reference}/badge.svg")

    assert "frame-ancestors *" in counter.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    for answer in (counter, badge):
        assert "set-cookie" not in answer.headers
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "<script" not in counter.text
    assert len(counter.content) < 2500
    assert "4\u00a0090" in counter.text
    assert ET.fromstring(badge.content).tag == "{http://www.w3.org/2000/svg}svg"


@pytest.mark.both
def test_names_come_a_day_later_in_the_order_of_the_alphabet_and_never_few_together(
    services: Services, client: TestClient, clock: ManualClock
) -> None:
    today = services.day(services.clock())
    before = [today - timedelta(days=days) for days in range(4)]
    many = tuple((f"{letter}луа Н.", before[3]) for letter in "БВГДЕЖЗИКА")
    few = tuple((f"Дана {letter}.", before[2]) for letter in "ЖБВГДЕЗИА")
    names = (*many, *few, ("Серік О.", before[1]), ("Ерлан Т.", today))
    reference = put(services, names=names, days=dict.fromkeys(before, 10))
    path = f"/ru/petitions/{reference}/signers"
    answer = client.get(path)

    assert answer.text.index("Дана Б.") < answer.text.index("Дана Ж.") < answer.text.index("Серік О.")
    assert "Ерлан" not in answer.text
    assert "KZ-75" not in answer.text
    assert "noindex" in answer.headers["x-robots-tag"]
    assert "Алуа Н." in client.get(f"{path}?day={before[3]}").text
    alone = client.get(f"{path}?day={before[1]}").text  # a day in the middle of others has no list of its own
    assert "Дана Б." in alone
    assert "Серік О." in alone
    assert "Дана Б." in client.get(f"{path}?day=x&after=AAAA").text
    clock.advance(days=1)
    assert "Ерлан" not in client.get(path).text  # the only one of a day: the log says which pseudonym it is


@pytest.mark.both
def test_each_name_of_a_day_stands_on_one_of_its_pages(
    services: Services, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many have the same name; who leaves meanwhile moves nobody else out of sight."""
    monkeypatch.setattr(reading, "NAMES", 3)
    yesterday = services.day(services.clock()) - timedelta(days=1)
    names = sorted([*["Дана Б."] * 7, "Асан К.", "Ербол С.", *["Серік О."] * 3, "Айгүл Ж."])
    reference = put(services, names=tuple((name, yesterday) for name in reversed(names)), days={yesterday: 13})
    path, found = f"/ru/petitions/{reference}/signers", []
    address: str | None = path
    while address is not None:
        page = client.get(address).text
        found += re.findall(r"<li>([^<]+ .\.)</li>", page)
        further = re.search(r'href="(\?day=[0-9-]+&amp;after=[\w=-]+)"', page)
        address = f"{path}{unescape(further[1])}" if further else None
    assert sorted(found) == names
    assert len(found) == len(names)


def test_regions_and_days_are_told_of_the_log_alone(services: Services, client: TestClient) -> None:
    day = services.day(services.clock())
    reference = put(services, regions={"KZ-75": (12, 3, 9), "KZ-71": (4, 0, 0)}, days={day: 9})
    said = client.get(f"/api/v1/petitions/{reference}").json()

    assert said["count_provisional"] == 16
    assert said["by_region"] == [{"territory": "KZ-75", "count": 9, "verified": 9, "paper": 3}]
    for path in (f"/petitions/{reference}/by-region.csv", "/data/petition-regions.csv"):
        assert "KZ-71" not in client.get(path).text, path
    page = client.get(f"/en/petitions/{reference}").text.partition("<figure")[2]
    assert "Only the total is counted live" in page
    assert "<td>12" not in page
    assert ">15<" not in page


def test_its_page_asks_nothing_of_signatures(services: Services, client: TestClient) -> None:
    reference = signed(services)
    asked: list[str] = []

    def note(*given: str) -> None:
        asked.append(given[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        for path in (f"/en/petitions/{reference}", "/en/petitions?state=all&sort=trending", "/api/v1/petitions"):
            assert client.get(path).status_code == 200
    finally:
        event.remove(Engine, "before_cursor_execute", note)

    assert any("petition_count" in statement for statement in asked)
    assert not [statement for statement in asked if "petition_signature" in statement]


def test_anybody_makes_the_commitment_of_what_the_api_says(services: Services, client: TestClient) -> None:
    reference = put(services, state="rejected", ground="languages", happened=(("state.rejected", {}, REASON),))
    said = client.get(f"/api/v1/petitions/{reference}").json()
    content = {"addressee": said["addressee"], "petition": reference, "territory": said["territory"],
               "texts": said["texts"]}  # fmt: skip
    written = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    made = hashlib.sha256(b"petition.text" + bytes.fromhex(said["document"]["salt"]) + written).hexdigest()
    assert made == said["document"]["hash"]
    assert said["rejection"]["reason"] == REASON
    assert [one["reason"] for one in said["timeline"]][-1] == REASON
