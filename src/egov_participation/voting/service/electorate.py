"""Who may vote: by a rule from the register of residents, or by a list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlmodel import Session

from egov_participation.i18n import N_
from egov_participation.registrar.interface import Voter
from egov_participation.services import Services
from egov_participation.voting import cautions
from egov_participation.voting.problems import Problem
from egov_participation.voting.setup_file import KeptRoll, RegistryRoll, SetupError, VoteSetup


def voters_of(services: Services, setup: VoteSetup) -> list[Voter]:
    """Who is on the roll, in the register's or the file's order.

    Raises:
        SetupError: nobody is, or somebody of the list is not in the register.
    """
    problems: list[Problem] = []
    voters: list[Voter] = []
    with services.database.read() as session:
        if isinstance(setup.roll, RegistryRoll):
            voters = registered(services, session, setup.roll, setup.opens_at)
        elif isinstance(setup.roll, KeptRoll):
            raise TypeError("who keeps the list says who is on it")
        else:
            known = services.registry.find_many(session, list(setup.roll.weights))
            regions = services.registry.regions(session, known.values())
            # By line, never by IIN: a terminal's scroll-back is no place for it.
            for (iin, weight), line in zip(setup.roll.weights.items(), setup.roll.lines, strict=True):
                if iin not in known:
                    where = f"roll.file, line {line}"
                    problems.append(Problem(where, N_("Nobody with this IIN is in the register of residents."), {}))
                else:
                    voters.append(Voter(known[iin], weight, regions.get(known[iin], "")))
    if not voters and not problems:
        problems.append(Problem("roll", N_("Nobody in the register of residents fits: the roll is empty."), {}))
    if problems:
        raise SetupError(problems[:100])
    return voters


def registered(services: Services, session: Session, rule: RegistryRoll, opens_at: datetime) -> list[Voter]:
    """The people of the register of residents whom a rule lets vote, in the register's order.

    Raises:
        DomainError: 503 ``registry.unavailable``.
    """
    eligible = list(_eligible(services, session, rule, opens_at))
    regions = services.registry.regions(session, eligible)
    return [Voter(person_id, 1, regions.get(person_id, "")) for person_id in eligible]


def count_registered(services: Services, session: Session, rule: RegistryRoll, opens_at: datetime) -> int:
    """How many those are at this moment.

    Raises:
        DomainError: 503 ``registry.unavailable``.
    """
    return sum(1 for _ in _eligible(services, session, rule, opens_at))


def _eligible(services: Services, session: Session, rule: RegistryRoll, opens_at: datetime) -> Iterator[str]:
    day = rule.age_on or services.day(opens_at)
    born_by = years_before(day, rule.min_age)
    return services.registry.eligible(session, born_by=born_by, territories=rule.territories)


def years_before(day: date, years: int) -> date:
    """The latest birth date of somebody who is ``years`` old on ``day`` (born on 29 February: older on 1 March)."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def warnings_of(voters: Sequence[Voter]) -> list[Problem]:
    """What the commission is warned of (``trust.md``, the registrar)."""
    return cautions.of_weights(Counter(voter.weight for voter in voters))
