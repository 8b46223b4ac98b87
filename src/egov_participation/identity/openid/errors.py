"""What can go wrong with a provider."""

from __future__ import annotations


class ProviderError(Exception):
    """A provider's answer was not taken. ``code`` is one of few fixed words, so that it may be logged.

    - `Unreachable`: it does not answer, or says that it cannot now; trying again later may help.
    - `Refused`: it does not take the code: it was used before, or is too old.
    - `Untrusted`: what it says fails a check; nobody is signed in with it.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unreachable(ProviderError):
    """No answer, or one that says: not now."""


class Refused(ProviderError):
    """The code is not taken."""


class Untrusted(ProviderError):
    """An answer that fails a check."""
