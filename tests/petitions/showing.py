"""Petitions as rows, for what only reads them: how they come about is others' to test."""

from __future__ import annotations

import json
import secrets
from datetime import date, datetime, timedelta
from typing import Any

from egov_participation.jurisdiction.rule_files import PETITIONS
from egov_participation.petitions.models import (
    Happening,
    Petition,
    PetitionCount,
    PetitionDay,
    PetitionRegion,
    PetitionText,
    Signature,
)
from egov_participation.petitions.service import document, finding
from egov_participation.services import Services

TITLES = {
    "kk": "Мектептердің жанына көгалдандыру",
    "ru": "Озеленить дворы школ",
    "en": "Green the yards of schools",
}
REASON = "The same is asked in another petition.\nIts number stands above."


def put(
    services: Services,
    number: int = 1,
    *,
    state: str = "open",
    langs: tuple[str, ...] = ("ru", "kk"),
    title: str = "",
    regions: dict[str, tuple[int, int, int]] | None = None,
    days: dict[date, int] | None = None,
    names: tuple[tuple[str, date], ...] = (),
    happened: tuple[tuple[str, dict[str, Any], str | None], ...] = (),
    **columns: Any,
) -> str:
    """Put a petition in as the worker would have left it.

    Args:
        regions: electronic, on paper and verified signatures by region.
        names: of signers who let theirs be shown, with the day.

    Returns:
        Its number.
    """
    now = services.clock()
    regions, reference = regions or {}, f"P-{now.year}-{number:04}"
    opened = now - timedelta(days=10)
    values: dict[str, Any] = {
        "key": secrets.token_hex(8),
        "reference": reference,
        "year": now.year,
        "number": number,
        "jurisdiction": "kz",
        "rules": PETITIONS.load("kz", date(2024, 6, 1), None).snapshot(),
        "addressee": "government",
        "language": langs[0],
        "creator_name": "Алуа Н.",
        "state": state,
        "created_at": opened,
        "state_at": opened,
        "opened_at": opened if state in {"open", "closed", "stopped", "withdrawn", "merged", "hidden"} else None,
        "closes_at": now + timedelta(days=90, hours=5) if state == "open" else None,
        **columns,
    }
    with services.database.uow() as tx:
        petition = Petition(**values)
        tx.add(petition)
        tx.flush()
        assert petition.id is not None
        for lang in langs:
            tx.add(
                PetitionText(
                    petition_id=petition.id,
                    lang=lang,
                    title=title or TITLES[lang],
                    ask="Посадить деревья.\nПоливать их.",
                    background="Во дворах мало тени.",
                )
            )
        tx.flush()
        document.commit(tx.session, petition)
        for kind, details, reason in (("state.review", {}, None), (f"state.{state}", {}, None), *happened):
            tx.add(
                Happening(
                    petition_id=petition.id,
                    at=opened,
                    kind=kind,
                    by="moderator",
                    details=json.dumps(details),
                    reason=reason,
                    salt=None if reason is None else secrets.token_bytes(32),
                )
            )
        electronic, paper, verified = (sum(counts[place] for counts in regions.values()) for place in range(3))
        tx.add(
            PetitionCount(
                petition_id=petition.id,
                electronic=electronic,
                paper=paper,
                verified=verified,
                checkpoint_size=verified + 7 if verified else 0,
                counted_at=now,
            )
        )
        for region, (by_key, by_hand, counted) in regions.items():
            tx.add(
                PetitionRegion(
                    petition_id=petition.id,
                    region=region,
                    electronic=by_key,
                    paper=by_hand,
                    verified=counted,
                    verified_paper=by_hand,
                )
            )
        for day, count in (days or {}).items():
            tx.add(PetitionDay(petition_id=petition.id, day=day, electronic=count, verified=count))
        for name, day in names:
            tx.add(_signature(petition.id, name, day, now))
        finding.refresh(tx, petition)
        tx.commit()
    return reference


def _signature(petition_id: int, name: str, day: date, now: datetime) -> Signature:
    return Signature(
        petition_id=petition_id,
        person_hash=secrets.token_bytes(32),
        pseudonym=secrets.token_bytes(64),
        region="KZ-75",
        day=day,
        signed_at=now,
        name=name,
        promise=b"{}",
    )
