"""What anybody reads of a draft: its page, its text, one provision, two versions, both languages, as data."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from io import BytesIO

import pytest
from sqlmodel import col, select
from starlette.testclient import TestClient
from tests.consultations import world
from tests.officials import MakeCitizen

from egov_participation.consultations.models import Expression, ProvisionChange, Version
from egov_participation.consultations.models import Provision as Row
from egov_participation.consultations.rules.commenting import Place, Written, quoted
from egov_participation.consultations.service import commenting, placing
from egov_participation.documents.akn import read_akn
from egov_participation.documents.docx.reading import read_docx
from egov_participation.documents.structure import Kind, Provision
from egov_participation.services import Services

POINT = world.EIDS[3]


@pytest.fixture
def reference(services: Services) -> str:
    """A consultation with two versions; in the second, the second article of the Russian text has other words."""
    number = world.put(services)
    russian = (*world.TEXTS["ru"][:2], replace(world.TEXTS["ru"][2], text="Парк закрывается в 23 часа."))
    world.put_version(services, number, {**world.TEXTS, "ru": russian})
    return number


def test_a_draft_is_found_and_read_in_each_language(client: TestClient, reference: str) -> None:
    listed = client.get("/ru/consultations")
    assert world.TITLES["ru"] in listed.text
    assert "1 обсуждение" in listed.text
    assert world.TITLES["ru"] in client.get("/ru/consultations?state=all&agency=ecology").text
    assert world.TITLES["ru"] not in client.get("/ru/consultations?state=reported").text
    page = client.get(f"/kk/consultations/{reference}")
    assert page.status_code == 200
    assert world.TITLES["kk"] in page.text
    reading = client.get(f"/ru/consultations/{reference}/v1")
    assert reading.status_code == 200
    assert 'id="chp_1__art_2"' in reading.text
    assert "Парк закрывается в 22 часа." in reading.text
    assert f"/ru/consultations/{reference}/v1/p/chp_1__art_2?text=ru" in reading.text
    assert "Есть более новая версия этого проекта." in reading.text
    other = client.get(f"/en/consultations/{reference}/v2?text=ru")
    assert '<div class="egov-act__text" lang="ru"' in other.text
    assert "Парк закрывается в 23 часа." in other.text
    verify = client.get(f"/en/consultations/{reference}/verify")
    assert f"/en/consultations/{reference}" in verify.text.partition("egov-verify consultation ")[2][:120]
    assert f"/consultations/{reference}/v2/record.json" in verify.text
    for address in (f"{reference}/v3", f"{reference}/v1/p/art_9", "C-2026-9999"):
        assert client.get(f"/ru/consultations/{address}").status_code == 404


def test_a_provision_is_a_page_and_the_panel_of_the_text(client: TestClient, reference: str) -> None:
    address = f"/ru/consultations/{reference}/v1/p/chp_1__art_1"
    page = client.get(address)
    assert "<html" in page.text
    assert 'id="side-panel-title"' in page.text
    panel = client.get(address, headers={"HX-Request": "true"})
    assert "<html" not in panel.text
    assert "Правила устанавливают порядок" in panel.text
    assert f"/ru/consultations/{reference}/v1/comment?text=ru&amp;provision=chp_1__art_1" in panel.text


def test_versions_are_compared_word_by_word_in_one_text_and_side_by_side(client: TestClient, reference: str) -> None:
    address = f"/ru/consultations/{reference}/v2/compare/1"
    page = client.get(address)
    assert "<ins>" in page.text
    assert "23" in page.text
    assert "Предмет" not in page.text
    assert "Предмет" in client.get(f"{address}?all=1").text
    assert "egov-diff--beside" in client.get(f"{address}?view=beside").text
    # The other way round it is the same comparison.
    assert client.get(f"/ru/consultations/{reference}/v1/compare/2").text.count("<ins>") == page.text.count("<ins>")
    # Nothing changed in the Kazakh text.
    assert "<ins>" not in client.get(f"{address}?text=kk").text


def test_what_is_gone_and_what_has_its_number_now_have_an_address_each(
    services: Services, client: TestClient, reference: str
) -> None:
    with services.database.uow() as tx:
        articles = select(Row).join(Expression).where(Row.eid == "chp_1__art_1", Expression.lang == "ru")
        _old, new = tx.exec(articles.order_by(col(Row.id))).all()
        new.lineage = "another"
        tx.commit()
    anchors = re.findall(r' id="([^"]+)"', client.get(f"/ru/consultations/{reference}/v2/compare/1").text)
    assert {"chp_1__art_1", "gone__chp_1__art_1"} <= set(anchors)
    assert len(anchors) == len(set(anchors))


def test_both_languages_stand_beside_each_other(client: TestClient, reference: str) -> None:
    page = client.get(f"/kk/consultations/{reference}/v1/parallel").text
    assert page.index("Саябақ сағат 22-де жабылады") < page.index("Парк закрывается в 22 часа")


def test_a_long_text_is_read_in_parts_and_an_address_of_a_provision_finds_its_part(
    services: Services, client: TestClient
) -> None:
    article = world.TEXTS["ru"][1]
    long = tuple(replace(article, depth=0, number=str(n), text="Слово. " * 9000) for n in range(12))
    reference = world.put(services, texts={"ru": long})
    first = client.get(f"/ru/consultations/{reference}/v1")
    assert len(first.content) < 1_000_000
    assert 'id="p_11"' not in first.text
    assert f"/ru/consultations/{reference}/v1?text=ru&amp;at=p_11#p_11" in first.text
    assert 'id="p_11"' in client.get(f"/ru/consultations/{reference}/v1?text=ru&at=p_11").text
    assert client.get(f"/ru/consultations/{reference}/v1?part=999").status_code == 200


def test_the_data_say_the_same_and_the_hash_is_of_the_file(client: TestClient, reference: str) -> None:
    found = client.get("/api/v1/consultations").json()
    assert [one["reference"] for one in found["consultations"]] == [reference]
    one = client.get(f"/api/v1/consultations/{reference}").json()
    assert one["agency"] == "ecology"
    assert [version["number"] for version in one["versions"]] == [1, 2]
    rules = client.get(one["rules"]["url"]).content
    assert hashlib.sha256(rules).hexdigest() == one["rules"]["sha256"]
    version = client.get(one["versions"][1]["links"]["self"]).json()
    text = next(text for text in version["texts"] if text["lang"] == "ru")
    file = client.get(text["canonical_url"]).content
    assert hashlib.sha256(b"egov-document-v1\0" + file).hexdigest() == text["document"]
    spelled = json.loads(file)["provisions"]
    shown = next(text for text in version["provisions"] if text["lang"] == "ru")["provisions"]
    assert [unit["text"] for unit in spelled] == [unit["text"] for unit in shown]
    assert client.get("/api/v1/consultations?after=C-2026-9999").status_code == 400


def test_what_is_prepared_is_nobodys_business(services: Services, client: TestClient) -> None:
    reference = world.put(services, 2, state="draft")
    assert client.get("/api/v1/consultations").json()["consultations"] == []
    assert client.get(f"/ru/consultations/{reference}").status_code == 404


def test_a_text_goes_out_as_files_that_come_in_again(client: TestClient, reference: str) -> None:
    for ending, read in (("docx", read_docx), ("akn.xml", read_akn)):
        answer = client.get(f"/consultations/{reference}/v1/text.ru.{ending}")
        assert answer.status_code == 200
        found = read(BytesIO(answer.content))
        # The words under an article's heading may be a provision of their own.
        assert "\n".join(unit.words for unit in found.provisions) == "\n".join(unit.words for unit in world.TEXTS["ru"])
    assert client.get(f"/consultations/{reference}/v1/text.en.docx").status_code == 404


def test_no_number_is_too_long_to_be_looked_for(client: TestClient, reference: str) -> None:
    one, largest = f"/consultations/{reference}", 99_999_999_999_999_999_999
    files = [f"{one}/v{largest}/text.ru.{ending}" for ending in ("json", "docx", "akn.xml")]
    pages = [f"/ru{one}/v{largest}{rest}" for rest in ("", "/p/chp_1__art_1", "/parallel", "/compare/1", "/comment")]
    comments = [f"/ru{one}/comments/{largest}", f"{one}/comments/{largest}/files/{'0' * 64}"]
    for address in (*files, *pages, *comments, f"/api/v1{one}/versions/{largest}", f"{one}/v{largest}/text.ru.source"):
        assert client.get(address).status_code == 404, address


def test_the_front_page_names_what_is_open(client: TestClient, reference: str) -> None:
    assert "1 проект открыт для комментариев" in client.get("/ru").text


def test_comments_stand_where_they_were_placed_when_a_provision_is_split(
    services: Services, client: TestClient, citizen: MakeCitizen
) -> None:
    reference = world.put(services)
    author = citizen(level=3)
    for words in ("Парк закрывается в 22 часа.", "Парк убирается раз в неделю.", ""):
        with services.database.uow() as tx:
            place = Place(version=1, lang="ru", eid="chp_1__art_2", quote=quoted(world.TEXTS["ru"][2].words, words))
            place = place if words else Place(version=1, lang="ru", eid="chp_1__art_1")
            commenting.send(
                services, tx, author.session, reference, place, Written(lang="ru", text=f"О том, что {words}")
            )
            tx.commit()
    first_half, second_half = "Парк закрывается в 22 часа.", "Парк убирается раз в неделю."
    split = (replace(world.TEXTS["ru"][2], text=first_half), Provision(Kind.POINT, 2, "1", "1.", text=second_half))
    world.put_version(services, reference, {**world.TEXTS, "ru": (*world.TEXTS["ru"][:2], *split)})
    with services.database.uow() as tx:
        version = tx.exec(select(Version.id).where(Version.number == 2)).one()
        articles = select(Row).join(Expression).where(Row.eid == "chp_1__art_1", Expression.lang == "ru")
        old, new = tx.exec(articles.order_by(col(Row.id))).all()
        tx.add(
            ProvisionChange(expression_id=new.expression_id, old_id=old.id, new_id=new.id, change="unchanged", score=1)
        )
        tx.commit()
    placing.place(services, version or 0)
    first, second = (client.get(f"/ru/consultations/{reference}/v2/p/{eid}").text for eid in ("chp_1__art_2", POINT))
    assert ("закрывается в 22" in second.split("<h2")[-1], "убирается раз" in second.split("<h2")[-1]) == (False, True)
    assert "О том, что Парк убирается" not in first
    text = client.get(f"/ru/consultations/{reference}/v2").text
    assert text.count("Комментарии: 1") == 3
    assert "Комментарии: 2" in client.get(f"/ru/consultations/{reference}/v1").text
    listed = client.get(f"/ru/consultations/{reference}/comments?provision={POINT}&version=2&text=ru").text
    assert "О том, что Парк убирается" in listed
    assert "О том, что Парк закрывается" not in listed
    # Who quotes nothing speaks of the provision, whose words may be others now; a stance that nobody took is not told.
    whole = client.get(f"/ru/consultations/{reference}/comments/3").text
    assert ("Он стоит у той же нормы." in whole, "тех же слов" in whole, "Позиция" in whole) == (True, False, False)
    # Points "1." stand in many articles, so that a comment's place is called by its article too.
    address = f"/ru/consultations/{reference}/v2/comment?provision={POINT}&text=ru"
    for page in (listed, client.get(f"/ru/consultations/{reference}/comments/2").text, author.client.get(address).text):
        assert "Статья 2, пункт 1" in page
