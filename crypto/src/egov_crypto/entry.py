"""Entries of the transparency log: canonical JSON objects that say what they are.

    {…,"type":"vote.state",…,"version":1,…}

What each type holds, the documentation of the log says; here it is enough that an entry has one spelling.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from egov_crypto import canonical
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.tiles import MAX_ENTRY

_TYPE: Final = re.compile(r"(?=.{3,64}\Z)[a-z_]+(?:\.[a-z_]+)+")


def dump(value: Mapping[str, Any]) -> bytes:
    """The bytes that stand in the log for ``value``, which has ``type`` (``family.kind``) and ``version`` (from 1 on).

    Raises :class:`UsageError` if it is no entry, or too long for one.
    """
    try:
        return _checked(dict(value), canonical.dump(dict(value)))
    except ValueError as error:
        raise UsageError(f"this is no entry of the log: {error}") from None


def parse(raw: bytes) -> dict[str, Any]:
    """The reverse of :func:`dump`. Raises :class:`VerificationError` (``entry.format``)."""
    try:
        value = canonical.load(raw)
        _checked(value, raw)
    except ValueError as error:
        raise VerificationError("entry.format", str(error)) from None
    return dict(value)


def _checked(value: Any, raw: bytes) -> bytes:
    if len(raw) > MAX_ENTRY:
        raise ValueError(f"it has {len(raw)} bytes, more than {MAX_ENTRY}")
    if not isinstance(value, dict):
        raise ValueError("it is not an object")
    type_, version = value.get("type"), value.get("version")
    if not isinstance(type_, str) or not _TYPE.fullmatch(type_):
        raise ValueError("its type is missing")
    if type(version) is not int or version < 1:
        raise ValueError("its version is missing")
    return raw
