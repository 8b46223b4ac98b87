"""The protocol's PDFs, entered in the transparency log: set by a job, since that takes seconds, once it is signed and
again after each erratum, which stands in them."""

from __future__ import annotations

from egov_participation.i18n import LANGUAGES
from egov_participation.ledger import service as ledger
from egov_participation.services import Services
from egov_participation.voting import protocol_pages
from egov_participation.voting.service import logged
from egov_participation.voting.service.reading import vote


def enter_documents(services: Services, uuid: str) -> None:
    """Enter the PDF of each language, unless the log says the same of it already.

    Raises:
        DomainError: 404 ``vote.unknown``.
        TypesettingError: one could not be made; those before it are entered.
    """
    settings = services.settings
    for language in LANGUAGES:
        raw = protocol_pages.made(vote(services, uuid), language, settings.timezone, settings.base_url)
        if raw is None:
            return
        made = logged.document(uuid, raw, language)
        with services.database.uow() as tx:
            before = ledger.newest(tx.session, "document.published", uuid)
            if next((entry for entry in before if entry["language"] == language), None) != made:
                ledger.enter(tx, made)
                tx.commit()
