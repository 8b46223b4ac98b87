"""What the registrar's own process answered, read as strictly as what it is asked (`wire`)."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from typing import Any, Final, NoReturn

import structlog

from egov_crypto.group import Point
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.logs import describe
from egov_participation.registrar import wire
from egov_participation.registrar.interface import Batch, Challenge, Opening, Way

log = structlog.get_logger()

_OPENING: Final = ("[0-9a-f]{128}", "[0-9]{12}", "[0-9a-f]{160}")
_ATTESTATION: Final = {"type", "version", "petition", "pseudonym", "act", "day", "region", "signature"}


class Odd(Exception):
    """An answer that is not as agreed."""


def unavailable(error: Exception) -> DomainError:
    """What is said whatever keeps the registrar from answering."""
    log.warning("registrar.unreachable", **describe(error))
    return DomainError(
        503,
        N_(
            "The registrar, a program of its own beside this site, does not answer at the moment. Nothing was changed,"
            " and what you have entered stays. Try again in a few minutes."
        ),
        code="registrar.unavailable",
        retry_after=10,
    )


def result(status: int, answer: str) -> Any:
    """The result in an answer.

    Raises:
        DomainError: the registrar refused.
        ValueError: it said that something was wrong with what was asked.
        Odd: it is no answer.
    """
    if status != 200:
        raise_from(status, answer)
    found = read_json(answer)
    if not isinstance(found, dict) or found.keys() != {"result"}:
        raise Odd
    return found["result"]


def raise_from(status: int, answer: str) -> NoReturn:
    """Raise what an answer that is no result says; see `result`."""
    match read_json(answer):
        case {"error": refused}:
            raise refusal(refused)
        case {"wrong": str(words)} if status == 400:
            raise ValueError(words)
    raise Odd


def refusal(found: object) -> DomainError:
    """A refusal that travelled. Raises `Odd`."""
    try:
        return wire.error_from_json(found)
    except ValueError:
        raise Odd from None


def read_json(answer: str) -> Any:
    """A value. Raises `Odd`."""
    try:
        return json.loads(answer)
    except ValueError:
        raise Odd from None


def point(value: str) -> Point:
    """A public credential. Raises `Odd`."""
    try:
        return Point.parse(value)
    except ValueError:
        raise Odd from None


def checked(value: Any, right: Callable[[Any], bool]) -> Any:
    """The value, if it is right.

    Raises:
        DomainError: 503 ``registrar.unavailable``; so do the functions below.
    """
    if not right(value):
        raise unavailable(Odd())
    return value


def truth(value: Any) -> bool:
    """Yes or no."""
    return bool(checked(value, lambda found: isinstance(found, bool)))


def text(value: Any) -> str:
    """A text."""
    return str(checked(value, lambda found: isinstance(found, str)))


def texts(value: Any) -> list[str]:
    """Texts."""
    return list(checked(value, lambda found: isinstance(found, list) and all(isinstance(one, str) for one in found)))


def raw(value: Any) -> bytes:
    """Bytes."""
    try:
        return base64.b64decode(text(value), validate=True)
    except ValueError:
        raise unavailable(Odd()) from None


def outcomes(value: Any, count: int) -> list[bytes | Exception]:
    """What `Registrar.attest_by_code` returns."""
    return [_outcome(one) for one in checked(value, lambda held: isinstance(held, list) and len(held) == count)]


def _outcome(found: Any) -> bytes | Exception:
    try:
        match found:
            case {"result": promise}:
                return raw(promise)
            case {"error": refused}:
                return refusal(refused)
    except DomainError as error:
        return error
    except Odd:
        pass
    return unavailable(Odd())


def to_base64(content: bytes) -> str:
    """As bytes travel."""
    return base64.b64encode(content).decode()


def challenge(value: Any) -> Challenge:
    """What `Registrar.begin` and `Registrar.begin_petition` return."""
    match value:
        case {"way": str(way), "id": str(id_), "options": str(options), "nonce": str(nonce), "mailed_to": str(to)}:
            return Challenge(Way(way), id_, options, nonce, to)
    raise unavailable(Odd())


def ways(value: Any) -> list[Way]:
    """Those that are known here."""
    return [Way(way) for way in texts(value) if way in list(Way)]


def batch(value: Any) -> Batch | None:
    """What `Registrar.batch` returns."""
    match value:
        case None:
            return None
        case {"number": int(number), "attestations": list(found)} if all(map(_is_attestation, found)):
            return Batch(number, found)
    raise unavailable(Odd())


def openings(value: Any) -> list[Opening]:
    """What `Registrar.open_entries` returns."""
    found = [texts(one) for one in checked(value, lambda held: isinstance(held, list))]
    return [Opening(*checked(one, _is_opening)) for one in found]


def answers(value: Any) -> dict[str, bool | None]:
    """What `Registrar.audit_answers` returns."""
    found = checked(value, lambda held: isinstance(held, dict))
    return {
        text(name): checked(said, lambda held: held is None or isinstance(held, bool)) for name, said in found.items()
    }


def question(value: Any) -> tuple[str, bool]:
    """What `Registrar.audit_question` returns."""
    match value:
        case [str(petition), bool(answered)]:
            return petition, answered
    raise unavailable(Odd())


def _is_opening(found: list[str]) -> bool:
    return len(found) == len(_OPENING) and all(map(re.fullmatch, _OPENING, found))


def _is_attestation(found: object) -> bool:
    return isinstance(found, dict) and found.keys() == _ATTESTATION
