"""The audit trail as a file, written bit by bit: it may be long, and whoever fetches it slow."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from egov_participation import audit
from egov_participation.office import naming
from egov_participation.services import Services
from egov_participation.spreadsheets import csv_line, harmless

COLUMNS: Final = ("id", "at", "actor", "name", "action", "step", "object", "concerned", "reason", "proposal")
_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file."""

    media_type: str
    suffix: str
    start: str
    line: Callable[[dict[str, str | int]], str]


def _csv_line(values: dict[str, str | int]) -> str:
    return csv_line(harmless(value) if isinstance(value := values[column], str) else value for column in COLUMNS)


def _json_line(values: dict[str, str | int]) -> str:
    return json.dumps(values, ensure_ascii=False) + "\n"


FORMATS: Final = {
    # The mark at the start tells spreadsheets that it is UTF-8.
    "csv": Format("text/csv; charset=utf-8", "csv", "\ufeff" + ",".join(COLUMNS) + "\r\n", _csv_line),
    "jsonl": Format("application/jsonl; charset=utf-8", "jsonl", "", _json_line),
}


def write(services: Services, query: audit.Query, kind: Format) -> Iterator[str]:
    """The file's text, in parts. Each part reads the database by itself: none stays open while somebody downloads."""
    yield kind.start
    names: dict[str, str] = {audit.COMMAND: ""}
    after = 0
    while True:
        with services.database.read() as db:
            entries = audit.batch(db, query, after=after, limit=_BATCH)
            for actor in {entry.actor for entry in entries} - names.keys():
                person = services.registry.get(db, actor)
                names[actor] = person.full_name if person else ""
            concerned = {object_: naming.name_of(services, db, object_) for object_ in {one.object for one in entries}}
        if not entries:
            return
        yield "".join(kind.line(_values(entry, names[entry.actor], concerned[entry.object])) for entry in entries)
        after = entries[-1].id or 0


def _values(entry: audit.AuditEntry, name: str, concerned: str) -> dict[str, str | int]:
    return {
        "id": entry.id or 0,
        "at": entry.at.isoformat(timespec="seconds"),
        "actor": entry.actor,
        "name": name,
        "action": entry.action,
        "step": entry.step,
        "object": entry.object,
        "concerned": concerned,
        "reason": entry.reason,
        "proposal": entry.proposal,
    }
