"""Petitions and signatures put straight into the database, for tests of what is done with them afterwards."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

from sqlmodel import Session, select

from egov_participation.jurisdiction.rule_files import PETITIONS
from egov_participation.petitions import keys
from egov_participation.petitions.models import Petition, PetitionCount, PetitionText, Signature, State
from egov_participation.petitions.service import signatures
from egov_participation.petitions.service.signatures import Promise
from egov_participation.services import Services

REFERENCE = "P-2024-0001"
TITLE = {"kk": "Мектеп жанында жарық", "ru": "Свет у школы", "en": "Light at the school"}


def put_petition(services: Services, *, state: State = State.OPEN, number: int | None = 1, creator: str = "") -> int:
    """A petition under Kazakhstan's rules; its id. Without a number it is a draft."""
    now = services.clock()
    with services.database.uow() as tx:
        row = Petition(
            key=f"key-{number}-{creator}",
            reference=None if number is None else f"P-2024-{number:04}",
            year=2024,
            number=number,
            jurisdiction="kz",
            addressee="government",
            rules="" if number is None else PETITIONS.load("kz", services.day(now)).snapshot(),
            language="kk",
            creator=creator or None,
            creator_name="Айгүл С." if creator else "",
            state=State.DRAFT.value if number is None else state.value,
            created_at=now,
            state_at=now,
            opened_at=now,
            closes_at=now + timedelta(days=180),
        )
        tx.add(row)
        tx.flush()
        assert row.id is not None
        for lang, title in TITLE.items():
            tx.add(PetitionText(petition_id=row.id, lang=lang, title=title, ask="Бір шам.", background="Қараңғы."))
        tx.commit()
        return row.id


def pseudonym_of(number: int) -> bytes:
    """64 bytes that look like the registrar's, in an order of their own."""
    return hashlib.sha512(str(number).encode()).digest()


def put_signatures(
    services: Services,
    petition_id: int,
    numbers: range,
    *,
    network: str = "",
    people: dict[int, str] | None = None,
    region: str = "KZ-75",
    day: date | None = None,
    way: str = "electronic",
) -> None:
    """Signatures that count, with what the counts must add; those of ``people`` (by number) are somebody's."""
    now, keys_dir = services.clock(), services.settings.keys_dir
    with services.database.uow() as tx:
        for number in numbers:
            person = (people or {}).get(number, f"nobody-{number}")
            promise = Promise(b"promised", pseudonym_of(number), day or services.day(now), region)
            row = signatures.row_of(
                petition_id,
                promise,
                now,
                person_hash=keys.person_hash(keys_dir, person),
                person_sealed=keys.seal_person(keys_dir, petition_id, person) if people else None,
                name="Айгүл С.",
                network=keys.network_hash(keys_dir, network) if network else None,
                way=way,
            )
            assert signatures.put(tx, row) is signatures.Put.NEW
        tx.commit()


def all_signatures(session: Session, petition_id: int) -> list[Signature]:
    """By id."""
    rows = session.exec(select(Signature).where(Signature.petition_id == petition_id).order_by(Signature.id))  # type: ignore[arg-type]
    return list(rows)


def counted(services: Services, petition_id: int) -> tuple[int, int]:
    """How many the counts say: electronic, on paper."""
    with services.database.read() as session:
        row = session.get(PetitionCount, petition_id)
        return (row.electronic, row.paper) if row else (0, 0)
