"""The drafts that an agency prepares while the office's pages are looked at: each made when it is first asked for."""

from __future__ import annotations

from functools import cached_property

from sqlmodel import col, select
from tests.consultations import office
from tests.officials import MakeOfficial, SignedIn

from egov_participation.actions import Role
from egov_participation.consultations.models import (
    Consultation,
    ConsultationPaper,
    Provision,
    ProvisionChange,
    Version,
)
from egov_participation.consultations.service import lookup
from egov_participation.services import Services


class DraftWorld:
    """What the office's pages about drafts are about."""

    def __init__(self, services: Services, official: MakeOfficial) -> None:
        self.services, self._official = services, official

    @cached_property
    def _one(self) -> SignedIn:
        return self._official(Role.MINISTRY)

    @cached_property
    def prepared(self) -> str:
        """A draft whose Russian text is doubtful and has a provision without a pair, with a document; its key."""
        key = office.begin(self._one)
        office.paste(self._one, key, texts=office.TEXTS | {"ru": office.TEXTS["ru"].replace("Статья 3.", "Статья 5.")})
        data = {"kind": "note", "lang": "ru", "name": "Пояснительная записка"}
        files = {"file": ("a.pdf", b"%PDF-1.7")}
        assert self._one.client.post(f"/en/office/drafts/{key}/papers", data=data, files=files).status_code == 303
        return key

    @cached_property
    def provision(self) -> int:
        """The one that is doubtful there; its id."""
        return next(row.id or 0 for row in self._provisions(self.prepared, 1, "ru") if row.number == "5")

    @cached_property
    def paper(self) -> str:
        """SHA-256 of the document there."""
        with self.services.database.read() as db:
            return (
                db.exec(select(ConsultationPaper.sha256).order_by(col(ConsultationPaper.id))).all()[-1]
                if self.prepared
                else ""
            )

    @cached_property
    def reading(self) -> str:
        """A draft whose file waits to be read; its key."""
        key = office.begin(self._one)
        page = f"/en/office/drafts/{key}/v1/ru"
        assert self._one.client.post(page, files={"file": ("a.docx", b"PK\x03\x04")}).status_code == 303
        return key

    @cached_property
    def changed(self) -> str:
        """A published draft with a second version in preparation, whose changes are to be confirmed; its key."""
        key = office.publish(self._one, self._official(Role.MINISTRY))
        assert self._one.client.post(f"/en/office/drafts/{key}/versions").status_code == 303
        other = office.TEXTS["ru"].replace("Парк закрывается в 22 часа.", "Парк открыт зимой и летом, ночью он закрыт.")
        office.paste(self._one, key, 2, office.TEXTS | {"ru": other})
        with self.services.database.uow() as tx:
            row = tx.exec(select(Consultation).where(Consultation.key == key)).one()
            version = tx.exec(select(Version).where(Version.consultation_id == row.id, Version.number == 2)).one()
            text = lookup.expressions(tx.session, version.id or 0)["ru"]
            changes = select(ProvisionChange).where(ProvisionChange.expression_id == text.id)
            change = tx.exec(changes.order_by(col(ProvisionChange.id))).first()
            assert change is not None
            change.doubtful, change.score = True, 0.6
            tx.add(change)
            tx.commit()
        return key

    @cached_property
    def proposal(self) -> str:
        """A version that a colleague of whoever looks proposes to publish; the proposal's id."""
        key = office.begin(self._one)
        office.paste(self._one, key)
        return office.propose(self._one, key)

    def _provisions(self, key: str, number: int, lang: str) -> list[Provision]:
        with self.services.database.read() as db:
            row = db.exec(select(Consultation).where(Consultation.key == key)).one()
            of_number = (Version.consultation_id == row.id, Version.number == number)
            version = db.exec(select(Version).where(*of_number)).one()
            return lookup.provisions(db, lookup.expressions(db, version.id or 0)[lang].id or 0)
