"""Random tokens for cookies and forms, and what the database keeps of them."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Final

_FORM: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def new_token() -> str:
    """256 random bits in 43 characters that cookies and forms can carry."""
    return secrets.token_urlsafe(32)


def is_token(text: str) -> bool:
    """Whether the text has the form of a token; whatever else comes in a cookie is not even looked up."""
    return _FORM.fullmatch(text) is not None


def hash_token(token: str) -> str:
    """SHA-256 in hex. A token has too many bits to be guessed, so no slow hash and no key are needed."""
    return hashlib.sha256(token.encode()).hexdigest()
