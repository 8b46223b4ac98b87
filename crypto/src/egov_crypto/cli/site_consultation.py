"""One consultation of a site: what the site publishes of it, held against the log."""

import copy
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from egov_crypto.cli import site_vote
from egov_crypto.cli.consultation_figures import MAX_SIZE, ConsultationFigures, check_comment, check_reply
from egov_crypto.cli.consultation_final import MAX_REPORT, Said, check_report, check_table
from egov_crypto.cli.consultation_record import Record, check_papers, check_said, read_record
from egov_crypto.cli.consultation_report import doubts
from egov_crypto.cli.consultation_texts import Texts, check_changed, read_version
from egov_crypto.cli.site_figures import load, readable
from egov_crypto.cli.site_vote import Site
from egov_crypto.consultation import MAX_COMMENTS, REDACTED, ConsultationCount, supports_hash
from egov_crypto.errors import VerificationError
from egov_crypto.statement import natural

ATTEMPTS: Final = 6
"""In which what a site says must fit to the log, which promises two seconds."""
MAX_PAGE: Final = 1 << 26
"""Bytes of a page of comments or replies."""


@dataclass
class SiteConsultation:
    """What a run has found of one consultation."""

    reference: str
    item: dict[str, Any] | None = None
    """What a list says of it, if it was found in one."""
    counted: ConsultationCount | None = None
    """By the log as far as it was read."""
    texts: Texts = field(default_factory=dict)
    """Of the versions that were read and are what was signed: nothing of them changes."""
    records: dict[int, Record] = field(default_factory=dict)
    """By version."""
    strange: list[str] = field(default_factory=list)
    """About what replies name as changed."""
    compared: int = 0
    failure: VerificationError | None = None
    error: Exception | None = None

    def doubts(self) -> list[str]:
        """What is strange about it, though nothing is proved by it."""
        return [] if self.counted is None else [*doubts(self.counted), *self.site_doubts()]

    def site_doubts(self) -> list[str]:
        """The same of what the site says, beside what the log tells."""
        found = list(self.strange)
        if self.counted is not None and (covered := self.counted.shown[REDACTED]):
            told = "is what was written there: since they were covered it has not changed"
            found.append(f"whether what is left to read of {covered} covered comments {told}.")
        if self.counted is not None and self.counted.comments:
            found.append("who supports a comment: that each is a person, and counted once, is the site's word.")
        return found


