"""Publishing a version: an official proposes exactly what the public shall see, a colleague of the agency approves it.

What is proposed names every word by a hash. When it is approved, all of it is summed up once more: if anything has
changed meanwhile, nothing is published.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select as choose
from sqlmodel import Session, col, delete, func, select, update

from egov_participation import approvals
from egov_participation.actions import Action
from egov_participation.approvals import Content, Proposal
from egov_participation.consultations.models import (
    Consultation,
    ConsultationPaper,
    Correction,
    Expression,
    Import,
    State,
    Version,
)
from egov_participation.consultations.rules.provisions import as_document, as_provision
from egov_participation.consultations.rules.record import map_hash, record_hash
from egov_participation.consultations.rules.states import VERSIONABLE
from egov_participation.consultations.service import (
    changes,
    drafting,
    lifecycle,
    lookup,
    placing,
    preparing,
    recording,
    ruling,
    storing,
)
from egov_participation.database import UnitOfWork
from egov_participation.documents import hashing
from egov_participation.documents.structure import counted
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.ledger import service as ledger
from egov_participation.search import service as search
from egov_participation.services import Services, SessionInfo

LANGUAGES: Final = ("kk", "ru")
"""In which every draft is published; English besides is the agency's choice."""
ROUTE: Final = "consultations.draft_proposal"


def missing(services: Services, session: Session, row: Consultation, version: Version) -> list[tuple[str, str]]:
    """What is still to be done before a version can be proposed: sentences (msgids), each with the language that it is
    about, or none."""
    assert row.id is not None
    assert version.id is not None
    found: list[tuple[str, str]] = []
    if version.number == 1:
        texts = lookup.texts(session, row.id)
        bare = (lang for lang in LANGUAGES if lang not in texts or not texts[lang].title or not texts[lang].summary)
        found += [(N_("Title and summary are missing"), lang) for lang in bare]
        if row.closes_at is None:
            found.append((N_("Nobody has said until when comments are taken"), ""))
        else:
            try:
                today = services.day(services.clock())
                drafting.check_day(services, row, ruling.last_day(services, row.closes_at), today)
            except DomainError:
                found.append((N_("Comments would end too early or too late: choose another day"), ""))
    expressions = lookup.expressions(session, version.id)
    waiting = session.exec(select(Import).where(Import.version_id == version.id, Import.refused == "")).all()
    reading = {one.lang for one in waiting}
    wanted = [*LANGUAGES, *sorted((set(expressions) | _languages_before(session, version)) - set(LANGUAGES))]
    for lang in wanted:
        if lang in reading:
            found.append((N_("The text is still being read"), lang))
        elif lang not in expressions:
            found.append((N_("The text is missing"), lang))
        elif version.number > 1 and expressions[lang].mapped_revision != expressions[lang].revision:
            found.append((N_("The text was corrected after it was compared with the version before"), lang))
        elif version.number > 1 and changes.doubts(session, expressions[lang]):
            found.append((N_("Doubtful changes are not confirmed"), lang))
    return found


def _languages_before(session: Session, version: Version) -> set[str]:
    parent = preparing.parent_of(session, version)
    return set() if parent is None else set(lookup.expressions(session, parent.id or 0))


def propose(services: Services, tx: UnitOfWork, session: SessionInfo, key: str, number: int) -> Proposal:
    """Propose to publish a version.

    Raises:
        DomainError: as `preparing.editable`; 409 ``version.unready``; what `approvals.propose` raises.
    """
    row, version = preparing.editable(tx, session, key, number)
    if missing(services, tx.session, row, version):
        raise DomainError(
            409, N_("Something is still missing. The page of the draft says what."), code="version.unready"
        )
    for expression in lookup.expressions(tx.session, version.id or 0).values():
        storing.name_anew(tx, expression)
    tx.flush()
    content = summed_up(services, tx.session, row, version)
    return approvals.propose(
        services, tx, session, PUBLISH, drafting.object_of(row), content, reason="", agency=row.agency
    )


def summed_up(services: Services, session: Session, row: Consultation, version: Version) -> Content:
    """All that is published with a version, each text and file by its hash."""
    assert row.id is not None
    assert version.id is not None
    first = version.number == 1
    texts = lookup.texts(session, row.id)
    expressions = lookup.expressions(session, version.id)
    papers = unpublished_papers(session, row)
    return {
        "consultation": row.key,
        "reference": row.reference or "",
        "number": version.number,
        "act_kind": row.act_kind,
        "stage": row.stage,
        "territory": row.territory,
        "closes_on": ruling.last_day(services, row.closes_at).isoformat() if first and row.closes_at else "",
        "texts": {lang: {"title": text.title, "summary": text.summary} for lang, text in texts.items()}
        if first
        else {},
        "documents": {lang: _document(session, expression, version) for lang, expression in expressions.items()},
        "papers": {sha256: {"kind": kind, "lang": lang, "name": name} for sha256, kind, lang, name in papers},
    }


def _document(session: Session, expression: Expression, version: Version) -> Content:
    rows = lookup.provisions(session, expression.id or 0)
    document = as_document(expression, rows)
    found: dict[str, Any] = {
        "title": expression.title,
        "document": hashing.document_hash(document).hex(),
        "source": expression.source_sha256,
        "format": expression.source_format,
        "counts": {kind.value: number for kind, number in counted([as_provision(row) for row in rows])},
        "map": map_hash(recording.map_of(session, expression)),
    }
    if version.number > 1:
        found["changes"] = {change.value: number for change, number in changes.counts(session, expression).items()}
    return found


