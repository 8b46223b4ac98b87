"""The record of a version: what a consultation is called and about, its papers, and which provision became which.

Its hash is in the log, signed by the agency. Held here against the texts, against what the site says beside them, and
against itself: a map in which a provision is missing, or is called unchanged though its words are others, is none.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from egov_crypto import statement
from egov_crypto.cli.site_figures import compare, readable
from egov_crypto.cli.web import Web
from egov_crypto.errors import VerificationError

MAX_RECORD: Final = 1 << 27
MAX_PAPER: Final = 1 << 25
"""Bytes of a paper."""
_FORMAT: Final = "egov-version-v1"
_ONE_TO_ONE: Final = {"unchanged", "modified", "moved"}
_CHANGES: Final = {*_ONE_TO_ONE, "split", "merged", "deleted", "new"}
_PAPER: Final = ("kind", "lang", "media_type", "name", "sha256", "size")

Change = tuple[str | None, str | None, str]
"""eIds in the version before and in this one, and what became of it."""


@dataclass
class Map:
    """Which provision of a text is which."""

    lineages: dict[str, str] = field(default_factory=dict)
    """By eId, in reading order."""
    changes: list[Change] = field(default_factory=list)

    def of_new(self, eid: str) -> set[str]:
        """What is said of a provision that this version has."""
        return {change for _, new, change in self.changes if new == eid}

    def of_old(self, eid: str) -> set[str]:
        """What is said of one that the version before had."""
        return {change for old, _, change in self.changes if old == eid}


@dataclass
class Record:
    """What was published with a version's texts."""

    act: dict[str, Any]
    texts: dict[str, Any]
    papers: list[dict[str, Any]]
    maps: dict[str, Map]


def read_record(web: Web, reference: str, number: int, hash_: str) -> Record:
    """The record whose hash is in the log.

    Raises :class:`VerificationError` (``consultation.record``, ``consultation.missing``, ``site.format``).
    """
    path = f"/consultations/{reference}/v{number}/record.json"
    raw = web.get(path, MAX_RECORD)
    if raw is None:
        raise VerificationError("consultation.missing", f"{path} is not there")
    if hashlib.sha256(_FORMAT.encode() + b"\0" + raw).hexdigest() != hash_:
        raise VerificationError("consultation.record", f"{path} is not what the agency has signed")
    with readable():
        value = statement.load(raw, MAX_RECORD)
        about = (value["format"], value["consultation"], value["number"])
        maps = {lang: _map(one) for lang, one in value["provisions"].items()}
        record = Record(value["act"], value["texts"], list(value["papers"]), maps)
    if about != (_FORMAT, reference, number):
        raise VerificationError("consultation.record", f"{path} is of another version")
    return record


def _map(value: Mapping[str, Any]) -> Map:
    lineages = {statement.string(one["eid"]): statement.string(one["lineage"]) for one in value["lineages"]}
    if len(lineages) != len(value["lineages"]) or len(set(lineages.values())) != len(lineages):
        raise ValueError("a provision stands there twice")
    return Map(lineages, [(one["old"], one["new"], statement.string(one["change"])) for one in value["changes"]])


def check_map(where: str, before: Map | None, after: Map, words: tuple[Mapping[str, str], Mapping[str, str]]) -> int:
    """Check that a map tells what became of every provision, and nothing that the texts disprove.

    ``words`` are, by eId, the hashes of the words of the version before and of this one; ``before`` is None in the
    first. Raises ``consultation.record``.
    """
    if before is None:
        return compare("consultation.record", [("changes", after.changes, [])], f"in the first version, {where}")
    for old, new, change in after.changes:
        known = change in _CHANGES and (old is None) == (change == "new") and (new is None) == (change == "deleted")
        if not known:
            raise VerificationError("consultation.record", f"{where}: {old} to {new} is called {change}"[:200])
        if change in {"unchanged", "modified"}:
            same = words[0].get(str(old)) == words[1].get(str(new))
            if same != (change == "unchanged"):
                raise VerificationError("consultation.record", f"{where}: {new} is called {change}, and is not"[:200])
    olds, news = ([one[side] for one in after.changes if one[side] is not None] for side in (0, 1))
    alone = [(old, new) for old, new, change in after.changes if change in _ONE_TO_ONE]
    return compare(
        "consultation.record",
        [
            ("provisions before", sorted(set(map(str, olds))), sorted(before.lineages)),
            ("provisions", sorted(set(map(str, news))), sorted(after.lineages)),
            ("pairs", len({old for old, _ in alone}), len(alone)),
            ("pairs", len({new for _, new in alone}), len(alone)),
        ],
        f"in the texts, {where}",
    ) + len(after.changes)


def check_said(said: Mapping[str, Any], records: Iterable[Record]) -> int:
    """Check what a site says a consultation is called and about, and its papers. Raises ``consultation.record``."""
    records = list(records)
    with readable():
        texts = {lang: {"summary": said["summary"][lang], "title": title} for lang, title in said["title"].items()}
        act = {"kind": said["act"]["kind"], "stage": said["act"]["stage"] or "", "territory": said["territory"]}
        compared: list[tuple[str, Any, Any]] = [
            *(("title and summary", texts, record.texts) for record in records),
            *(("act", act, record.act) for record in records),
            (
                "papers",
                [[one[name] for name in _PAPER] for one in said["papers"]],
                [[one[name] for name in _PAPER] for record in records for one in record.papers],
            ),
        ]
    return compare("consultation.record", compared, "in what the agency has signed")


def check_papers(web: Web, reference: str, record: Record) -> int:
    """Check that each paper of a version can be had, byte for byte. Raises ``consultation.record``."""
    for one in record.papers:
        with readable():
            sha256, size = statement.string(one["sha256"]), statement.natural(one["size"])
        raw = web.get(f"/consultations/{reference}/papers/{sha256}", min(size, MAX_PAPER))
        if raw is None or hashlib.sha256(raw).hexdigest() != sha256:
            raise VerificationError("consultation.record", f"paper {sha256} is not what the agency has signed"[:200])
    return len(record.papers)
