"""From a ministry's text to a published draft, through the office's pages."""

from __future__ import annotations

from sqlmodel import select
from tests.consultations import office
from tests.officials import MakeOfficial

from egov_participation.actions import Role
from egov_participation.consultations.models import Consultation, State, Version
from egov_participation.consultations.rules.provisions import as_document
from egov_participation.consultations.service import lookup
from egov_participation.documents import hashing
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
    for words in ("Глава 1.", "Статья 3.", "Парк убирается раз в неделю."):
        assert words in shown
    proposal = office.propose(one, key)
    assert stranger.client.get(f"/en/office/drafts/proposals/{proposal}").status_code == 403
    assert office.decide(one.client, proposal).status_code == 403
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