def unpublished_papers(session: Session, row: Consultation) -> list[tuple[str, str, str, str]]:
    """Hash, kind, language and name of the papers that the next publication makes public."""
    columns = (
        col(ConsultationPaper.sha256),
        col(ConsultationPaper.kind),
        col(ConsultationPaper.lang),
        col(ConsultationPaper.name),
    )
    mine = (col(ConsultationPaper.consultation_id) == row.id, col(ConsultationPaper.published_at).is_(None))
    found = session.execute(choose(*columns).where(*mine).order_by(col(ConsultationPaper.id)))
    return [(sha256, kind, lang, name) for sha256, kind, lang, name in found]


def _publish(services: Services, tx: UnitOfWork, proposal: Proposal) -> None:
    """Publish what was approved: number, rules, signature, entries of the log, timeline."""
    content, now = proposal.content, services.clock()
    first = content["number"] == 1
    if first:
        tx.lock("consultations.number")  # before the row: whoever publishes another draft waits here, not in a circle
    row = lookup.locked_by_key(tx, str(content["consultation"]), [proposal.agency])
    version = preparing.of_number(tx.session, row, int(str(content["number"])))
    ready = version.published_at is None and State(row.state) in VERSIONABLE
    if (
        not ready
        or missing(services, tx.session, row, version)
        or summed_up(services, tx.session, row, version) != content
    ):
        raise DomainError(
            409,
            N_("Something has changed since this was proposed. Nothing was published; propose it anew."),
            code="version.changed",
        )
    if first:
        _number(services, tx, row, now)
    papers = unpublished_papers(tx.session, row)
    waiting = (col(ConsultationPaper.consultation_id) == row.id, col(ConsultationPaper.published_at).is_(None))
    tx.exec(update(ConsultationPaper).where(*waiting).values(published_at=now))
    _seal(services, tx, row, version, proposal, now)
    if first:
        row.rules = ruling.current(services).canonical()
        row.opened_at = now
        ruling.owe(services, row)
        lifecycle.change(tx, row, State.OPEN, now, actor=proposal.proposed_by, approved=proposal.content_hash)
    else:
        lifecycle.happened(tx, row, "version", now, actor=proposal.proposed_by, details={"number": version.number})
        placing.begin(tx, version)
    for _, _, _, name in papers if not first else ():
        lifecycle.happened(tx, row, "paper", now, actor=proposal.proposed_by, details={"name": name})
    make_findable(tx, row, now)


def _number(services: Services, tx: UnitOfWork, row: Consultation, now: datetime) -> None:
    row.year = services.day(now).year
    last = tx.exec(select(func.max(Consultation.number)).where(Consultation.year == row.year)).one()
    row.number = (last or 0) + 1
    row.reference = f"C-{row.year}-{row.number:04}"
    tx.add(row)
    tx.flush()


def _seal(
    services: Services, tx: UnitOfWork, row: Consultation, version: Version, proposal: Proposal, now: datetime
) -> None:
    """Hash and sign a version; from here on nothing of it changes."""
    documents = proposal.content["documents"]
    assert isinstance(documents, Mapping)
    expressions = lookup.expressions(tx.session, version.id or 0)
    for lang, expression in expressions.items():
        document = documents[lang]
        assert isinstance(document, Mapping)
        expression.document_hash = str(document["document"])
        tx.add(expression)
        tx.exec(delete(Correction).where(col(Correction.expression_id) == expression.id))
    tx.exec(delete(Import).where(col(Import.version_id) == version.id))
    tx.flush()
    record = record_hash(recording.made(tx.session, row, version, now))
    ledger.enter_key(services, tx, row.agency)
    statement = version_statement(services, row, version, expressions, now, record, proposal.content_hash)
    signed = ledger.sign_as(services.settings.keys_dir, row.agency, statement)
    version.published_at, version.signature = now, signed.raw
    tx.add(version)
    ledger.enter(tx, {**statement, "signature": signed.signature})


def version_statement(
    services: Services,
    row: Consultation,
    version: Version,
    expressions: Mapping[str, Expression],
    now: datetime,
    record: str,
    approved: str,
) -> dict[str, Any]:
    """What the agency signs: the log's entry without the signature."""
    return {
        "type": "consultation.version",
        "version": 1,
        "consultation": row.reference,
        "at": ledger.time(now),
        "number": version.number,
        "texts": [
            {"lang": lang, "document": expressions[lang].document_hash, "source": expressions[lang].source_sha256}
            for lang in sorted(expressions)
        ],
        "record": record,
        "agency": row.agency,
        "key": ledger.agency_key(services.settings.keys_dir, row.agency),
        "approvals": 2,
        "approved": approved,
    }


def make_findable(tx: UnitOfWork, row: Consultation, now: datetime) -> None:
    """Let the search find it by what it is called and about, in each language."""
    assert row.id is not None
    found = {lang: (text.title, text.summary) for lang, text in lookup.texts(tx.session, row.id).items()}
    reference = row.reference or ""
    search.index(tx, "consultation", reference, f"/consultations/{reference}", found, now)


def closing_day(content: Content) -> date | None:
    """The last day of comments that a proposal names; None where it names none."""
    return date.fromisoformat(str(content["closes_on"])) if content.get("closes_on") else None


PUBLISH: Final = approvals.kind(
    "consultations.publish",
    Action.PUBLISH_DRAFT,
    title=N_("Publish a version of a draft"),
    route=ROUTE,
    carry_out=_publish,
)
