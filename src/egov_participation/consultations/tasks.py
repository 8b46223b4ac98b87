"""What the worker does for consultations."""

from __future__ import annotations

from egov_participation.consultations.service import comment_forgetting, importing, placing
from egov_participation.i18n import N_
from egov_participation.jobs import Payload, handler, tick
from egov_participation.services import Services


@handler(importing.READ, words=N_("read the file of a draft"))
def read_file(services: Services, payload: Payload) -> None:
    """A file of a ministry."""
    importing.read(services, payload["token"])


@handler(placing.PLACE, words=N_("place comments on a new version of a draft"), persistent=True)
def place_comments(services: Services, payload: Payload) -> None:
    """All that were written on versions before."""
    placing.place(services, payload["version"])


@tick
def forget_old_comments(services: Services) -> None:
    """Delete what has been kept for long enough of comments."""
    comment_forgetting.forget_old(services)
