"""Petitions on their way to the public, while the pages of their creators, supporters and moderators are looked at."""

from __future__ import annotations

from functools import cached_property

from sqlmodel import select
from tests.officials import MakeCitizen, MakeOfficial, SignedIn
from tests.petitions.drafting import hand_in

from egov_participation.actions import Role
from egov_participation.petitions.models import Petition
from egov_participation.petitions.rules import writing
from egov_participation.petitions.rules.moderating import NOT_SO, SO
from egov_participation.petitions.service import appeals, casework, deciding, drafts, ruling, supporting, wording
from egov_participation.services import Services

REASON = "Мәтінде жарнама бар, сондықтан заң бойынша жарияланбайды.\nОны алып тастап, қайта тапсыруға болады."


class WrittenWorld:
    """What these pages are about. `me` is who looks at them as a citizen."""

    def __init__(self, services: Services, official: MakeOfficial, citizen: MakeCitizen, me: SignedIn) -> None:
        self.services, self._official, self._citizen, self.me = services, official, citizen, me

    @cached_property
    def draft(self) -> str:
        """A draft in two languages: its key."""
        model = self.suggested
        with self.services.database.uow() as tx:
            key = drafts.copy(self.services, tx, self.me.session, model).key
            texts = {
                "title": "Автобусы до полуночи",
                "ask": "Пусть автобусы ходят до полуночи.",
                "background": "Поздно.",
            }
            seen = drafts.of_language(tx.session, drafts.found(tx.session, key, self.me.person_id), "ru")
            drafts.save_language(tx, self.me.session, key, "ru", texts, writing.seen(seen))
            tx.commit()
        return key

    @cached_property
    def suggested(self) -> str:
        """One's own petition, for which another wording is suggested; its number."""
        reference = hand_in(self.me)
        self._suggest(reference)
        return reference

    @cached_property
    def review(self) -> str:
        """Somebody else's under review, with a note and a wording that waits; its number."""
        reference = hand_in(self._citizen(level=3))
        self._suggest(reference)
        other = self._official(Role.MODERATOR).session
        with self.services.database.uow() as tx:
            casework.let_go(tx, tx.exec(select(Petition).where(Petition.reference == reference)).one())
            casework.add_note(self.services, tx, other, reference, "Министрліктен сұрау керек шығар.")
            tx.commit()
        return reference

    @cached_property
    def collecting(self) -> str:
        """Somebody else's that has one supporter; its number."""
        reference = hand_in(self._citizen(level=3))
        self._accept(reference)
        supporter, token = self._citizen(level=3).session, self._token(reference)
        with self.services.database.uow() as tx:
            supporting.support(self.services, tx, supporter, reference, token)
            tx.commit()
        return reference

    @property
    def token(self) -> str:
        """In its link for supporters."""
        return self._token(self.collecting)

    @cached_property
    def own_collecting(self) -> str:
        """One's own that collects supporters; its number."""
        reference = hand_in(self.me)
        self._accept(reference)
        return reference

    @cached_property
    def own_rejected(self) -> str:
        """One's own that was rejected, and may be appealed against; its number."""
        reference = hand_in(self.me)
        self._reject(reference)
        return reference

    @cached_property
    def appealed(self) -> str:
        """Somebody else's that was rejected, with an appeal that waits; its number."""
        creator = self._citizen(level=3)
        reference = hand_in(creator)
        self._reject(reference)
        with self.services.database.uow() as tx:
            appeals.make(self.services, tx, creator.session, reference, "Онда жарнама жоқ, қайта қараңыздар.")
            tx.commit()
        return reference

    def _suggest(self, reference: str) -> None:
        moderator = self._official(Role.MODERATOR).session
        with self.services.database.uow() as tx:
            petition = tx.exec(select(Petition).where(Petition.reference == reference)).one()
            texts = drafts.by_language(tx.session, petition)
            texts["kk"]["title"] = "Автобустар түнгі бірге дейін жүрсін"
            seen = petition.document_hash or ""
            wording.propose(self.services, tx, moderator, reference, seen, texts, "Уақытын нақты айтқан дұрыс.")
            tx.commit()

    def _accept(self, reference: str) -> None:
        moderator = self._official(Role.MODERATOR).session
        seen, checks = self._case(reference)
        with self.services.database.uow() as tx:
            deciding.accept(self.services, tx, moderator, reference, seen, checks)
            tx.commit()

    def _reject(self, reference: str) -> None:
        moderator = self._official(Role.MODERATOR).session
        seen, checks = self._case(reference)
        checks["unclear"] = SO
        with self.services.database.uow() as tx:
            deciding.reject(self.services, tx, moderator, reference, seen, checks, "unclear", REASON)
            tx.commit()

    def _case(self, reference: str) -> tuple[str, dict[str, str]]:
        petition = self._row(reference)
        grounds = ruling.of(petition, self.services).grounds
        return petition.document_hash or "", {ground.code: NOT_SO for ground in grounds}

    def _token(self, reference: str) -> str:
        return self._row(reference).gate_token or ""

    def _row(self, reference: str) -> Petition:
        with self.services.database.read() as session:
            return session.exec(select(Petition).where(Petition.reference == reference)).one()
