"""The texts of a consultation's versions, as they were hashed; and whether a provision changed that a reply names.

Which provision of a version is which of the one before, and what words each has: the very bytes that the agency has
signed.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any, Final

from egov_crypto import statement
from egov_crypto.cli.consultation_record import Map, Record, check_map
from egov_crypto.cli.site_figures import compare, load, readable
from egov_crypto.cli.web import Web
from egov_crypto.errors import VerificationError

MAX_TEXT: Final = 1 << 27
"""Bytes of a text, or of all texts of a version as data."""
_DOCUMENT: Final = b"egov-document-v1\0"
_PROVISION: Final = b"egov-provision-v1\0"
_SHOWN: Final = ("kind", "depth", "number", "label", "heading", "text")


@dataclass
class Text:
    """A version's text in one language: of its provisions the hashes of their words, in hex."""

    lineages: dict[str, str] = field(default_factory=dict)
    """By eId which provision it is."""
    words: dict[str, str] = field(default_factory=dict)
    """By lineage."""
    map: Map = field(default_factory=Map)
    """What became of the provisions of the version before."""

    @property
    def hashes(self) -> dict[str, str]:
        """The same by eId."""
        return {eid: self.words[lineage] for eid, lineage in self.lineages.items()}


Texts = dict[tuple[int, str], Text]
"""By version and language."""


def read_version(
    web: Web, reference: str, number: int, documents: dict[str, str], record: Record, before: Texts
) -> dict[str, Text]:
    """The texts of a version, by language, whose hashes are ``documents``; that its data and its record say the same,
    and that the record's map tells what became of the texts ``before``.

    Raises :class:`VerificationError` (``consultation.document``, ``consultation.record``, ``site.format``).
    """
    address = f"/api/v1/consultations/{reference}/versions/{number}"
    said = load(_get(web, address), MAX_TEXT)
    with readable():
        by_language = {one["lang"]: one["provisions"] for one in said["provisions"]}
    compare("consultation.document", [("languages", sorted(by_language), sorted(documents))], "in the log")
    compare("consultation.record", [("languages", sorted(record.maps), sorted(documents))], "in the log")
    found = {}
    for lang, hash_ in documents.items():
        path = f"/consultations/{reference}/v{number}/text.{lang}.json"
        raw = _get(web, path)
        if hashlib.sha256(_DOCUMENT + raw).hexdigest() != hash_:
            raise VerificationError("consultation.document", f"{path} is not what the agency has signed")
        with readable():
            found[lang] = _text(f"{address}, {lang}", statement.load(raw, MAX_TEXT), by_language[lang])
        _check_map(f"{reference}, version {number}, {lang}", found[lang], by_language[lang], record.maps[lang])
        parent = before.get((number - 1, lang), Text()) if number > 1 else None
        words = ({} if parent is None else parent.hashes, found[lang].hashes)
        check_map(f"version {number}, {lang}", None if parent is None else parent.map, found[lang].map, words)
    return found


def _check_map(where: str, text: Text, said: list[dict[str, Any]], signed: Map) -> None:
    """What a site says of each provision is what the record's map says."""
    text.map, called = signed, {new: change for _, new, change in signed.changes}
    changed = {eid: change for eid, change in called.items() if eid is not None and change != "unchanged"}
    with readable():
        named = {one["eid"]: one["change"] for one in said if one["change"] is not None}
    compared = [("lineages", list(text.lineages.items()), list(signed.lineages.items())), ("changes", named, changed)]
    compare("consultation.record", compared, f"in what was signed, {where}")


def _get(web: Web, path: str) -> bytes:
    raw = web.get(path, MAX_TEXT)
    if raw is None:
        raise VerificationError("consultation.missing", f"{path} is not there")
    if len(raw) > MAX_TEXT:
        raise VerificationError("site.format", f"{path} has more than {MAX_TEXT} bytes")
    return raw


def _text(where: str, document: dict[str, Any], said: list[dict[str, Any]]) -> Text:
    text = Text()
    compare("consultation.document", [("provisions", len(said), len(document["provisions"]))], where)
    for one, signed in zip(said, document["provisions"], strict=True):
        words = {name: signed[name] for name in ("heading", "table", "text")}
        hash_ = hashlib.sha256(_PROVISION + statement.dump(words)).hexdigest()
        compared = [(name, one[name], signed[name]) for name in _SHOWN]
        compared += [("table", one.get("table", []), signed["table"]), ("text_hash", one["text_hash"], hash_)]
        compare("consultation.document", compared, f"in what was signed ({where}, {one['eid']})"[:200])
        eid, lineage = statement.string(one["eid"]), statement.string(one["lineage"])
        if eid in text.lineages or lineage in text.words:
            raise VerificationError("consultation.document", f"{where}: {eid} stands there twice"[:200])
        text.lineages[eid], text.words[lineage] = lineage, hash_
    return text


def check_changed(texts: Texts, reply: int, changed: dict[str, Any]) -> str | None:
    """Raise ``consultation.change`` unless the provision that a reply names has other words than in the version before,
    is new, or is gone, by the map that was signed; what is strange about it though nothing is proved by it, or None."""
    with readable():
        number, lang = statement.natural(changed["version"]), statement.string(changed["lang"])
        eid, deleted = statement.string(changed["eid"]), changed["deleted"] is True
    after, before = texts.get((number, lang)), texts.get((number - 1, lang), Text())
    here, other = (before, after or Text()) if deleted else (after, before)
    where = f"reply {reply}: {eid} of version {number - deleted}, {lang}"[:200]
    if after is None or here is None or eid not in here.lineages:
        raise VerificationError("consultation.change", f"{where} is not there")
    called = after.map.of_old(eid) if deleted else after.map.of_new(eid)
    if "unchanged" in called:
        raise VerificationError("consultation.change", f"{where} is as it was before")
    lineage = here.lineages[eid]
    words, others = here.words[lineage], other.words.get(lineage)
    if others is not None and (deleted or others == words):
        raise VerificationError("consultation.change", f"{where} is as it was before")
    if deleted and called != {"deleted"}:
        return f"whether {where} is gone: by the map of provisions its words went into another one."
    if words in other.words.values():
        beside = "the version after it" if deleted else "the version before"
        return f"whether a provision changed because of {where}: the same words stand in {beside}."
    return None
