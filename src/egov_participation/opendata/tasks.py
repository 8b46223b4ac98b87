"""What the worker does for open data."""

from __future__ import annotations

from egov_participation.i18n import N_
from egov_participation.jobs import Payload, handler
from egov_participation.opendata.service import archives
from egov_participation.services import Services
from egov_participation.ticks import tick


@tick()
def find_final_archives(services: Services) -> None:
    """Find the archives to which nothing is appended any more."""
    archives.look_for_final(services)


@handler(archives.SUM_UP, words=N_("reckon the SHA-256 of a vote's archive"), slow=True)
def sum_up_archive(services: Services, payload: Payload) -> None:
    """Reckon one archive's sum."""
    archives.sum_up(services, payload["vote"])
