"""Who may write or support a petition: whoever might sign it."""

from __future__ import annotations

from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.jurisdiction.petition_rules import RuleSet


def check(rules: RuleSet, territory: str, *, assurance: int, age: int | None, lives_in: tuple[str, str]) -> None:
    """Refuse whoever could not sign such a petition.

    Args:
        assurance: of the session.
        age: in years; None: the person is in the register no longer.
        lives_in: codes of region and district.

    Raises:
        DomainError: 403 ``petition.assurance``, ``petition.age``, ``petition.residence``.
    """
    identity = rules.identity
    if assurance < identity.level:
        raise DomainError(
            403,
            N_("For this you must sign in with a passkey from a service centre or an electronic identity."),
            code="petition.assurance",
        )
    if age is None or age < identity.min_age:
        raise DomainError(
            403,
            N_("The rules ask for an age of %(age)s years at least, as the register of residents has it."),
            code="petition.age",
            age=identity.min_age,
        )
    if territory and identity.residents_of_territory and territory not in lives_in:
        raise DomainError(
            403, N_("This petition is for those who live in the territory that it is about."), code="petition.residence"
        )
