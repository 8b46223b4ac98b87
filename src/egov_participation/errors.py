"""What a room raises when it refuses: said to the citizen in their language, to a program by its code."""

from __future__ import annotations

from http import HTTPStatus


class DomainError(Exception):
    """A refusal with its HTTP status, a sentence for people and a stable code for programs.

    `message` is an English msgid marked with `N_`, with ``%(name)s`` where `params` go in::

        raise DomainError(409, N_("This ballot was replaced by a later one."), code="ballot.superseded")
    """

    def __init__(
        self, status: int, message: str, *, code: str, retry_after: int | None = None, **params: object
    ) -> None:
        super().__init__(message % params if params else message)
        self.status = HTTPStatus(status)
        self.message = message
        self.code = code
        self.params = params
        self.retry_after = retry_after
        """After how many seconds it is worth trying again, where that is known."""
