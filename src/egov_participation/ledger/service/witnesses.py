"""Witnesses: who they are, and asking one to cosign a checkpoint (C2SP tlog-witness, add-checkpoint)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import httpx

from egov_crypto import note
from egov_crypto.checkpoint import parse_number
from egov_crypto.cosignature import WitnessKey
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.note import Note, Signature
from egov_crypto.witness import Request
from egov_participation.deadline import Deadline
from egov_participation.settings import Settings

_SECONDS: Final = 5.0
"""For one request, from its beginning to the last byte of the answer, however slowly it comes."""
_MAX_ANSWER: Final = 20_000
_SIZE: Final = "text/x.tlog.size"


@dataclass(frozen=True, slots=True)
class Witness:
    """Whom the log asks: the key that its cosignatures verify with, and its address."""

    key: WitnessKey
    url: str


class ConflictError(Exception):
    """The witness cosigned another checkpoint last than the one that the proof begins from: one of ``size`` entries."""

    def __init__(self, size: int) -> None:
        super().__init__(f"it cosigned {size} entries last")
        self.size = size


class DisagreementError(Exception):
    """The witness has seen another log: one that ours does not continue."""


class UnheardError(Exception):
    """It gave no cosignature, and no reason that would say anything of the log. ``code``: why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def witnesses_of(settings: Settings) -> tuple[Witness, ...]:
    """The witnesses that the settings name.

    Raises:
        ValueError: a key is none, or one is there twice.
    """
    try:
        found = tuple(Witness(WitnessKey.parse(key), url) for key, url in settings.log_witnesses)
    except UsageError as error:
        raise ValueError(str(error)) from None
    if len({witness.key.public for witness in found}) < len(found):
        raise ValueError("two witnesses have the same key")
    return found


class Asker:
    """Asks witnesses over HTTP. Safe to share between threads."""

    def __init__(self) -> None:
        # No connection is kept: a deadline cuts off the one that its request has opened.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.Client(timeout=_SECONDS, limits=limits, follow_redirects=False, trust_env=False)

    def ask(self, witness: Witness, old: int, proof: tuple[bytes, ...], signed: Note) -> Signature:
        """A witness's cosignature under a checkpoint, verified.

        Args:
            old: the size of the checkpoint that it cosigned last.
            proof: that the one to be cosigned begins with it.

        Raises:
            ConflictError: it cosigned another one last.
            DisagreementError: the proof does not lead from the log that it knows to this one.
            UnheardError: anything else.
        """
        status, kind, raw = self._post(f"{witness.url}/add-checkpoint", Request(old, proof, signed).raw)
        match status:
            case 200:
                return _cosignature(witness.key, signed, raw)
            case 409 if kind == _SIZE:
                raise ConflictError(_size(raw))
            case 422:
                raise DisagreementError
        raise UnheardError(f"http.{status}")

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def _post(self, url: str, body: bytes) -> tuple[int, str, bytes]:
        """Status, type and body of the answer, which is as short and as quick as it must be."""
        raw, headers, deadline = b"", {"Content-Type": "text/plain"}, Deadline(_SECONDS)
        watched = {"trace": deadline.watch}
        try:
            with deadline, self._http.stream("POST", url, content=body, headers=headers, extensions=watched) as answer:
                for part in answer.iter_raw():
                    raw += part
                    if len(raw) > _MAX_ANSWER:
                        raise UnheardError("answer")
                deadline.check()
                return answer.status_code, answer.headers.get("content-type", "").partition(";")[0].strip(), raw
        except (httpx.TimeoutException, TimeoutError):
            raise UnheardError("timeout") from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise UnheardError("timeout" if deadline.is_over else "unreachable") from None


def _cosignature(key: WitnessKey, signed: Note, raw: bytes) -> Signature:
    """The line of this witness, which may answer with those of others too."""
    try:
        found = Note(signed.text, note.parse_signatures(raw))
        ((_, signature),) = note.verify(found, [key])
    except (VerificationError, ValueError):
        raise UnheardError("cosignature") from None
    return signature


def _size(raw: bytes) -> int:
    try:
        return parse_number(raw.decode("ascii").removesuffix("\n"))
    except ValueError:
        raise UnheardError("answer") from None
