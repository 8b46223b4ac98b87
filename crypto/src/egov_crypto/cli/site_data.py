"""The tables that a site publishes of all votes (``/data/…``), held against what was verified of each vote."""

import csv
import hashlib
import io
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from egov_crypto.cli import tables
from egov_crypto.cli.site_figures import MAX_SIZE, load, readable
from egov_crypto.cli.site_list import items
from egov_crypto.cli.tables import Row
from egov_crypto.cli.web import Web
from egov_crypto.errors import ArchiveError, VerificationError
from egov_crypto.verify import Verified

MAX_TABLE: Final = 1 << 28
TABLES: Final = ("votes.jsonl", "votes.csv", "results.jsonl", "results.csv")

_TRUTH: Final = {"": None, "true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Told:
    """What was verified of one vote, for the rows that tables have of it."""

    head: str
    said: str
    """Digest of all that the site says of the vote, while its archive has this head."""
    numbers: Row
    """How many are registered, ballots, voters, result."""
    results: tuple[Row, ...] | None
    """As `tables.result_rows` has them; None: no result."""
    final: bool
    """Whether nothing of it changes any more but by an erratum."""


@dataclass
class Data:
    """What a run has found of the tables."""

    told: dict[str, Told] = field(default_factory=dict)
    """Of each vote that was verified and is no rehearsal."""
    rehearsals: set[str] = field(default_factory=set)
    unverified: set[str] = field(default_factory=set)
    """Listed votes of which something does not hold, or cannot be told: their rows are compared with nothing."""
    rows: int = 0
    """Rows of tables that were as they must be."""
    absent: list[str] = field(default_factory=list)


def told(said: Mapping[str, Any], verified: Verified) -> Told:
    """What is to be found in tables of a vote that was verified, and of which ``said`` is what the API says."""
    report = verified.report
    rows = None
    if report.result is not None:
        rows = tuple(tables.result_rows(report.result, verified))
    numbers = said["registered"], said["ballots"], said["voters"], said["result"]
    final = report.result is not None or said["state"] == "cancelled"
    return Told(said["head"]["hash"], digest(said), numbers, rows, final)


def digest(said: Mapping[str, Any]) -> str:
    """Of what is said of a vote, without reports of incidents, which are not said everywhere."""
    rest = {name: value for name, value in said.items() if name != "incidents"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def check_data(web: Web, data: Data) -> None:
    """Raises :class:`VerificationError` (``site.figures``, ``site.votes``, ``site.format``), :class:`ArchiveError`.

    What does not fit is looked at a second time, without the votes that have moved on since they were verified.
    """
    try:
        _check(web, data, "")
    except VerificationError:
        _leave_out(web, data)
        _check(web, data, f"?{time.time_ns()}")  # as no cache on the way has kept it


def _leave_out(web: Web, data: Data) -> None:
    for uuid, found in list(data.told.items()):
        raw = web.get(f"/api/v1/votes/{uuid}", MAX_SIZE)
        if raw is None or digest(load(raw, MAX_SIZE)) != found.said:
            del data.told[uuid]
            data.unverified.add(uuid)
    listed = {one["uuid"] for one in items(web)}
    data.unverified |= listed - data.told.keys() - data.rehearsals


def _check(web: Web, data: Data, query: str) -> None:
    data.rows, data.absent = 0, []
    for name in TABLES:
        raw = web.get(f"/data/{name}{query}", MAX_TABLE)
        if raw is None:
            data.absent.append(f"/data/{name}")
            continue
        if len(raw) > MAX_TABLE:
            raise ArchiveError(f"{web.origin}/data/{name} has more than {MAX_TABLE} bytes, which is more than is read")
        with readable():
            rows = _lines(raw) if name.endswith(".jsonl") else _records(raw)
            check = _check_votes if name.startswith("votes") else _check_results
            data.rows += check(f"/data/{name}", rows, data)


def _lines(raw: bytes) -> Iterator[dict[str, Any]]:
    for line in raw.decode("utf-8").split("\n"):
        if line:
            yield json.loads(line)


def _records(raw: bytes) -> Iterator[dict[str, Any]]:
    """The same of CSV, with the members that are compared."""
    for row in _dicts(raw):
        if "uuid" in row:
            numbers = {name: int(row[name]) for name in ("registered", "ballots", "voters")}
            result = json.loads(row["result"]) if row["result"] else None
            yield {"uuid": row["uuid"], "head": {"hash": row["head_hash"]}, "result": result, **numbers}
        else:
            names = ("question", "list", "answer", "votes", "of")
            found = {name: int(row[name]) if row.get(name) else None for name in names}
            percent = float(row["percent"]) if row["percent"] else None
            elected = _TRUTH[row.get("elected", "")]
            yield {"vote": row["vote"], "percent": percent, "elected": elected, **found}


def _dicts(raw: bytes) -> Iterator[dict[str, str]]:
    try:
        yield from csv.DictReader(io.StringIO(raw.decode("utf-8"), newline=""), strict=True)
    except csv.Error as error:
        raise ValueError(str(error)) from None


def _check_votes(name: str, rows: Iterator[dict[str, Any]], data: Data) -> int:
    count, seen = 0, set()
    for row in rows:
        uuid = row["uuid"]
        found = _told(name, uuid, data)
        if found is None:
            continue
        seen.add(uuid)
        numbers = row["registered"], row["ballots"], row["voters"], row["result"]
        if row["head"]["hash"] == found.head:
            _same(name, uuid, numbers, found.numbers)
            if "title" in row and digest(row) != found.said:
                raise VerificationError("site.figures", f"{name}: of {uuid} something else than /api/v1/votes/{uuid}")
        elif found.final or numbers[0] != found.numbers[0] or row["result"] is not None:
            raise VerificationError("site.figures", f"{name}: another head of {uuid}, or other numbers")
        count += 1
    _complete(name, seen, {uuid for uuid, one in data.told.items() if one.final})
    return count


def _check_results(name: str, rows: Iterator[dict[str, Any]], data: Data) -> int:
    counted: dict[str, list[Row]] = {}
    for row in rows:
        if _told(name, row["vote"], data) is not None:
            numbers = (
                row["question"],
                row.get("list"),
                row["answer"],
                *(row[name] for name in ("votes", "of", "percent")),
            )
            numbers = *numbers, row.get("elected")
            counted.setdefault(row["vote"], []).append(numbers)
    for uuid, found in counted.items():
        _same(name, uuid, found, list(data.told[uuid].results or ()))
    _complete(name, counted, {uuid for uuid, one in data.told.items() if one.results})
    return sum(map(len, counted.values()))


def _told(name: str, uuid: str, data: Data) -> Told | None:
    """What was verified of the vote; None if it was not, which is told elsewhere."""
    if uuid in data.told:
        return data.told[uuid]
    if uuid in data.rehearsals or uuid not in data.unverified:
        raise VerificationError("site.votes", f"{name} has {uuid}, which is a rehearsal or not listed")
    return None


def _same(name: str, uuid: str, said: Any, found: Any) -> None:
    if json.dumps(said) != json.dumps(found):
        detail = f"{name}, {uuid}: {json.dumps(said)[:200]} there, {json.dumps(found)[:200]} in the archive"
        raise VerificationError("site.figures", detail)


def _complete(name: str, seen: Mapping[str, Any] | set[str], wanted: set[str]) -> None:
    if missing := sorted(wanted - set(seen)):
        raise VerificationError("site.votes", f"{missing[0]} is not in {name}")
