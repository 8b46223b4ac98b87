"""A process that publishes in small batches until it is killed."""

from __future__ import annotations

from egov_participation.app import create_services
from egov_participation.ledger import service
from egov_participation.ledger.service import sequencing
from egov_participation.settings import Settings


def publish_until_killed(settings: Settings, batch: int) -> None:
    """Publish, again and again."""
    sequencing.MOST = batch  # type: ignore[misc]
    services = create_services(settings)
    while True:
        service.publish(services)
