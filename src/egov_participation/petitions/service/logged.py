"""What stood in the log of a petition when an entry came, from what was read of the log since (`verified`).

What has changed after that entry is taken back by the entries themselves, which are few: a draw comes some days after
the entry at most.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import bindparam, func, select
from sqlmodel import Session

from egov_participation.database import table_of
from egov_participation.ledger import service as ledger
from egov_participation.petitions.models import LoggedSignature, LogRead, Petition
from egov_participation.petitions.service.verified import ATTESTATION, INVALIDATION

PAGE: Final = 5_000
"""Pseudonyms that are looked at together."""
_AT_ONCE: Final = 1000


def counting(session: Session, reference: str, size: int) -> Iterator[list[bytes]] | None:
    """The pseudonyms that count, without paper, by the first entries of the log, in pages; None while these are not
    read yet. Nothing must be read of the log meanwhile (`verified.LOCK`)."""
    read = session.get(LogRead, 1)
    if read is None or read.size < size:
        return None
    return _pages(session, reference, _changed(session, reference, size, read.size))


def attested(session: Session, reference: str, size: int) -> int:
    """How many attestations, of withdrawals too, of a petition the first entries of the log have; more were read."""
    read, total = session.execute(_ATTESTED, {"reference": reference}).one()
    since = _entries(session, ATTESTATION, reference, size, read or 0)
    return int(total) - sum(1 for _ in since)


def _pages(session: Session, reference: str, changed: Mapping[bytes, bool]) -> Iterator[list[bytes]]:
    # As they lie in the table: in the order of the pseudonyms each would be looked for where it happens to stand.
    found = session.execute(_COUNTING, {"reference": reference}, execution_options={"yield_per": PAGE})
    for names in found.scalars().partitions():
        yield [name for name in names if name not in changed]
    yield [name for name, counts in changed.items() if counts]


def _changed(session: Session, reference: str, size: int, read: int) -> dict[bytes, bool]:
    """Whether those counted before, of whom there is something between these sizes."""
    acts: dict[bytes, list[Mapping[str, Any]]] = {}
    offices: dict[bytes, list[Mapping[str, Any]]] = {}
    for type_, found in ((ATTESTATION, acts), (INVALIDATION, offices)):
        for value in _entries(session, type_, reference, size, read):
            found.setdefault(bytes.fromhex(value["pseudonym"]), []).append(value)
    # Who withdrew and signed anew may have done so on paper: only the entry from before tells the way then.
    unclear = {one for one, values in acts.items() if values[0]["act"] == "withdraw" and len(values) > 1}
    ways = _ways_before(session, reference, size, unclear)
    before: dict[bytes, bool] = {}
    names = [*acts.keys() | offices.keys()]
    for start in range(0, len(names), _AT_ONCE):
        some = {"reference": reference, "names": names[start : start + _AT_ONCE]}
        for row in session.execute(_NAMED, some):
            name = bytes(row.pseudonym)
            signed = acts[name][0]["act"] == "withdraw" if name in acts else row.signed
            invalid = offices[name][0]["act"] == "reinstate" if name in offices else row.invalid
            before[name] = signed and not invalid and ways.get(name, row.way) == "electronic"
    return before


def _ways_before(session: Session, reference: str, size: int, names: set[bytes]) -> dict[bytes, str]:
    found: dict[bytes, str] = {}
    before = size
    while names - found.keys() and (
        some := ledger.browse(session, type=ATTESTATION, subject=reference, before=before, limit=_AT_ONCE)
    ):
        for entry in some:
            value = entry.value
            name = bytes.fromhex(value["pseudonym"])
            if name in names and value["act"] != "withdraw":
                found.setdefault(name, "paper" if value["act"] == "paper" else "electronic")
        before = some[-1].index
    return found


def _entries(session: Session, type_: str, reference: str, size: int, read: int) -> Iterator[Mapping[str, Any]]:
    """What the log has of a type between two sizes, in order."""
    after = size - 1
    while some := ledger.browse(session, type=type_, subject=reference, after=after, limit=_AT_ONCE):
        for one in reversed(some):
            if one.index >= read:
                return
            yield one.value
        after = some[0].index


_logged, _petitions, _read = table_of(LoggedSignature), table_of(Petition), table_of(LogRead)
_ID: Final = select(_petitions.c.id).where(_petitions.c.reference == bindparam("reference")).scalar_subquery()
_STANDING: Final = select(_logged.c.pseudonym, _logged.c.way, _logged.c.signed, _logged.c.invalid).where(
    _logged.c.petition_id == _ID
)
_COUNTING: Final = select(_logged.c.pseudonym).where(
    _logged.c.petition_id == _ID, _logged.c.signed, ~_logged.c.invalid, _logged.c.way == "electronic"
)
_NAMED: Final = _STANDING.where(_logged.c.pseudonym.in_(bindparam("names", expanding=True)))
_ATTESTED: Final = select(
    select(_read.c.size).scalar_subquery(),
    select(func.coalesce(func.sum(_logged.c.attested + _logged.c.withdrawn), 0))
    .where(_logged.c.petition_id == _ID)
    .scalar_subquery(),
)
"""In one statement, so that nothing is read in between."""
