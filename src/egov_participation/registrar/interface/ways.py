"""How a person proves to the registrar itself who they are, for a vote as for a petition."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Way(StrEnum):
    """How a person proves to the registrar itself who they are."""

    PASSKEY = "passkey"
    """An assertion of a passkey that was enrolled at the desk: for any vote."""
    EID = "eid"
    """An id_token of the electronic identity's provider, with the registrar's own nonce: for any vote."""
    CODE = "code"
    """A code that the registrar mails itself: never for a binding vote."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a person must answer, within `registrar.rules.CHALLENGE_LIFETIME`."""

    way: Way
    id: str
    """Opaque; handed back as ``answer["challenge"]``."""
    options: str = field(default="", repr=False)
    """Of a passkey: the JSON for ``navigator.credentials.get``. The page stands on the main site."""
    nonce: str = field(default="", repr=False)
    """Of an electronic identity: the ``nonce`` to ask the provider with."""
    mailed_to: str = ""
    """Of a code: the address it went to, mostly hidden: ``a…@mail.example``."""
