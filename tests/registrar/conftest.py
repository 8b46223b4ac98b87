"""A registrar on either database, with people in the register, and rolls of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from tests.postgresql import TestDatabase
from tests.registrar.people import Rolls

from egov_participation.app import create_services
from egov_participation.clock import ManualClock
from egov_participation.database import Database, Schema
from egov_participation.mail import NullMailer
from egov_participation.services import Services
from egov_participation.settings import Settings


@pytest.fixture(scope="session")
def postgresql_registrar(postgresql: TestDatabase) -> Iterator[TestDatabase]:
    """The registrar's own, on the same server."""
    with closing(TestDatabase(postgresql.server, Schema.REGISTRAR, "registrar_tests")) as database:
        yield database


@pytest.fixture
def settings(request: pytest.FixtureRequest, settings: Settings, database_kind: str) -> Settings:
    """Here the registrar's database is of the kind that the platform's is."""
    settings = settings.model_copy(update={"registrar_passkey_hours": 0})  # but in test_passkey_wait.py
    if database_kind == "sqlite":
        return settings
    apart: TestDatabase = request.getfixturevalue("postgresql_registrar")
    apart.empty()
    return settings.model_copy(update={"registrar_database_url": apart.url})


@pytest.fixture
def services(settings: Settings, database: Database, clock: ManualClock, outbox: NullMailer) -> Iterator[Services]:
    services = create_services(settings, database=database, clock=clock, mailer=outbox)
    yield services
    services.registrar.close()


@pytest.fixture
def rolls(services: Services) -> Rolls:
    """Makes rolls with the registrar of ``services``."""
    return Rolls(services.registrar, services)
