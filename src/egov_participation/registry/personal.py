"""What the register holds on a person, and what of it is theirs to let go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session

from egov_participation.database import UnitOfWork
from egov_participation.i18n import LANGUAGES, N_
from egov_participation.jurisdiction.territories import place
from egov_participation.personal import Fact, Record, Section
from egov_participation.registry import service
from egov_participation.services import Services

_MAIL: Final = N_("Mail address")
_LANGUAGE: Final = N_("Language of mails")


def held(services: Services, session: Session, person_id: str) -> Sequence[Section]:
    """The entry in the register, and what the person set in place of it."""
    return [
        Section(
            name="register",
            title=N_("Your entry in the register of residents"),
            about=N_(
                "From the state’s register. It decides in which votes you may take part. The IIN is kept encrypted and "
                "is shown to nobody in full. What is wrong is corrected where the register is kept."
            ),
            kept=N_(
                "For as long as you are in the register. An erasure leaves it: without it nobody could say who may "
                "vote."
            ),
            records=_entry(services, session, person_id),
            alone=True,
        ),
        Section(
            name="contact",
            title=N_("How you want to be written to"),
            about=N_("What you set here yourself. It comes before what the register says, and changes nothing there."),
            kept=N_("Until you change it. An erasure deletes it: then mails go to the register’s address again."),
            records=_own(session, person_id),
            alone=True,
        ),
    ]


def _entry(services: Services, session: Session, person_id: str) -> list[Record]:
    registry = services.registry
    within = registry.registry if isinstance(registry, service.CorrectedRegistry) else registry
    person = within.get(session, person_id)
    if person is None:
        return []
    facts = [
        Fact("iin", N_("IIN"), within.mask(session, person_id)),
        Fact("family_name", N_("Family name"), person.family_name),
        Fact("given_name", N_("Given name"), person.given_name),
        Fact("patronymic", N_("Patronymic"), person.patronymic or None),
        Fact("birth_date", N_("Date of birth"), person.birth_date),
        Fact("territory", N_("Region"), person.territory, words=_place(person.territory)),
        Fact("district", N_("District or city"), person.district or None, words=_place(person.district)),
        Fact("address", N_("Address"), within.address(session, person_id) or None),
        Fact("mail", _MAIL, person.mail or None),
        Fact("language", _LANGUAGE, person.language, LANGUAGES[person.language]),
    ]
    return [facts]


def _place(code: str) -> Mapping[str, str] | str:
    found = place(code)
    return "" if found is None else {"kk": found.kk, "ru": found.ru, "en": found.en}


def _own(session: Session, person_id: str) -> list[Record]:
    own = service.own_contact(session, person_id)
    if own.changed_at is None:
        return []
    return [
        [
            Fact("mail", _MAIL, own.mail, "" if own.mail else N_("as in the register")),
            Fact(
                "language",
                _LANGUAGE,
                own.language,
                LANGUAGES[own.language] if own.language else N_("as in the register"),
            ),
            Fact("changed_at", N_("Changed"), own.changed_at),
        ]
    ]


def erase(_services: Services, tx: UnitOfWork, person_id: str, _now: datetime) -> None:
    """Forget what the person set; the register's entry stays."""
    service.forget_contact(tx, person_id)
