"""Petitions to test the registrar with, and people who sign them as they do it on the site."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.authenticator import Authenticator
from tests.registrar.people import Rolls

from egov_crypto import audit as protocol
from egov_participation.registrar import statements
from egov_participation.registrar.interface import Act, Batch, Registrar, Way
from egov_participation.services import Services

REF = "P-2026-0042"
DOCUMENT = "ab" * 32


def drawn(letter: bytes, petition: str = REF, entries: int = 1000) -> dict[str, Any]:
    """An audit, by the value of its only auditor, as the registrar is asked to open its sample."""
    value = letter * 32
    name = protocol.identifier(petition, [protocol.commitment(petition, value)])
    return {"audit": name, "reveals": [value.hex()], "entries": entries}


@dataclass
class Petitions:
    """What a test opens petitions with."""

    registrar: Registrar
    services: Services

    def open(self, petition: str = REF, **changed: Any) -> dict[str, Any]:
        """A petition that residents of the whole country may sign; what the registrar says of it."""
        rules: dict[str, Any] = {
            "territory": "",
            "min_age": 16,
            "ways": list(Way),
            "closes_at": self.services.clock() + timedelta(days=180),
            "regions": {"KZ-75": "KZ-75", "KZ-71": "other"},
        }
        document = changed.pop("document", DOCUMENT)
        said = self.registrar.open_petition(petition, document, **(rules | changed))
        return statements.verify(said, self.registrar.key, type="registrar.petition")

    def code(self, person: str, act: Act = Act.ATTEST, petition: str = REF) -> dict[str, str]:
        """A right answer, by the code that is mailed."""
        challenge = self.registrar.begin_petition(petition, person, act, Way.CODE, lang="en")
        return {"challenge": challenge.id, "code": Rolls(self.registrar, self.services).code()}

    def assertion(
        self, person: str, device: Authenticator, act: Act = Act.ATTEST, petition: str = REF
    ) -> dict[str, str]:
        """A right answer, by a passkey."""
        challenge = self.registrar.begin_petition(petition, person, act, Way.PASSKEY, lang="en")
        return {"challenge": challenge.id, "assertion": device.get(json.loads(challenge.options))}

    def act(self, person: str, act: Act = Act.ATTEST, petition: str = REF) -> bytes:
        """The promise to somebody who proves who they are with a mailed code."""
        return self.registrar.attest(petition, person, act, self.code(person, act, petition))

    def said(self, promise: bytes) -> dict[str, Any]:
        """What a promise says."""
        return statements.verify(promise, self.registrar.key, type="petition.attestation")

    def leaving(self, petition: str = REF, after: int = 0) -> list[Batch]:
        """All batches that are due."""
        found = []
        while (batch := self.registrar.batch(petition, after)) is not None:
            found.append(batch)
            after = batch.number
        return found
