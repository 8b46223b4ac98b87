"""Rolls to test the registrar with, made and confirmed as the platform does it, and people who prove who they are."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.authenticator import Authenticator
from tests.voting.making import make_people

from egov_crypto import credential as credentials
from egov_participation.mail import NullMailer
from egov_participation.registrar import generated
from egov_participation.registrar.interface import Registrar, Roll, Voter, Way
from egov_participation.registrar.service import LocalRegistrar
from egov_participation.registrar.statements import canonical
from egov_participation.services import Services

UUID = "1234567ABCDEFG"
REHEARSED = {lang: generated.marked(lang, "а") for lang in ("kk", "ru", "en")}
CODE = re.compile(r"^    (\d{8})$", re.MULTILINE)


@dataclass
class Rolls:
    """What a test makes rolls with."""

    registrar: Registrar
    services: Services
    lasts: timedelta = timedelta(hours=8)

    def setup(self, roll: Roll, closes_at: datetime, binding: bool = False, /, **changed: Any) -> bytes:
        """A setup document that is right, but for what is changed."""
        document: dict[str, Any] = {
            "type": "egov-setup",
            "version": 1,
            "uuid": UUID,
            "kind": "binding" if binding else "consultative",
            "rehearsal": False,
            "title": REHEARSED if changed.get("rehearsal") else {"kk": "а", "ru": "б", "en": "c"},
            "opens_at": stamp(closes_at - timedelta(hours=8)),
            "closes_at": stamp(closes_at),
            "credentials": hashlib.sha256(credentials.list_to_json(roll.public)).hexdigest(),
            "registered": roll.size,
            "weight": sum(weight for _, weight in roll.public),
            "roll": {"size": roll.size, "hash": roll.hash, "rule": {"from": "file"}},
            "registrar": self.registrar.key,
        }
        return canonical(document | changed)

    def prepared(
        self, people: int | Sequence[Voter] = 3, *, binding: bool = False, uuid: str = UUID
    ) -> tuple[list[str], Roll, datetime]:
        """People, the roll that they are on, and when it closes."""
        if isinstance(people, int):
            _, ids = make_people(self.services, people)
            people = [Voter(person, territory="KZ-75") for person in ids]
        closes_at = self.services.clock() + self.lasts
        roll = self.registrar.prepare(uuid, people, binding=binding, closes_at=closes_at)
        return [voter.person_id for voter in people], roll, closes_at

    def active(
        self,
        people: int | Sequence[Voter] = 3,
        *,
        binding: bool = False,
        uuid: str = UUID,
        **changed: Any,
    ) -> tuple[list[str], Roll]:
        """People, and the roll of a vote in use that they are on."""
        ids, roll, closes_at = self.prepared(people, binding=binding, uuid=uuid)
        setup = self.setup(roll, closes_at, binding, uuid=uuid, **changed)
        self.registrar.confirm(uuid, setup)
        self.registrar.activate(uuid, hashlib.sha256(setup).hexdigest())
        return ids, roll

    def mails(self) -> NullMailer:
        """After everything that is due was sent."""
        local = self.services.registrar
        assert isinstance(local, LocalRegistrar)
        local.work()
        mailer = self.services.mailer
        assert isinstance(mailer, NullMailer)
        return mailer

    def code(self) -> str:
        """The code that was mailed last."""
        return [found[1] for mail in self.mails().sent if (found := CODE.search(mail.text))][-1]

    def by_code(self, person: str, uuid: str = UUID) -> str:
        """A release, by the mailed code."""
        challenge = self.registrar.begin(uuid, person, Way.CODE, lang="en")
        return self.registrar.prove(uuid, person, {"challenge": challenge.id, "code": self.code()})

    def enrol(self, person: str, name: str = "Key") -> Authenticator:
        """A passkey of that person's, as the desk hands it in."""
        device = Authenticator()
        self.registrar.enrol_passkey(person, device.credential_id, device.public_key(), name=name)
        return device

    def assertion(self, person: str, device: Authenticator, uuid: str = UUID) -> dict[str, str]:
        """An answer to a fresh challenge."""
        challenge = self.registrar.begin(uuid, person, Way.PASSKEY, lang="en")
        return {"challenge": challenge.id, "assertion": device.get(json.loads(challenge.options))}

    def by_passkey(self, person: str, device: Authenticator, uuid: str = UUID) -> str:
        """A release, by a passkey."""
        return self.registrar.prove(uuid, person, self.assertion(person, device, uuid))


def stamp(moment: datetime) -> str:
    """As setup documents say a time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
