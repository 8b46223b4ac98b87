"""What signers are written whose signatures are not counted, or are again."""

from __future__ import annotations

from collections.abc import Sequence

from egov_participation.database import UnitOfWork
from egov_participation.i18n import N_
from egov_participation.notices import service as notices
from egov_participation.notices.service import Phrase, notice
from egov_participation.petitions.models import Invalidation, Petition
from egov_participation.petitions.rules.integrity import CODE_NAMES, Code
from egov_participation.petitions.service import lookup
from egov_participation.services import Services

_FACTS = ((N_("Petition"), "reference"), (N_("The reason"), "code"))
_LINK = (N_("See your signature"), "/petitions/%(reference)s/signature")

INVALIDATED = notice(
    "petitions.signature_invalidated",
    subject=N_("Your signature is not counted"),
    paragraphs=(
        N_("You signed the petition “%(title)s”. Two moderators decided that a group of signatures is not counted."),
        N_("Yours is among them. The decision stands on the petition’s page, without names, with this reason:"),
        "%(reason)s",
        N_(
            "If you signed yourself and of your own will, this is a mistake. Come to a service centre with your "
            "identity card: your signature is then counted again at once."
        ),
    ),
    facts=_FACTS,
    link=_LINK,
)
REINSTATED = notice(
    "petitions.signature_reinstated",
    subject=N_("Your signature is counted again"),
    paragraphs=(
        N_("Your signature on the petition “%(title)s” was not counted for a time. It is counted again."),
        N_("If you did not sign this petition, tell the contact centre."),
    ),
    facts=_FACTS,
    link=_LINK,
)


def tell(
    tx: UnitOfWork, services: Services, petition: Petition, row: Invalidation, people: Sequence[str], *, again: bool
) -> None:
    """Write to these people (person ids) that their signatures are not counted, or are ``again``."""
    kind = REINSTATED if again else INVALIDATED
    titles = {lang: text.title for lang, text in lookup.texts(tx.session, petition).items()}
    reference, code = petition.reference or "", Phrase(CODE_NAMES[Code(row.code)])
    for person_id in people:
        notices.notify(
            tx,
            services.settings.keys_dir,
            person_id,
            kind,
            None,
            title=titles,
            reference=reference,
            code=code,
            reason=row.reason,
        )
