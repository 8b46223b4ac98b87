"""What officials say of changes between versions: what they confirm stays, whatever is compared anew."""

from __future__ import annotations

import pytest
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
from egov_participation.consultations.rules.replying import Changed
from egov_participation.consultations.service import changes, lookup, replying
from egov_participation.errors import DomainError
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
    # What was confirmed is which one it was: whether its words are others, the words say, however they are corrected.
    for words, change in (("Парк закрывается в 22 часа.", Change.UNCHANGED), ("Сад закрыт.", Change.MODIFIED)):
        with services.database.uow() as tx:
            kept = tx.exec(select(ProvisionChange).where(ProvisionChange.id == _of(tx.session, key, gone.id))).one()
            provision = tx.session.get_one(Provision, kept.new_id)
            provision.text = words
            provision.text_hash = gone.text_hash if change is Change.UNCHANGED else "0" * 64
            tx.add(provision)
            tx.commit()
        assert one.client.post(f"/en/office/drafts/{key}/v2/ru/compare").status_code == 303
        with services.database.read() as db:
            assert db.get_one(ProvisionChange, _of(db, key, gone.id)).change == change
    proposal = office.propose(one, key, 2)
    # Who decides reads each change before, also those that nobody had to confirm.
    seen = other.client.get(f"/en/office/drafts/proposals/{proposal}").text
    assert f'{page}#settled"' in seen
    settled = other.client.get(page).text.partition('id="settled"')[2]
    assert settled.count("<section") == 3
    assert ("Сад закрыт." in settled, "Парк убир" in settled) == (True, True)
    office.approve(other, proposal)


def _of(db: Session, key: str, old: int | None) -> int:
    """Id of what became of a provision in the second version."""
    mine = (ProvisionChange.expression_id == _text(db, key, 2).id, ProvisionChange.old_id == old)
    return db.exec(select(ProvisionChange).where(*mine)).one().id or 0


def test_words_that_stand_in_another_provision_were_not_deleted(services: Services, official: MakeOfficial) -> None:
    one, other = official(Role.MINISTRY), official(Role.MINISTRY)
    first = office.TEXTS["ru"].replace(
        "1. Парк закрывается в 22 часа.\n2. Парк убирается раз в неделю.",
        "1. Парк закрывается в двадцать два часа, а летом в двадцать три часа по местному времени.\n"
        "2. Парк убирается раз в неделю, а осенью два раза в неделю жителями и работниками.",
    )
    joined = first.replace(" времени.\n2. Парк", " времени. Парк")
    key = office.begin(one)
    later = joined.replace("осенью два раза", "осенью три раза")
    for number, text in ((1, first), (2, joined), (3, first), (4, later)):
        if number > 1:
            assert one.client.post(f"/en/office/drafts/{key}/versions").status_code == 303
        office.paste(one, key, number, office.TEXTS | {"ru": text})
        office.approve(other, office.propose(one, key, number))
    with services.database.read() as db:
        kinds = [{change[0] for change in _changes(db, _text(db, key, number))} for number in (2, 3)]
        assert kinds == [{"merged"}, {"split"}]
        consultation = db.exec(select(Consultation).where(Consultation.key == key)).one()
        rows = {number: lookup.provisions(db, _text(db, key, number).id or 0) for number in (1, 2, 3)}
        lineages = {number: {row.lineage for row in found} for number, found in rows.items()}
        gone = next(row for row in rows[1] if row.lineage not in lineages[2])
        added = next(row for row in rows[3] if row.lineage not in lineages[2])
        kept = next(row for row in rows[2] if row.text.startswith("Парк"))
        for wanted in (Changed(2, "ru", gone.eid, deleted=True), Changed(3, "ru", added.eid)):
            with pytest.raises(DomainError) as refused:
                replying.what_changed(db, consultation, wanted)
            assert refused.value.code == "reply.changed"
        # Where the words went to did change.
        assert replying.what_changed(db, consultation, Changed(2, "ru", kept.eid))[1].id == kept.id
    pairs = (("v2/compare/1", "Joined", "Deleted"), ("v3/compare/2", "Divided", "New"))
    # What was joined on the way, and then got other words, is followed through all versions between the two.
    for pair, tag, wrong in (*pairs, ("v4/compare/1", "Joined", "Deleted")):
        compared = one.client.get(f"/en/consultations/{consultation.reference}/{pair}?text=ru").text
        assert f'egov-tag">{tag}<' in compared, pair
        assert f'egov-tag">{wrong}<' not in compared
    # Officials find from the draft to what they owe.
    page = one.client.get(f"/en/office/drafts/{key}").text
    for address in (f"/en/office/replies/{consultation.reference}", f"/en/office/reports/{consultation.reference}"):
        assert f'href="{address}"' in page
        assert one.client.get(address).status_code == 200
