"""The protocol's PDFs: set by a job, since that takes seconds, and kept as they were entered in the transparency log.

What is kept is what is served, whatever a later version of the program, another font or another time zone would set.
They are set anew when what stands in them changes: after each erratum, and when the registrar states the turnout by
region only after the signature.
"""

from __future__ import annotations

from egov_participation.database import UnitOfWork
from egov_participation.i18n import LANGUAGES
from egov_participation.ledger import service as ledger
from egov_participation.services import Services
from egov_participation.voting import protocol_pages
from egov_participation.voting.models import VoteDocument
from egov_participation.voting.service import logged
from egov_participation.voting.service.lookup import find_vote
from egov_participation.voting.service.reading import vote
from egov_participation.voting.views import VoteView


def enter_documents(services: Services, uuid: str) -> None:
    """Set the PDF of each language, and keep and enter those that are others than before.

    Raises:
        DomainError: 404 ``vote.unknown``.
        TypesettingError: one could not be made. Nothing is entered.
    """
    found = vote(services, uuid)
    made = {language: _made(services, found, language) for language in LANGUAGES}
    with services.database.uow() as tx:
        row = find_vote(tx.session, uuid, lock=True)
        # Whatever came in between has a job of its own, which may be done already: the older PDFs must not come last.
        if (row.acts, row.turnout is None) == (len(found.acts), found.regional is None):
            for language, raw in made.items():
                if raw is not None:
                    _keep(tx, uuid, language, raw)
            tx.commit()


def protocol_pdf(services: Services, found: VoteView, language: str) -> bytes | None:
    """The signed protocol's PDF as it was entered, or, for the seconds until it is, as it will be; None if no protocol
    is signed.

    Raises:
        BusyError: it is not set yet, and too many wait for others.
        TypesettingError: it could not be made.
    """
    with services.database.read() as session:
        row = session.get(VoteDocument, (found.uuid, language))
    return _made(services, found, language) if row is None else row.raw


def _made(services: Services, found: VoteView, language: str) -> bytes | None:
    return protocol_pages.made(found, language, services.settings.timezone, services.settings.base_url)


def _keep(tx: UnitOfWork, uuid: str, language: str, raw: bytes) -> None:
    row = tx.get(VoteDocument, (uuid, language))
    if row is None:
        tx.add(VoteDocument(vote_uuid=uuid, language=language, raw=raw))
    elif row.raw != raw:
        row.raw = raw
    else:
        return
    ledger.enter(tx, logged.document(uuid, raw, language))
