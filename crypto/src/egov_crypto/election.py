"""The election: texts, questions and public key, in one string of bytes that never changes (specification 4.10)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from egov_crypto import group, wire
from egov_crypto.credential import random_text
from egov_crypto.errors import UnsupportedError, UsageError, VerificationError
from egov_crypto.group import Point
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.question import AnyQuestion, parse_question

VERSION: Final = 1
_UUID: Final = re.compile(r"[1-9A-HJ-NP-Za-km-z]{14,64}", re.ASCII)


def random_uuid() -> str:
    """A fresh election identifier: 14 Base58 characters, 82 bits."""
    return random_text(14)


def is_uuid(text: str) -> bool:
    """Whether ``text`` is an election identifier: Base58, 14 characters at least (section 4.2), 64 at most."""
    return _UUID.fullmatch(text) is not None


@dataclass(frozen=True)
class Election:
    """An election's public parameters. ``raw`` is what is published and hashed; the other fields are read from it."""

    raw: bytes
    uuid: str
    name: str
    description: str
    public_key: Point
    questions: tuple[AnyQuestion, ...]
    administrator: str | None
    credential_authority: str | None

    @cached_property
    def fingerprint(self) -> str:
        """φ: unpadded Base64 of SHA-256 of :attr:`raw`."""
        return wire.compact_digest(self.raw)

    @cached_property
    def shuffled(self) -> tuple[int, ...]:
        """The places, from 0, of the questions whose votes are shuffled before they are decrypted."""
        kinds = enumerate(self.questions)
        return tuple(place for place, question in kinds if isinstance(question, PreferenceQuestion))

    @classmethod
    def parse(cls, raw: bytes) -> "Election":
        """Read ``election`` as published.

        Raises :class:`VerificationError` (``election.format``, ``election.question``) and, for another version of the
        protocol, another group or another kind of question, :class:`UnsupportedError`.
        """
        try:
            value = wire.load(raw)
            if isinstance(value, dict):
                if value.get("version", VERSION) != VERSION:
                    raise UnsupportedError(f"version {value['version']!r} of the protocol is not supported")
                if value.get("group", group.NAME) != group.NAME:
                    raise UnsupportedError(f"the group {value['group']!r} is not supported")
            members = wire.fields(
                value,
                *("version", "description", "name", "group", "public_key", "questions", "uuid"),
                *("administrator", "credential_authority"),
                optional=("administrator", "credential_authority"),
            )
            wire.integer(members["version"])
            uuid = wire.string(members["uuid"])
            if not is_uuid(uuid):
                raise ValueError("the uuid is not at least 14 Base58 characters")
            questions = tuple(parse_question(question) for question in wire.items(members["questions"]))
            if not questions:
                raise ValueError("no questions")
            return cls(
                raw,
                uuid,
                wire.string(members["name"]),
                wire.string(members["description"]),
                Point.parse(members["public_key"]),
                questions,
                *(
                    wire.string(members[name]) if name in members else None
                    for name in ("administrator", "credential_authority")
                ),
            )
        except ValueError as error:
            raise VerificationError("election.format", str(error)) from None

    @classmethod
    def build(
        cls,
        *,
        uuid: str,
        name: str,
        description: str,
        public_key: Point,
        questions: Sequence[AnyQuestion],
        administrator: str | None = None,
        credential_authority: str | None = None,
    ) -> "Election":
        """Put an election together and write it; the same errors as :meth:`parse`, as :class:`UsageError`."""
        value = {
            "version": VERSION,
            "description": description,
            "name": name,
            "group": group.NAME,
            "public_key": public_key.text,
            "questions": [question.to_json() for question in questions],
            "uuid": uuid,
        }
        if administrator is not None:
            value["administrator"] = administrator
        if credential_authority is not None:
            value["credential_authority"] = credential_authority
        try:
            return cls.parse(wire.dump(value))
        except (VerificationError, UnicodeError) as error:
            raise UsageError(str(error)) from None
