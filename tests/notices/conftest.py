"""A person to write to."""

from __future__ import annotations

import pytest

from egov_participation.registry import fake
from egov_participation.registry.keys import IinKeys
from egov_participation.registry.rules import Entry
from egov_participation.registry.service import add_residents
from egov_participation.services import Services


@pytest.fixture
def entry(services: Services) -> Entry:
    """A resident who is written to in Kazakh."""
    found = next(one for one in fake.residents(50) if one.language == "kk")
    with services.database.uow() as tx:
        add_residents(
            tx,
            IinKeys.open(services.settings.keys_dir, services.settings.registrar_keys_dir),
            [found],
            services.clock(),
        )
        tx.commit()
    return found


@pytest.fixture
def person_id(services: Services, entry: Entry) -> str:
    with services.database.read() as session:
        person = services.registry.find(session, entry.iin)
    assert person is not None
    return person.person_id
