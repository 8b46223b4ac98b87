"""What every other room knows of the register of residents: a person, and what can be asked."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from sqlmodel import Session

from egov_participation.registry import rules
from egov_participation.registry.iin import Iin


@dataclass(frozen=True, slots=True)
class Person:
    """What other rooms are told of a resident: neither the IIN nor the address."""

    person_id: str
    family_name: str
    given_name: str
    patronymic: str
    birth_date: date
    mail: str
    """Empty if the registry knows none: then nothing can be mailed to the person."""
    territory: str
    """Code of the region."""
    language: str
    district: str = ""
    """Code of the district, city or city district; empty where not known."""

    @property
    def full_name(self) -> str:
        """Family name first, as in documents."""
        return " ".join(filter(None, (self.family_name, self.given_name, self.patronymic)))

    def age_on(self, day: date) -> int:
        """Whole years of age on a day; born on 29 February: a year older on 1 March."""
        return rules.age_on(self.birth_date, day)


@dataclass(frozen=True, slots=True)
class Status:
    """Whether the registry answers, as far as is known without asking it."""

    available: bool
    retry_after: int = 0
    """In how many seconds it is asked again, where it does not answer."""


class Registry(Protocol):
    """Who lives here. ``tests/registry/test_contract.py`` holds every implementation to this.

    Sessions are those of the platform's own database. An implementation that asks another machine keeps there what it
    was told; so none of these may be called within a unit of work of the same thread.
    """

    def find(self, session: Session, iin: Iin) -> Person | None:
        """The person with that IIN, as the registry has them now.

        Raises:
            DomainError: 503 ``registry.unavailable``: it cannot be known now.
        """

    def get(self, session: Session, person_id: str) -> Person | None:
        """The person known by that id, without asking another machine: as the registry had them when last asked.

        None also for somebody who has gone from the registry, or of whom only the id is known.
        """

    def mask(self, session: Session, person_id: str) -> str:
        """The last four digits of the person's IIN behind dots; empty if there is no such person."""

    def iin(self, session: Session, person_id: str) -> Iin | None:
        """The person's IIN; None if there is no such person. For the registrar alone, which makes pseudonyms of it and
        opens it to auditors: everybody else has the mask.
        """

    def iins(self, session: Session, person_ids: Collection[str]) -> dict[str, Iin]:
        """What `iin` gives of each, by id, without asking another machine; left out of whom it gives None. For the
        registrar alone.

        Raises:
            SealError: one does not open.
        """

    def with_iins(self, session: Session, person_ids: Collection[str]) -> dict[str, tuple[Person, Iin]]:
        """What `get` and `iin` give of each, by id; left out of whom either gives None. For the registrar alone."""

    def address(self, session: Session, person_id: str) -> str:
        """Locality, street and house, to be shown to the person alone; empty where not known."""

    def eligible(self, session: Session, *, born_by: date, territories: Collection[str] = ()) -> Iterator[str]:
        """Ids, sorted, of the people born on that day or before who live in one of those territories.

        Args:
            territories: codes of regions or of districts; none means everywhere.

        Raises:
            DomainError: 503 ``registry.unavailable``: it cannot be known now.
        """

    def find_many(self, session: Session, iins: Collection[Iin]) -> dict[Iin, str]:
        """The ids of those people, by IIN; who is not in the registry is left out.

        Raises:
            DomainError: 503 ``registry.unavailable``: it cannot be known now.
        """

    def regions(self, session: Session, person_ids: Collection[str]) -> dict[str, str]:
        """The code of the region where each lives, without asking another machine; left out where not known."""

    def status(self, session: Session) -> Status:
        """Whether the registry answers, without asking it."""

    def for_registrar(self, keys_dir: Path) -> Registry:
        """The register as the registrar reads it, without what people corrected. It goes by no row that somebody else
        wrote than who has the key ``register-rows`` in its folder of keys.

        The embedded table's rows are marked by that key as people are entered; for others `get`, `find`, `iin`, `iins`
        and `with_iins` raise `SealError`. Of a register on another machine the site's notes do not count: `get` and
        `with_iins` ask it, too, and raise 503 ``registry.unavailable``.

        Raises:
            OSError, ValueError: see `keyring.secret`.
        """

    def forget_old(self) -> int:
        """Forget what another machine said of people of whom nothing was asked for long; how many those are."""

    def close(self) -> None:
        """Close what is open to other machines."""
