"""How many may download the whole log from one process at once: each takes a thread, and reads all of a table."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from typing import Final

from egov_participation.errors import DomainError
from egov_participation.i18n import N_

MOST: Final = 4
_RETRY_AFTER: Final = 30

_free = threading.BoundedSemaphore(MOST)


class Limited:
    """Pieces of a file that hold one of `MOST` places until the last one was taken, or nobody wants them any more."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        """
        Raises:
            DomainError: 503 ``data.busy``: all places are taken.
        """
        self._holds = _free.acquire(blocking=False)
        if not self._holds:
            raise DomainError(
                503,
                N_("Many are downloading the log at this moment. Try again in half a minute."),
                code="data.busy",
                retry_after=_RETRY_AFTER,
            )
        self._pieces = iter(pieces)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except BaseException:
            self._release()
            raise

    def __del__(self) -> None:
        # Whoever breaks off a download leaves this behind, perhaps before the first piece: no block would be left then.
        self._release()

    def _release(self) -> None:
        if self._holds:
            self._holds = False
            _free.release()
