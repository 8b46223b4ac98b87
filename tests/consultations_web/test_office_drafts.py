"""From a ministry's text to a published draft, through the office's pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlmodel import col, select, update
from tests.consultations import office
from tests.officials import MakeOfficial

from egov_participation.actions import Role
from egov_participation.consultations.models import (
    Comment,
    CommentPlacement,
    Consultation,
    Provision,
    State,
    Version,
)
from egov_participation.consultations.rules.provisions import as_document
from egov_participation.consultations.service import lookup, sealed
from egov_participation.documents import hashing
from egov_participation.jobs import Worker
from egov_participation.ledger import service as ledger
from egov_participation.services import Services


def test_two_officials_publish_a_draft(services: Services, official: MakeOfficial) -> None:
    one, other, stranger = official(Role.MINISTRY), official(Role.MINISTRY), official(Role.MINISTRY, agency="justice")
    key = office.begin(one)
    page = one.client.get(f"/en/office/drafts/{key}").text
    assert "The text is missing" in page
    assert "Propose to publish" not in page
    assert stranger.client.get(f"/en/office/drafts/{key}").status_code == 404
    office.paste(one, key)
    shown = one.client.get(f"/en/office/drafts/{key}/v1/ru").text
    assert f'href="/en/office/drafts/{key}" role="button"' in shown  # from the end of a long text back to what is left
    for words in ("Глава 1.", "Статья 3.", "Парк убирается раз в неделю."):
        assert words in shown
    proposal = office.propose(one, key)
    assert stranger.client.get(f"/en/office/drafts/proposals/{proposal}").status_code == 403
    assert office.decide(one.client, proposal).status_code == 403
    with _replaced_key(services, "finance"):
        refused = office.decide(other.client, proposal)
        assert (refused.status_code, "agency-finance" in refused.text) == (503, True)
        assert "nothing is lost" in refused.text
    office.approve(other, proposal)
    with services.database.read() as db:
        row = db.exec(select(Consultation).where(Consultation.key == key)).one()
        version = db.exec(select(Version).where(Version.consultation_id == row.id)).one()
        texts = lookup.expressions(db, version.id or 0)
        entry = next(ledger.newest(db, "consultation.version"))
        state = next(ledger.newest(db, "consultation.state"))
        kazakh, russian = (lookup.provisions(db, texts[lang].id or 0) for lang in ("kk", "ru"))
        for text in entry["texts"]:
            document = as_document(texts[text["lang"]], lookup.provisions(db, texts[text["lang"]].id or 0))
            assert hashing.document_hash(document).hex() == text["document"]
    found = stranger.client.get("/en/search", params={"q": "парки во дворах"}).text
    assert f"/en/consultations/{row.reference}" in found
    assert "Draft regulation" in found
    assert row.state == State.OPEN
    assert row.reference == f"C-{services.clock().year}-0001"
    assert row.reply_due_on is not None
    assert (state["to"], entry["number"], entry["consultation"]) == ("open", 1, row.reference)
    signature = entry.pop("signature")
    assert version.signature is not None
    ledger.check_signed(entry, version.signature)
    assert signature
    assert [one.lineage for one in kazakh] == [one.lineage for one in russian]
    assert len({one.eid for one in russian}) == len(russian)


@contextmanager
def _replaced_key(services: Services, agency: str) -> Iterator[None]:
    """For a while the key of an agency is the one before, from an old backup."""
    path = services.settings.keys_dir / f"agency-{agency}"
    ledger.agency_key(path.parent, agency)
    old = path.read_bytes()
    ledger.rotate_agency_key(services, agency)
    last = path.read_bytes()
    path.write_bytes(old)
    yield
    path.write_bytes(last)


def _provisions(services: Services, key: str, lang: str, number: int = 1) -> list[Provision]:
    with services.database.read() as db:
        row = db.exec(select(Consultation).where(Consultation.key == key)).one()
        of_number = (Version.consultation_id == row.id, Version.number == number)
        version = db.exec(select(Version).where(*of_number)).one()
        return lookup.provisions(db, lookup.expressions(db, version.id or 0)[lang].id or 0)


@pytest.mark.both
def test_a_text_is_corrected_by_two_officials_in_turn(services: Services, official: MakeOfficial) -> None:
    one, other = official(Role.MINISTRY), official(Role.MINISTRY)
    key = office.begin(one)
    office.paste(one, key)
    text = f"/en/office/drafts/{key}/v1/ru"
    before = _provisions(services, key, "ru")
    point = next(row for row in before if row.text.startswith("Парк убирается"))
    page = f"{text}/provisions/{point.id}"
    assert "Join with what stands before" in one.client.get(page).text
    form = {"revision": "0", "kind": "subpoint", "number": "2", "label": "2)", "heading": "", "text": "Убирается."}
    assert one.client.post(page, data=form | {"act": "save"}).status_code == 303
    # A colleague whose page is older than that changes nothing, and sees so.
    late = other.client.post(page, data=form | {"act": "delete"})
    assert late.status_code == 409
    assert "A colleague has changed this text meanwhile" in late.text
    assert other.client.post(page, data=form | {"revision": "1", "act": "join"}).status_code == 303
    joined = _provisions(services, key, "ru")
    assert len(joined) == len(before) - 1
    assert joined[point.place - 1].text.endswith("2)\nУбирается.") or joined[point.place - 1].text.endswith(
        "2) Убирается."
    )
    for revision in ("2", "3"):
        assert one.client.post(f"{text}/undo", data={"revision": revision}).status_code == 303
    after = _provisions(services, key, "ru")
    kept = ("lineage", "kind", "number", "label", "heading", "text", "text_hash", "depth", "place")
    assert [[getattr(row, name) for name in kept] for row in after] == [
        [getattr(row, name) for name in kept] for row in before
    ]
    assert one.client.post(f"{text}/undo", data={"revision": "4"}).status_code == 409


def test_languages_are_paired_anew(services: Services, official: MakeOfficial) -> None:
    one = official(Role.MINISTRY)
    key = office.begin(one)
    office.paste(one, key, texts=office.TEXTS | {"ru": office.TEXTS["ru"].replace("Статья 3.", "Статья 4.")})
    office.paste(one, key, texts={"en": office.TEXTS["ru"]})
    assert "in another language" in one.client.get(f"/en/office/drafts/{key}/v1/en").text
    assert "in another language" not in one.client.get(f"/en/office/drafts/{key}/v1/kk").text
    side = f"/en/office/drafts/{key}/v1/pairs"
    assert "Without a pair: 4" in one.client.get(side).text
    kazakh = next(row for row in _provisions(services, key, "kk") if row.number == "3" and row.kind == "article")
    russian = next(row for row in _provisions(services, key, "ru") if row.number == "4" and row.kind == "article")
    page = f"/en/office/drafts/{key}/v1/kk/pairs/{kazakh.id}"
    assert f'value="{russian.id}"' in one.client.get(page).text
    assert one.client.post(page, data={"other": str(russian.id)}).status_code == 303
    assert "Without a pair: 2" in one.client.get(side).text


@pytest.mark.both
def test_the_next_version_keeps_lineages_and_takes_comments_along(services: Services, official: MakeOfficial) -> None:
    one, other = official(Role.MINISTRY), official(Role.MINISTRY)
    key = office.publish(one, other)
    first = _provisions(services, key, "ru")
    cleaned = next(row for row in first if row.text.startswith("Парк убирается"))
    with services.database.uow() as tx:
        row = tx.exec(select(Consultation).where(Consultation.key == key)).one()
        version = tx.exec(select(Version).where(Version.consultation_id == row.id)).one()
        words = "Парк убирается раз в неделю."
        for number, quote in ((1, ""), (2, "раз в неделю"), (3, "Парк")):
            start = words.index(quote) if quote else None
            tx.add(
                Comment(
                    consultation_id=row.id or 0,
                    number=number,
                    version_id=version.id or 0,
                    provision_id=cleaned.id,
                    quote=quote,
                    suffix=words[(start or 0) + len(quote) :][:32] if quote else "",
                    prefix=words[: start or 0][-32:],
                    quote_start=start,
                    quote_end=None if start is None else start + len(quote),
                    lang="ru",
                    day=services.clock().date(),
                    document_hash="0" * 64,
                )
            )
        row.comments = 3
        tx.commit()
    assert one.client.post(f"/en/office/drafts/{key}/versions").status_code == 303
    changed = {
        lang: text.replace(
            "Глава 1.", "Глава 1. О словах\n\nСтатья 1-0. Слова\nПарк – это сад для всех и всегда.\n\nГлава 1-1."
        )
        .replace("Парк убирается раз в неделю.", "Парк убирается не реже чем раз в неделю.")
        .replace("Саябақ аптасына бір рет жиналады.", "Саябақ аптасына кемінде бір рет жиналады.")
        for lang, text in office.TEXTS.items()
    }
    office.paste(one, key, 2, changed)
    for lang in ("kk", "ru"):
        page = one.client.get(f"/en/office/drafts/{key}/v2/{lang}/changes").text
        doubts = re.findall(r'name="(change-\d+)"', page)
        if doubts:
            said = dict.fromkeys(doubts, "same")
            assert one.client.post(f"/en/office/drafts/{key}/v2/{lang}/changes", data=said).status_code == 303
    second = _provisions(services, key, "ru", 2)
    new = next(row for row in second if row.text.startswith("Парк убирается"))
    assert new.lineage == cleaned.lineage
    added = next(row for row in second if "Парк – это" in row.text)
    assert added.lineage not in {row.lineage for row in first}
    proposal = office.propose(one, key, 2)
    assert "What changed since the version before" in other.client.get(f"/en/office/drafts/proposals/{proposal}").text
    office.approve(other, proposal)
    Worker(services).run_due()
    with services.database.read() as db:
        query = select(Comment.number, CommentPlacement).join(Comment, col(Comment.id) == CommentPlacement.comment_id)
        placed = dict(db.exec(query).all())
        entry = next(ledger.newest(db, "consultation.version"))
    assert {row.provision_id for row in placed.values()} == {new.id}
    assert {number: row.placed for number, row in placed.items()} == {1: "anchored", 2: "shifted", 3: "anchored"}
    assert new.text[placed[2].quote_start : placed[2].quote_end] == "раз в неделю"
    assert entry["number"] == 2
    # What is published stays: nothing of it is corrected, brought anew or paired any more.
    data = {"revision": "0", "act": "delete", "kind": "point"}
    for address, form in (
        (f"provisions/{new.id}", data),
        ("undo", {"revision": "0"}),
        (f"pairs/{new.id}", {"other": ""}),
    ):
        response = one.client.post(f"/en/office/drafts/{key}/v2/ru/{address}", data=form)
        assert response.status_code in (404, 409), address
    assert one.client.post(f"/en/office/drafts/{key}/v2/ru", data={"text": "Статья 1. Иное"}).status_code in (409, 422)
    assert [row.text_hash for row in _provisions(services, key, "ru", 2)] == [row.text_hash for row in second]
    with services.database.uow() as tx:
        assert list(sealed.altered(tx.session)) == []
        for row, column, value in ((second[1], "text", "Иное"), (first[2], "depth", 5)):
            tx.session.execute(update(Provision).where(col(Provision.id) == row.id).values({column: value}))
        tx.session.expire_all()
        assert list(sealed.altered(tx.session)) == [f"{entry['consultation']}/v1/ru", f"{entry['consultation']}/v2/ru"]
