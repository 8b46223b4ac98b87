"""What is published beside an archive and signed by somebody: sorted JSON in one spelling, under an Ed25519 signature.

The archive's own JSON keeps the specification's order of fields (:mod:`egov_crypto.wire`); these documents are the
platform's, with keys sorted, no blanks, UTF-8. A signature covers a domain, a zero byte, and the canonical JSON of the
object without its member ``signature``.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from egov_crypto.errors import VerificationError
from egov_crypto.group import verify_signature
from egov_crypto.wire import SMALL

_HASH: Final = re.compile("[0-9a-f]{64}")
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
LANGUAGES: Final = ("kk", "ru", "en")


def dump(value: Any) -> bytes:
    """The one spelling of ``value``."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def load(raw: bytes, limit: int) -> dict[str, Any]:
    """The object that ``raw`` writes in its one spelling; raises :class:`ValueError`."""
    if len(raw) > limit:
        raise ValueError(f"more than {limit} bytes")
    try:
        value = json.loads(raw.decode("utf-8"))
        written = dump(value)
    except (UnicodeError, RecursionError) as error:
        raise ValueError("not JSON in UTF-8") from error
    if not isinstance(value, dict) or written != raw:
        raise ValueError("not an object in its one spelling")
    return value


def parse_signed(raw: bytes, limit: int, kind: str, version: int = 1) -> tuple[dict[str, Any], bytes]:
    """The object without its signature, and the signature's 64 bytes; raises :class:`ValueError`."""
    value = load(raw, limit)
    signature = from_base64(value.pop("signature", None), 64)
    if value.get("type") != kind or type(value.get("version")) is not int or value["version"] != version:
        raise ValueError(f"not {kind} in version {version}")
    return value, signature


def check_signature(value: Mapping[str, Any], signature: bytes, key: str, domain: bytes, code: str) -> None:
    """Raise :class:`VerificationError` with ``code`` unless the holder of ``key`` (Base64) signed the object."""
    try:
        verify_signature(from_base64(key, 32), domain + b"\0" + dump(value), signature)
    except ValueError:
        raise VerificationError(code) from None


def from_base64(text: Any, size: int) -> bytes:
    """The ``size`` bytes that ``text`` writes in unpadded Base64, in its one spelling; raises :class:`ValueError`."""
    try:
        raw = base64.b64decode(string(text) + "=" * (-len(text) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
    if len(raw) != size or base64.b64encode(raw).decode().rstrip("=") != text:
        raise ValueError(f"not {size} bytes in unpadded Base64")
    return raw


def keys(value: Any, *names: str) -> dict[str, Any]:
    """``value``, checked to be an object with these keys and no others."""
    if not isinstance(value, dict) or value.keys() != set(names):
        raise ValueError(f"an object is wanted, with {', '.join(sorted(names))}")
    return value


def string(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a text is wanted")
    return value


def natural(value: Any) -> int:
    """A number from 0 on, and not a bool."""
    if type(value) is not int or not 0 <= value <= SMALL**2:
        raise ValueError("a number is wanted")
    return value


def digest(value: Any) -> str:
    """A hexadecimal SHA-256."""
    if not isinstance(value, str) or not _HASH.fullmatch(value):
        raise ValueError("a hexadecimal SHA-256 is wanted")
    return value


def moment(value: Any) -> datetime:
    """A time in UTC, of whole seconds, in its one spelling."""
    found = datetime.strptime(string(value), _TIME).replace(tzinfo=UTC)
    if found.strftime(_TIME) != value:
        raise ValueError("a time is not in its one spelling")
    return found


def texts(value: Any) -> tuple[str, str, str]:
    """A text in Kazakh, Russian and English."""
    found = keys(value, *LANGUAGES)
    kk, ru, en = (string(found[language]) for language in LANGUAGES)
    return kk, ru, en


def languages_of(text: str) -> tuple[str, str, str]:
    """The three languages of an election's own text, which stand in it with `` / `` between; or the whole, thrice."""
    parts = text.split(" / ")
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 and all(parts) else (text, text, text)
