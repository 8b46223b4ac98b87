"""What officials say of changes between versions: what they confirm stays, whatever is compared anew."""

from __future__ import annotations

from sqlmodel import Session, select
from tests.consultations import office
from tests.officials import MakeOfficial

from egov_participation.actions import Role
from egov_participation.consultations.models import (
    Change,
    Consultation,
    Expression,
    Provision,
    ProvisionChange,
    Version,
)
from egov_participation.consultations.service import changes, lookup
from egov_participation.services import Services


def _text(db: Session, key: str, number: int) -> Expression:
    row = db.exec(select(Consultation).where(Consultation.key == key)).one()
    version = db.exec(select(Version).where(Version.consultation_id == row.id, Version.number == number)).one()
    return lookup.expressions(db, version.id or 0)["ru"]


def _changes(db: Session, text: Expression) -> list[tuple[str, str, str]]:
    """Kind, and how the old and the new provision begin, of what is no longer the same."""
    rows = db.exec(select(ProvisionChange).where(ProvisionChange.expression_id == text.id)).all()
    found = []
    for row in rows:
        old, new = (db.get(Provision, id_) if id_ else None for id_ in (row.old_id, row.new_id))
        if row.change != Change.UNCHANGED:
            found.append((row.change, old.text[:9] if old else "", new.text[:9] if new else ""))
    return sorted(found)


def test_officials_say_what_a_provision_was(services: Services, official: MakeOfficial) -> None:
    one, other = official(Role.MINISTRY), official(Role.MINISTRY)
    key = office.publish(one, other)
    assert one.client.post(f"/en/office/drafts/{key}/versions").status_code == 303
    new = office.TEXTS["ru"].replace("Парк закрывается в 22 часа.", "Сад открыт зимой и летом, ночью он заперт.")
    new = new.replace("раз в неделю.", "раз в неделю, а осенью два раза.")
    office.paste(one, key, 2, office.TEXTS | {"ru": new})
    page = f"/en/office/drafts/{key}/v2/ru/changes"
    with services.database.read() as db:
        text = _text(db, key, 2)
        assert _changes(db, text) == [
            ("deleted", "Парк закр", ""),
            ("modified", "Парк убир", "Парк убир"),
            ("new", "", "Сад откры"),
        ]
        added, gone = changes.added(db, text)[0], changes.gone(db, text)[0]
        old = {row.lineage for row in lookup.provisions(db, _text(db, key, 1).id or 0)}
    # A new one is what was deleted: the lineage is the old one's, and so are its comments.
    assert one.client.post(page, data={f"change-{added.change.id}": str(gone.id)}).status_code == 303
    with services.database.read() as db:
        text = _text(db, key, 2)
        assert _changes(db, text) == [
            ("modified", "Парк закр", "Сад откры"),
            ("modified", "Парк убир", "Парк убир"),
        ]
        assert {row.lineage for row in lookup.provisions(db, text.id or 0)} == old
    # What was said stays when it is compared anew, and what is doubtful may be two provisions.
    assert one.client.post(f"/en/office/drafts/{key}/v2/ru/compare").status_code == 303
    with services.database.uow() as tx:
        text = _text(tx.session, key, 2)
        assert ("modified", "Парк закр", "Сад откры") in _changes(tx.session, text)
        rows = tx.exec(select(ProvisionChange).where(ProvisionChange.expression_id == text.id)).all()
        doubtful = next(row for row in rows if row.change == Change.MODIFIED and row.confirmed_by is None)
        doubtful.doubtful = True
        tx.add(doubtful)
        tx.commit()
    assert "Doubtful changes are not confirmed" in one.client.get(f"/en/office/drafts/{key}").text
    assert one.client.post(f"/en/office/drafts/{key}/v2/propose").status_code == 409
    assert one.client.post(page, data={f"change-{doubtful.id}": ""}).status_code == 422
    assert one.client.post(page, data={f"change-{doubtful.id}": "none"}).status_code == 303
    with services.database.read() as db:
        assert _changes(db, _text(db, key, 2)) == [
            ("deleted", "Парк убир", ""),
            ("modified", "Парк закр", "Сад откры"),
            ("new", "", "Парк убир"),
        ]
    office.approve(other, office.propose(one, key, 2))
