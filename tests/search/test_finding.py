"""What is found and in which order: alike on both databases, on which each test here runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from egov_participation.search import service
from egov_participation.search.models import Posting
from egov_participation.services import Services

AT = datetime(2024, 10, 1, tzinfo=UTC)
THINGS = {
    "park": {
        "kk": ("Саябақ қайда болады", "Қала әкімдігі жаңа саябақтың орнын сұрайды. Тұрғындар дауыс береді."),
        "ru": ("Где будет парк", "Акимат города спрашивает, где разбить новый парк. Жители голосуют."),
        "en": ("Where the park will be", "The city asks where the new park should be. Residents vote."),
    },
    "school": {
        "kk": ("Мектеп атауы", "Мектепке кімнің аты беріледі? Ұсыныстар саябақта жиналды."),
        "ru": ("Название школы", "Чьё имя дать школе? Предложения собирали в парке."),
        "en": ("The name of the school", "Whose name shall the school have? Proposals were taken in the park."),
    },
    "budget": {
        "kk": ("Бюджет", "Ауданның бюджеті: жолдарға, мектептерге, Belenios жүйесіне."),
        "ru": ("Бюджет", "Бюджет района: на дороги, на школы, на систему Belenios."),
    },
    "english": {"en": ("Only in English", "Nobody translated this park.")},
}


@pytest.fixture
def filled(services: Services) -> Services:
    with services.database.uow() as tx:
        for number, (ref, texts) in enumerate(THINGS.items()):
            service.index(tx, "vote", ref, f"/votes/{ref}", texts, AT + timedelta(days=number))
        tx.commit()
    return services


def refs(services: Services, query: str, lang: str = "kk") -> list[str]:
    with services.database.read() as session:
        found = service.find(session, lang, query)
    assert found.total == len(found.items)
    return [item.ref for item in found.items]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("саябаққа", ["park", "school"]),  # the title counts more
        ("САЯБАҒЫ", ["park", "school"]),
        ("парками", ["park", "school"]),
        ("parks", ["park", "english", "school"]),
        ("мектептің", ["school", "budget"]),
        ("школу", ["school", "budget"]),
        ("школу дорога", ["budget"]),
        ("Беленіос belenios", ["budget"]),  # nothing holds both: what holds some
        ("belen", ["budget"]),
        ("голосов", ["park"]),  # the beginning of a word
        ("дауыс беру", ["park"]),
        ("где парк", ["park"]),
        ("о парке", ["park", "school"]),  # «о» stands everywhere
        ("чье", ["school"]),
        ("космодром", []),
        ("", []),
        ("  ?! ", []),
        ("и", []),
        ("№", []),
    ],
)
def test_a_query_finds_these_in_this_order(filled: Services, query: str, expected: list[str]) -> None:
    assert refs(filled, query) == expected


def test_a_short_word_that_is_found_as_it_stands_is_not_taken_for_the_beginning_of_others(services: Services) -> None:
    pages = {"city": "Қала әкімі", "how": "Қалай дауыс беруге болады", "wish": "Қалауыңызды белгілеңіз"}
    with services.database.uow() as tx:
        for ref, title in pages.items():
            service.index(tx, "page", ref, "/x", {"kk": (title, "")}, AT)
        tx.commit()

    assert refs(services, "қала") == refs(services, "қалада") == ["city"]
    assert refs(services, "қалау") == ["wish"]
    assert refs(services, "белг") == ["wish"]  # nothing holds it as it stands
    assert refs(services, "қалай") == refs(services, "how") == []


@pytest.mark.parametrize(
    "query",
    [
        'парк" OR "1"="1',
        "парк' ; DROP TABLE search_posting; --",
        "парк*",
        "NEAR(парк школы, 5)",
        "парк AND NOT космодром",
        "title:парк",
        "парк & !космодром | :*",
        "(((парк",
        "парк\x00\ud800".encode("utf-8", "ignore").decode(),
        "%парк_",
        "парк\\",
    ],
)
def test_no_letter_of_a_query_has_a_meaning_of_its_own(filled: Services, query: str) -> None:
    assert "park" in refs(filled, query)
    assert set(refs(filled, "парк")) == {"park", "school"}  # and nothing was changed


def test_a_query_of_any_length_is_answered(filled: Services) -> None:
    assert refs(filled, "парк " * 5000) == refs(filled, "парк")
    assert refs(filled, "я" * 5000) == []


def test_of_two_that_fit_as_well_the_later_comes_first(services: Services) -> None:
    with services.database.uow() as tx:
        for number in (2, 1, 3):
            service.index(tx, "vote", str(number), "/x", {"ru": ("Парк", "")}, AT + timedelta(days=number))
        tx.commit()
    assert refs(services, "парк") == ["3", "2", "1"]


def test_a_result_shows_the_visitors_language_or_else_the_one_in_which_it_was_found(filled: Services) -> None:
    with filled.database.read() as session:
        (kazakh, *_rest) = service.find(session, "kk", "саябақ").items
        (russian, *_rest) = service.find(session, "ru", "саябақ").items
        (english,) = service.find(session, "kk", "translated").items
    assert (kazakh.lang, russian.lang, english.lang) == ("kk", "kk", "en")
    assert [piece.text for piece in kazakh.title if piece.marked] == ["Саябақ"]
    assert [piece.text for piece in kazakh.snippet if piece.marked] == ["саябақтың"]


def test_that_nothing_holds_all_the_words_is_said(filled: Services) -> None:
    with filled.database.read() as session:
        assert service.find(session, "ru", "школы дорога").all_words
        assert not service.find(session, "ru", "школы космодром").all_words


def test_a_thing_that_changes_is_found_by_its_new_words_alone(filled: Services) -> None:
    with filled.database.uow() as tx:
        service.index(tx, "vote", "park", "/votes/park", {"ru": ("Где будет сквер", "")}, AT)
        tx.commit()
    assert refs(filled, "сквер") == ["park"]
    assert "park" not in refs(filled, "парк") + refs(filled, "саябақ")


def test_a_thing_that_is_removed_is_found_no_more_and_removing_it_again_changes_nothing(filled: Services) -> None:
    for _ in range(2):
        with filled.database.uow() as tx:
            service.remove(tx, "vote", "park")
            tx.commit()
        assert refs(filled, "парк") == ["school"]


def test_the_index_changes_with_its_cause_or_not_at_all(filled: Services) -> None:
    with filled.database.uow() as tx:
        service.remove(tx, "vote", "park")
        service.index(tx, "vote", "new", "/x", {"ru": ("Новое", "")}, AT)
    assert "park" in refs(filled, "парк")
    assert refs(filled, "новое") == ["park"]


def test_made_anew_the_index_finds_the_same(filled: Services) -> None:
    before = {query: refs(filled, query) for query in ("парк", "мектеп", "belenios")}
    with filled.database.uow() as tx:
        assert service.rebuild(tx) == len(THINGS)
        tx.commit()
    assert {query: refs(filled, query) for query in before} == before


@pytest.fixture
def many(services: Services) -> Services:
    with services.database.uow() as tx:
        for number in range(45):
            texts = {"ru": (f"Парк {number}", "Тут <b>парк</b> & сквер"), "kk": (f"Саябақ {number}", "")}
            service.index(tx, "vote", f"{number:02}", f"/votes/{number}", texts, AT + timedelta(days=number))
        tx.commit()
    return services


def test_the_page_shows_twenty_at_a_time_with_marks_and_nothing_unescaped(many: Services, client: TestClient) -> None:
    page = client.get("/ru/search?q=парки")
    assert page.status_code == 200
    assert "45 результатов" in page.text
    assert page.text.count('class="egov-list__item"') == 20
    assert "<mark>Парк</mark> 44" in page.text
    assert "Тут &lt;b&gt;<mark>парк</mark>&lt;/b&gt; &amp; сквер" in page.text
    assert 'href="?q=%D0%BF%D0%B0%D1%80%D0%BA%D0%B8&amp;page=2"' in page.text
    assert client.get("/ru/search?q=парки&page=3").text.count('class="egov-list__item"') == 5
    assert "К первым результатам" in client.get("/ru/search?q=парки&page=4").text
    assert page.headers["cache-control"] != "no-store"


def test_the_fragment_is_the_part_of_the_page_that_changes(many: Services, client: TestClient) -> None:
    fragment = client.get("/kk/search?q=саябақ", headers={"HX-Request": "true"}).text
    assert "<main" not in fragment
    assert fragment.count('class="egov-list__item"') == 20
    assert fragment.strip() in client.get("/kk/search?q=саябақ").text


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_before_a_search_and_after_a_vain_one_the_page_says_what_to_do(client: TestClient, lang: str) -> None:
    assert "egov-results__said" not in client.get(f"/{lang}/search").text
    vain = client.get(f"/{lang}/search?q=<script>космодром").text
    assert "&lt;script&gt;" in vain
    assert f'href="/{lang}/votes"' in vain


@pytest.mark.parametrize("query", ["page=x", "page=-1", "page=99999999", "after=x"])
def test_a_page_that_cannot_be_is_refused(client: TestClient, query: str) -> None:
    address = "/api/v1/search" if query.startswith("after") else "/en/search"
    assert client.get(f"{address}?q=park&{query}").status_code == 400


def test_the_same_is_there_as_data_in_pages(many: Services, client: TestClient) -> None:
    seen, address = [], "/api/v1/search?q=парк&lang=ru"
    while address:
        answer = client.get(address).json()
        assert answer["total"] == 45
        seen += [result["reference"] for result in answer["results"]]
        address = answer["next"]
    assert seen == [f"{number:02}" for number in reversed(range(45))]
    first = client.get("/api/v1/search?q=парк&lang=ru")
    assert first.json()["results"][0]["title"] == {"ru": "Парк 44"}
    assert first.json()["results"][0]["url"] == "/ru/votes/44"
    again = client.get("/api/v1/search?q=парк&lang=ru", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert client.get("/api/v1/search?q=парк&lang=de").status_code == 400


def test_comments_have_an_index_of_their_own(filled: Services) -> None:
    """Of a hundred thousand that say “park” a search among all else goes through none, and says nothing of them."""
    with filled.database.uow() as tx:
        text = {"ru": ("", "Парку нужны скамейки")}
        found = service.index(tx, "comment", "C-2024-0001/1", "/consultations/C-2024-0001/comments/1", text, AT)
        tx.commit()
    assert refs(filled, "парками") == ["park", "school"]
    assert refs(filled, "скамейки") == refs(filled, "скамей") == []
    with filled.database.read() as session:
        own = {bytes(term) for term in session.exec(select(Posting.term).where(Posting.document_id == found))}
        others = {bytes(term) for term in session.exec(select(Posting.term).where(Posting.document_id != found))}
        assert own
        assert not own & others
        for query in ("парками", "скамейка парк", "парк скам"):
            holding = service.holding(session, "comment", query)
            assert holding is not None
            assert list(session.execute(holding).scalars()) == [found], query
        assert service.holding(session, "comment", "?") is None
