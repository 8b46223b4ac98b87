"""The consultations that stand on the site while its pages are looked at: each made when it is first asked for."""

from __future__ import annotations

from functools import cached_property

from tests.consultations import world
from tests.consultations.test_commenting import ARTICLE, TEXT, send
from tests.look.draft_world import DraftWorld
from tests.officials import MakeCitizen, MakeOfficial, SignedIn

from egov_participation.actions import Role
from egov_participation.consultations.models import AmendmentKind, Capacity, Stance
from egov_participation.consultations.rules import commenting as rules
from egov_participation.consultations.rules.commenting import Place, Written
from egov_participation.consultations.service import (
    comment_drafts,
    comment_erasing,
    comment_own,
    comment_supporting,
    complaining,
    lookup,
    redacting,
)
from egov_participation.services import Services

WORDS = "Уход\nПарк закрывается в 22 часа. Парк убирается раз в неделю."


class ConsultationWorld:
    """What pages about consultations are about."""

    def __init__(self, services: Services, official: MakeOfficial, citizens: MakeCitizen, citizen: SignedIn) -> None:
        self.services, self._official, self._citizens, self._citizen = services, official, citizens, citizen

    @cached_property
    def drafts(self) -> DraftWorld:
        """What an agency prepares."""
        return DraftWorld(self.services, self._official)

    @cached_property
    def commented(self) -> str:
        """An open consultation with comments: 1 on words, 2 other words, 3 about those, 4 of whoever looks, 5 covered
        and appealed against, and reported; 6 of whoever looks, going to be erased. There is a draft of whoever looks,
        with a file. Its number."""
        services, reference = self.services, world.put(self.services, 101)
        other, mine = self._citizens().session, self._citizen.session
        quote = Place(1, "ru", ARTICLE, rules.quoted(WORDS, "Парк закрывается в 22 часа."))
        expert = Written(
            "ru", f"{TEXT}\nИ свет пусть горит.", Stance.OPPOSE, Capacity.EXPERT, "Экология", show_name=True
        )
        send(services, other, reference, quote, expert)
        new = Written("ru", TEXT, amendment=AmendmentKind.REPLACE, proposed=WORDS.replace("22 часа", "полночь"))
        send(services, other, reference, Place(1, "ru", ARTICLE), new)
        send(services, other, reference, Place(1, about=2), Written("kk", "Бұл ұсынысты қолдаймын.", Stance.SUPPORT))
        send(services, mine, reference, Place(1, "kk", ARTICLE), Written("kk", "Саябақ түнде де ашық болсын."))
        covered = send(services, other, reference, Place(1), Written("ru", f"{TEXT} Звоните 701 555 01 01."))
        acting = self._official(Role.MODERATOR).session
        with services.database.uow() as tx:
            comment_own.add(services, tx, other, reference, 1, "И скамейки нужны.")
            comment_supporting.support(services, tx, mine, reference, 1)
            consultation = lookup.found(tx.session, reference)
            draft = comment_drafts.save(
                services, tx, mine, consultation, "", "comment", {"text": "Жалпы қолдаймын.", "lang": "kk"}
            )
            comment_drafts.attach(tx, draft, "plan.pdf", b"%PDF-1.7")
            number, reason = covered.number, "Жазбада бөгде адамның телефоны бар."
            redacting.cover(
                services, tx, acting, reference, number, ground="personal-data", reason=reason, words="701 555 01 01"
            )
            redacting.appeal(services, tx, other, reference, number, "Бұл менің кеңсемнің нөмірі.")
            complaining.complain(
                services, tx, reference, number, ground="offensive", text="Тағы бір сөз бар.", network="198.51.100.7"
            )
            tx.commit()
        send(services, mine, reference, Place(1), Written("kk", "Бұл пікірді алып тастаймын."))
        with services.database.uow() as tx:
            comment_erasing.ask(services, tx, mine, reference, 6)
            tx.commit()
        return reference
