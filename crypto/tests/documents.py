"""What a site publishes beside an archive, as an honest one writes it; each part can be replaced by a lie."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from crypto.tests.making import World
from nacl.signing import SigningKey

from egov_crypto import archive, statement
from egov_crypto.protocol import share
from egov_crypto.question import Question
from egov_crypto.verify import Verified, verify_archive

REGISTRAR: Final = SigningKey(b"r" * 32)
COMMISSION: Final = SigningKey(b"c" * 32)
REGISTRAR_DOMAIN: Final = b"egov-registrar-statement-v1"
PROTOCOL_DOMAIN: Final = b"egov-result-protocol-v1"


def base64_of(raw: bytes) -> str:
    return base64.b64encode(raw).decode().rstrip("=")


def sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def signed(key: SigningKey, domain: bytes, body: dict[str, Any]) -> bytes:
    signature = key.sign(domain + b"\0" + statement.dump(body)).signature
    return statement.dump({**body, "signature": base64_of(signature)})


def texts(text: str) -> dict[str, str]:
    return dict(zip(statement.LANGUAGES, statement.languages_of(text), strict=True))


@dataclass(frozen=True)
class Site:
    """An archive and all that belongs beside it."""

    world: World
    raw: bytes

    @property
    def file(self) -> io.BytesIO:
        return io.BytesIO(self.raw)

    @cached_property
    def verified(self) -> Verified:
        return verify_archive(self.file)

    def setup(self, **lies: Any) -> bytes:
        world = self.world
        file = self.file
        timestamp = archive.read_timestamp(file)
        head = next(member.hash for member in archive.members(file, timestamp) if member.kind == "event")
        value = {
            "type": "egov-setup",
            "version": 1,
            "uuid": world.election.uuid,
            "kind": "binding",
            "rehearsal": False,
            "title": texts(world.election.name),
            "opens_at": "2026-11-01T04:00:00Z",
            "closes_at": "2026-11-01T15:00:00Z",
            "election": sha256(world.election.raw),
            "trustees": sha256(world.trustees),
            "credentials": sha256(world.roll),
            "fingerprint": world.election.fingerprint,
            "head": head,
            "registered": len(world.weights),
            "weight": sum(world.weights),
            "roll": {"size": len(world.weights), "hash": "ab" * 32, "rule": {"from": "file"}},
            "registrar": base64_of(bytes(REGISTRAR.verify_key)),
            "trustee_names": [texts("Кілт / Ключ / Key")] * len(world.keys),
        }
        return statement.dump({**value, **lies})

    def registrar(self, signer: SigningKey = REGISTRAR, **lies: Any) -> bytes:
        body = {
            "type": "egov-registrar-confirmation",
            "version": 1,
            "uuid": self.world.election.uuid,
            "setup": sha256(self.setup()),
            "credentials": sha256(self.world.roll),
            "roll": {"size": len(self.world.weights), "hash": "ab" * 32},
            "registrar": base64_of(bytes(REGISTRAR.verify_key)),
            "at": "2026-10-20T10:00:00Z",
        }
        return signed(signer, REGISTRAR_DOMAIN, {**body, **lies})

    def turnout(self, signer: SigningKey = REGISTRAR, **lies: Any) -> bytes:
        voted = sorted(self.world.publics[place].text for place in (0, 1))
        body = {
            "type": "egov-turnout",
            "version": 1,
            "uuid": self.world.election.uuid,
            "registered": len(self.world.weights),
            "voted": len(voted),
            "list": sha256(statement.dump(voted)),
            "groups": [{"regions": ["KZ-10", "KZ-11", "KZ-75"], "registered": 3, "voted": 2}],
            "registrar": base64_of(bytes(REGISTRAR.verify_key)),
            "at": "2026-11-01T15:10:00Z",
        }
        return signed(signer, REGISTRAR_DOMAIN, {**body, **lies})

    def protocol(self, signer: SigningKey = COMMISSION, **lies: Any) -> bytes:
        """Of an archive with a result."""
        found = self.verified
        report, election = found.report, found.election
        assert report.head is not None
        assert report.result is not None
        body = {
            "type": "egov-result-protocol",
            "version": 1,
            "uuid": election.uuid,
            "kind": "binding",
            "rehearsal": False,
            "title": texts(election.name),
            "opens_at": "2026-11-01T04:00:00Z",
            "closes_at": "2026-11-01T15:00:00Z",
            "extensions": [],
            "setup": {
                "hash": sha256(self.setup()),
                "election": election.fingerprint,
                "head": json.loads(self.setup())["head"],
            },
            "roll": {"size": report.registered, "weight": found.credentials.total_weight, "hash": "ab" * 32},
            "archive": {"height": report.head.height, "head": report.head.hash, "bytes": len(self.raw)},
            "ballots": {
                "board": report.ballots,
                "counted": report.voters,
                "superseded": report.ballots - report.voters,
            },
            "turnout": {
                "voters": report.voters,
                "registered": report.registered,
                **share(report.voters, report.registered),
            },
            "weight": found.tally.weight,
            "questions": [
                {
                    "question": texts(question.question),
                    "min": question.min,
                    "max": question.max,
                    "answers": [
                        {"answer": texts(answer), "votes": votes, **share(votes, found.tally.weight)}
                        for answer, votes in zip(question.answers, counts[question.blank :], strict=True)
                    ],
                    "blank": {"votes": counts[0], **share(counts[0], found.tally.weight)} if question.blank else None,
                }
                for question, counts in zip(election.questions, report.result, strict=True)
                if isinstance(question, Question)  # of other kinds, the test says it
            ],
            "trustees": [
                {
                    "owner": owner,
                    "kind": kind,
                    "public_key": trustee.public_key.text,
                    "shuffled": owner in report.shuffled if election.shuffled else None,
                    "decrypted": True,
                }
                for owner, (kind, trustee) in enumerate(zip(found.trustees.kinds, found.trustees, strict=True), 1)
            ],
            "key": base64_of(bytes(signer.verify_key)),
            "signed_at": "2026-11-02T09:00:00Z",
        }
        return signed(signer, PROTOCOL_DOMAIN, {**body, **lies})
