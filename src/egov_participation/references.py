"""Numbers that people are given for what they handed in, to be read aloud and typed again: ``K-7Q4M-2XNP``."""

from __future__ import annotations

import secrets
from typing import Final

ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""No 0, 1, I, O: they are taken for one another when a number is read aloud or written down."""
RANDOM_SIGNS: Final = 7
"""35 bits."""
_CYRILLIC: Final = {"K": "К", "I": "І", "H": "Н"}
"""What looks alike on a keyboard for Kazakh or Russian."""


def new(letter: str) -> str:
    """A number: the letter of its kind, seven random signs and one that checks them."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_SIGNS))
    return _written(letter, signs + check_sign(signs))


def read(letter: str, text: str) -> str | None:
    """The number as it is written, from what somebody typed: small letters, spaces and missing dashes are understood.

    Returns:
        None if there is a mistake in it.
    """
    signs = "".join(sign for sign in text.upper() if sign.isalnum())
    # The letter may itself be one of the alphabet: nine signs are it and the eight.
    signs = signs[1:] if len(signs) == RANDOM_SIGNS + 2 and signs[0] in letter + _CYRILLIC[letter] else signs
    if len(signs) != RANDOM_SIGNS + 1 or not set(signs) <= set(ALPHABET):
        return None
    return _written(letter, signs) if check_sign(signs[:-1]) == signs[-1] else None


def check_sign(signs: str) -> str:
    """The Luhn algorithm modulo 32: finds every wrong sign, and nearly every two that changed places."""
    total = 0
    for place, sign in enumerate(reversed(signs)):
        value = ALPHABET.index(sign) * (2 if place % 2 == 0 else 1)
        total += value // 32 + value % 32
    return ALPHABET[-total % 32]


def _written(letter: str, signs: str) -> str:
    return f"{letter}-{signs[:4]}-{signs[4:]}"
