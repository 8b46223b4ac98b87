"""The signatures of petitions that an observer remembers, in the file of :mod:`egov_crypto.cli.log_state`.

Each act has its row, so that what counted at any place of the log can be told later.
"""

import sqlite3
from collections.abc import Callable, Iterator
from typing import Final

from egov_crypto.petition import Act, Signed

TABLES: Final = (
    "CREATE TABLE petition (id INTEGER PRIMARY KEY, reference TEXT NOT NULL UNIQUE, record TEXT NOT NULL)",
    """CREATE TABLE signature (
    petition INTEGER NOT NULL, pseudonym BLOB NOT NULL, entry INTEGER NOT NULL,
    act INTEGER NOT NULL, invalid INTEGER NOT NULL, region TEXT NOT NULL, day TEXT NOT NULL,
    PRIMARY KEY (petition, pseudonym, entry)) WITHOUT ROWID""",
)
_AT_ONCE: Final = 20_000
"""Acts that are handed to SQLite together, in the order of its key."""


class SignatureTable:
    """A :class:`~egov_crypto.petition.Register` in SQLite. ``begin`` begins a transaction if there is none."""

    def __init__(self, base: sqlite3.Connection, begin: Callable[[], None]) -> None:
        self._base, self._begin = base, begin
        self._waiting: dict[tuple[int, bytes], list[tuple[int, Signed]]] = {}
        self._count = 0
        self._ids: dict[str, int] = dict(base.execute("SELECT reference, id FROM petition"))

    def sign(self, petition: str, pseudonym: bytes, index: int, signed: Signed) -> None:
        """As a :class:`~egov_crypto.petition.Register`; so are the next two."""
        self._waiting.setdefault((self.id(petition), pseudonym), []).append((index, signed))
        self._count += 1
        if self._count >= _AT_ONCE:
            self.flush()

    def signed(self, petition: str, pseudonym: bytes) -> Signed | None:
        place = self.id(petition), pseudonym
        if acts := self._waiting.get(place):
            return acts[-1][1]
        row = self._base.execute(
            "SELECT act, invalid, region, day FROM signature WHERE petition = ? AND pseudonym = ?"
            " ORDER BY entry DESC LIMIT 1",
            place,
        ).fetchone()
        return row and _signed(*row)

    def signed_at(self, petition: str, size: int) -> Iterator[tuple[bytes, Signed]]:
        self.flush()
        rows = self._base.execute(  # of each group SQLite gives the row that has the maximum
            "SELECT pseudonym, act, invalid, region, day, max(entry) FROM signature WHERE petition = ? AND entry < ?"
            " GROUP BY pseudonym",
            (self._ids.get(petition), size),
        )
        for pseudonym, act, invalid, region, day, _ in rows:
            yield pseudonym, _signed(act, invalid, region, day)

    def acts(self, petition: str, pseudonym: bytes) -> Iterator[Signed]:
        """What the signature was after each entry about it, in order."""
        self.flush()
        rows = self._base.execute(
            "SELECT act, invalid, region, day FROM signature WHERE petition = ? AND pseudonym = ? ORDER BY entry",
            (self._ids.get(petition), pseudonym),
        )
        for row in rows:
            yield _signed(*row)

    def id(self, petition: str) -> int:
        """By which the file knows a petition."""
        if petition not in self._ids:
            self._begin()
            self._ids[petition] = len(self._ids) + 1
            self._base.execute("INSERT INTO petition VALUES (?, ?, '{}')", (self._ids[petition], petition))
        return self._ids[petition]

    def flush(self) -> None:
        """Hand over what waits."""
        if not self._waiting:
            return
        self._begin()
        self._base.executemany(
            "INSERT INTO signature VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (id_, pseudonym, index, int(signed.act), signed.invalid, signed.region, signed.day)
                for (id_, pseudonym), acts in sorted(self._waiting.items(), key=lambda item: item[0])
                for index, signed in acts
            ),
        )
        self.forget()

    def forget(self) -> None:
        """Drop what waits."""
        self._waiting.clear()
        self._count = 0


def _signed(act: int, invalid: int, region: str, day: str) -> Signed:
    return Signed(Act(act), bool(invalid), region, day)
