"""Whom the references in the audit trail mean, looked up when they are shown: the trail itself holds no name."""

from __future__ import annotations

import re
from typing import Final

from sqlmodel import Session

from egov_participation.actions import Role
from egov_participation.roles.service import role_in_words
from egov_participation.services import Services

_PERSON: Final = re.compile(r"person:([0-9a-f]{32})(?:/([a-z-]+)(?:/([a-z0-9-]+))?)?")


def person_of(object_: str) -> str:
    """The id of the person that was acted on; empty where it was something else."""
    found = _PERSON.fullmatch(object_)
    return found[1] if found else ""


def name_of(services: Services, db: Session, object_: str) -> str:
    """The full name of the person that was acted on; empty for something else, or who is no longer in the register."""
    person_id = person_of(object_)
    person = services.registry.get(db, person_id) if person_id else None
    return person.full_name if person else ""


def in_words(services: Services, db: Session, lang: str, object_: str) -> str:
    """The person that was acted on, and the role that it was about: “Ахметов Арман, Auditor”. Empty as of `name_of`."""
    name, found = name_of(services, db, object_), _PERSON.fullmatch(object_)
    if not name or found is None or found[2] not in set(map(str, Role)):
        return name
    return f"{name}, {role_in_words(services, lang, Role(found[2]), found[3] or '')}"
