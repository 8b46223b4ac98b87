"""Opening a sample: two auditors have the registrar say whose the pseudonyms are, to them and to nobody else.

Numbers of people are never stored here. The registrar opens the same sample again for whoever of the auditors wants the
file; each time stands in the audit trail.
"""

from __future__ import annotations

from typing import Final

import structlog

from egov_crypto import petition, vrf
from egov_crypto.errors import VerificationError
from egov_crypto.opening import Opened
from egov_crypto.opening import Opening as OpeningFile
from egov_participation import approvals, audit
from egov_participation.actions import Action
from egov_participation.approvals import Content, Proposal
from egov_participation.audits import rules
from egov_participation.audits.models import Audit, Stage
from egov_participation.audits.service import lookup
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.ledger import service as ledger
from egov_participation.petitions.service import logged
from egov_participation.registrar.interface import Opening
from egov_participation.registry.iin import Iin, IinError
from egov_participation.services import Services, SessionInfo

log = structlog.get_logger()


def propose(services: Services, tx: UnitOfWork, session: SessionInfo, key: str) -> Proposal:
    """Propose that the sample be opened.

    Raises:
        DomainError: 404 ``audit.none``, 409 ``audit.stage``; what `approvals.propose` raises.
    """
    row = lookup.locked(tx, key)
    rules.check_stage(row.stage, Stage.DRAWN)
    content: Content = {"audit": key, "petition": row.reference, "signatures": len(sample_of(row)), "seed": row.seed}
    return approvals.propose(services, tx, session, OPEN, lookup.object_of(row.key), content, reason="")


def _authorise(_services: Services, tx: UnitOfWork, proposal: Proposal) -> None:
    row = lookup.locked(tx, str(proposal.content["audit"]))
    rules.check_stage(row.stage, Stage.DRAWN)
    row.stage = Stage.AUTHORISED.value
    tx.add(row)


def open_due(services: Services) -> None:
    """Have the registrar open what two auditors authorised, and check what it says.

    Raises:
        DomainError: 503 ``registrar.unavailable``.
    """
    with services.database.read() as session:
        rows = [row.key for row in lookup.at(session, Stage.AUTHORISED)]
    for key in rows:
        try:
            _open(services, key)
        except DomainError as refusal:
            if refusal.status == 503:
                raise
            log.error("audit.not_opened", audit=key, reason=refusal.code)


def _open(services: Services, key: str) -> None:
    with services.database.read() as session:
        row = lookup.found(session, key)
        public = key_of(services, row.reference)
    found = openings(services, row)
    proven = [opening for opening in found if is_proven(row.reference, public, opening)]
    unknown = sum(not _is_known(services, opening.iin) for opening in proven)
    with services.database.uow() as tx:
        row = lookup.locked(tx, key)
        if row.stage != Stage.AUTHORISED:
            return
        row.stage, row.opened_at = Stage.OPENED.value, services.clock()
        row.opened, row.unproven, row.unknown = len(found), len(sample_of(row)) - len(proven), unknown
        tx.add(row)
        tx.commit()


def openings(services: Services, row: Audit) -> list[Opening]:
    """What the registrar says of the sample; none if nobody is in it."""
    sample = sample_of(row)
    if not sample:
        return []
    with services.database.read() as session:
        values = [one.value or "" for one in lookup.commitments(session, row)]
        entries = logged.attested(session, row.reference, row.size or 0)
    return services.registrar.open_entries(row.reference, sample, audit=row.name or "", reveals=values, entries=entries)


def file_of(services: Services, session: SessionInfo, key: str) -> bytes:
    """The openings as a file for ``egov-verify opening``: for an auditor who takes part alone, who has it from here on.

    Raises:
        DomainError: 404 ``audit.none``, 403 ``audit.stranger``, 409 ``audit.stage`` (also after the report); 503
            ``registrar.unavailable``.
    """
    with services.database.read() as db:
        row = lookup.found(db, key)
        if session.person_id not in {one.auditor for one in lookup.commitments(db, row)}:
            raise DomainError(403, N_("You have committed to no value in this audit."), code="audit.stranger")
    rules.check_stage(row.stage, Stage.OPENED)
    found = {opening.pseudonym: opening for opening in openings(services, row)}
    opened = [
        Opened(bytes.fromhex(one), found[one].iin, bytes.fromhex(found[one].proof))
        for one in sample_of(row)
        if one in found
    ]
    key_, name, seed = key_of(services, row.reference), row.name or "", bytes.fromhex(row.seed or "")
    with services.database.uow() as tx:
        audit.record(tx, session, Action.OPEN_ENTRY, lookup.object_of(row.key), services.clock(), step="seen")
        tx.commit()
    return OpeningFile(row.reference, key_, name, seed, opened).dump()


def sample_of(row: Audit) -> list[str]:
    """The pseudonyms of the sample, in the order drawn."""
    return (row.drawn or "").split()


def key_of(services: Services, reference: str) -> bytes:
    """The key that makes the petition's pseudonyms, as the log has it.

    Raises:
        DomainError: 409 ``audit.nothing``.
    """
    with services.database.read() as session:
        for one in ledger.browse(session, type="registrar.petition", subject=reference, limit=1):
            return bytes.fromhex(one.value["key"])
    raise DomainError(409, N_("The log has no key of this petition."), code="audit.nothing")


def is_proven(reference: str, public: bytes, opening: Opening) -> bool:
    """Whether the pseudonym is that person's by the registrar's proof."""
    try:
        output = vrf.verify(public, petition.alpha(reference, opening.iin), bytes.fromhex(opening.proof))
    except (VerificationError, ValueError):
        return False
    return output.hex() == opening.pseudonym


def _is_known(services: Services, iin: str) -> bool:
    """Whether the register of residents has somebody with this number."""
    try:
        wanted = Iin.parse(iin)
    except IinError:
        return False
    with services.database.read() as session:
        return services.registry.find(session, wanted) is not None


OPEN: Final = approvals.kind(
    "audits.open",
    Action.OPEN_ENTRY,
    title=N_("Open sampled entries"),
    route="audits.proposal",
    carry_out=_authorise,
)
