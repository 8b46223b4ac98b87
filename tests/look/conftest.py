"""A site on which every page has something to show, and whoever may see it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser
from starlette.applications import Starlette
from tests.conftest import ClientFactory
from tests.look.world import World
from tests.officials import MakeCitizen, MakeOfficial

from egov_participation.mail import Mail, MailboxMailer
from egov_participation.services import Services
from egov_participation.settings import Settings


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Of the demonstration: its banner and its mailbox are looked at too."""
    return settings.model_copy(update={"demo": True})


@pytest.fixture(scope="session")
def chromium(headless_shell: Browser) -> Browser:
    """Pages are laid out and read here, hundreds of them; what people do with them is tried in `tests.browser`."""
    return headless_shell


@pytest.fixture
def world(
    services: Services, app: Starlette, new_client: ClientFactory, official: MakeOfficial, citizen: MakeCitizen
) -> World:
    """Votes in several states, a voter who may enter the booth, and officials of every role."""
    mailbox = MailboxMailer(services.database, services.clock)
    mailbox.send(Mail("alua@mail.example", "Кіру коды", "123456\n\nКод 10 минут жарамды."))
    return World(services, app, new_client, official, citizen)