def check_consultation(site: Site, found: SiteConsultation) -> None:
    """Check all of it. Raises :class:`VerificationError`, :class:`ArchiveError`, :class:`OSError`.

    What does not fit together is looked at again: something may happen between two questions, and what is published
    just now may be seen a little earlier than its entry.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            _check(site, found)
        except VerificationError as error:
            if not error.code.startswith("consultation."):
                raise
        else:
            return
        time.sleep(site_vote.SETTLE_PAUSE)
        site.read_on()
    _check(site, found)


def _check(site: Site, found: SiteConsultation) -> None:
    assert site.log is not None
    address, counts = f"/api/v1/consultations/{found.reference}", site.log.state.recount.consultations.counts
    before = copy.copy(counts.get(found.reference, ConsultationCount()))
    before.comments = before.comments[:]
    raw = site.web.get(address, MAX_SIZE)
    found.counted = counts.get(found.reference)
    if raw is None:
        raise VerificationError("consultation.missing", f"{address} is not there")
    figures = ConsultationFigures(found.reference, raw)
    site.settled(lambda: _there(counts.get(found.reference), figures))
    found.counted = counted = counts.get(found.reference)
    if counted is None or not counted.state:
        raise VerificationError("consultation.missing", f"{found.reference} is not in the log")
    found.strange.clear()
    found.compared = figures.check_log(counted) + figures.check_counts(before, counted)
    if found.item is not None:
        found.compared += figures.check_item(found.item)
    _read_texts(site, found, counted)
    found.compared += check_said(figures.said, found.records.values())
    said = Said()
    held = _check_comments(site, found, counted, len(before.comments), said)
    _check_replies(site, found, counted, held, said)
    if counted.reports:
        path = f"/consultations/{found.reference}/report.json"
        if (report := site.web.get(path, MAX_REPORT)) is None:
            raise VerificationError("consultation.missing", f"{path} is not there")
        found.compared += check_report(report, counted, said, found.texts)
        path = f"/consultations/{found.reference}/report.csv"
        if (table := site.web.get(path, MAX_REPORT)) is None:
            raise VerificationError("consultation.missing", f"{path} is not there")
        found.compared += check_table(table, report, counted, said)


def _there(counted: ConsultationCount | None, figures: ConsultationFigures) -> bool:
    """Whether the log has all that the site speaks of."""
    if counted is None:
        return False
    there = len(counted.comments) >= figures.comments and counted.replied >= figures.replied
    return there and counted.at >= figures.state_at


def _read_texts(site: Site, found: SiteConsultation, counted: ConsultationCount) -> None:
    for number, version in enumerate(counted.versions, 1):
        documents = {lang: document for lang, document, _ in version["texts"]}
        if any((number, lang) not in found.texts for lang in documents):
            record = read_record(site.web, found.reference, number, version["record"])
            texts = read_version(site.web, found.reference, number, documents, record, found.texts)
            found.compared += check_papers(site.web, found.reference, record)
            found.records[number] = record
            found.texts |= {(number, lang): text for lang, text in texts.items()}
        site.progress("versions", number, len(counted.versions))
        found.compared += len(documents)


def _check_comments(
    site: Site, found: SiteConsultation, counted: ConsultationCount, least: int, said: Said
) -> dict[int, int | None]:
    """All that the log has, and no other; by comment's number the reply that it is said to have."""
    held: dict[int, int | None] = {}
    for item in _items(site, found.reference, "comments"):
        number = len(held) + 1
        with readable():
            if natural(item["number"]) != number:
                raise VerificationError("consultation.missing", f"comment {item['number']}, where {number} is next")
            held[number] = item["reply"]
            said.amendments += item["what"] == "amendment"
            for name, counter in said.by.items():
                if item[name] is not None:
                    counter[str(item[name])] += 1
            said.supports.append(natural(item["supports"]))
            place = item["place"]
            said.places.append(place and (item["version"], place["lang"], place["eid"]))
        if not site.settled(lambda: len(counted.comments) >= number):  # noqa: B023
            raise VerificationError("consultation.missing", f"comment {number} is not in the log")
        found.compared += check_comment(found.reference, item, counted.comments[number - 1])
        site.progress("comments", number, max(number, len(counted.comments)))
    if len(held) < least:
        raise VerificationError("consultation.missing", f"comment {len(held) + 1} is in the log and not there")
    if counted.supports and supports_hash(said.supports) != counted.supports:
        raise VerificationError("consultation.count", "supporters of comments are other numbers than when they ended")
    return held


def _check_replies(
    site: Site, found: SiteConsultation, counted: ConsultationCount, held: dict[int, int | None], said: Said
) -> None:
    replied: dict[int, int | None] = {}
    for item in _items(site, found.reference, "replies"):
        number = len(said.replies) + 1
        with readable():
            if natural(item["number"]) != number:
                raise VerificationError("consultation.missing", f"reply {item['number']}, where {number} is next")
        if not site.settled(lambda: len(counted.replies) >= number):  # noqa: B023
            raise VerificationError("consultation.missing", f"reply {number} is not in the log")
        entered = counted.replies[number - 1]
        found.compared += check_reply(found.reference, item, entered, len(counted.comments))
        said.replies.append(list(item["comments"]))
        if entered["superseded_by"] is None:
            if item["changed"] is not None and (strange := check_changed(found.texts, number, item["changed"])):
                found.strange.append(strange)
            if twice := replied.keys() & set(item["comments"]):
                raise VerificationError("consultation.replies", f"comment {min(twice)} has two replies")
            replied |= dict.fromkeys(item["comments"], number)
    if len(said.replies) < len(counted.replies):
        raise VerificationError("consultation.missing", f"reply {len(said.replies) + 1} is in the log and not there")
    for number, reply in held.items():
        if reply != replied.get(number):
            told = f"{reply} at its own place, {replied.get(number)} in the list of replies"
            raise VerificationError("consultation.replies", f"comment {number}: {told}")
        found.compared += 1


def _items(site: Site, reference: str, name: str) -> Iterator[dict[str, Any]]:
    """What a list of a consultation has, page by page."""
    path: str | None = f"/api/v1/consultations/{reference}/{name}"
    start, count = f"{path}?", 0
    while path is not None:
        raw = site.web.get(path, MAX_PAGE)
        if raw is None:
            raise VerificationError("consultation.missing", f"{path} is not there")
        with readable():
            page = load(raw, MAX_PAGE)
            items, path = list(page[name]), page["next"]
            if path is not None and not (path.startswith(start) and items):
                raise ValueError("not the next page of a list")
        count += len(items)
        if count > MAX_COMMENTS:
            raise VerificationError("consultation.missing", f"more than {MAX_COMMENTS} {name}")
        yield from items
