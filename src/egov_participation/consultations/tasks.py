"""What the worker does for consultations."""

from __future__ import annotations

from egov_participation.consultations.service import (
    clock,
    clustering,
    comment_erasing,
    comment_forgetting,
    covers,
    importing,
    placing,
    reply_letters,
    replying,
)
from egov_participation.i18n import N_
from egov_participation.jobs import Payload, handler
from egov_participation.services import Services
from egov_participation.ticks import HOUR, MINUTE, tick


@handler(importing.READ, words=N_("read the file of a draft"))
def read_file(services: Services, payload: Payload) -> None:
    """A file of a ministry."""
    importing.read(services, payload["token"])


@handler(placing.PLACE, words=N_("place comments on a new version of a draft"), persistent=True, slow=True)
def place_comments(services: Services, payload: Payload) -> None:
    """All that were written on versions before."""
    placing.place(services, payload["version"])


@tick(every=HOUR)
def forget_old_comments(services: Services) -> bool:
    """Delete what has been kept for long enough of comments."""
    return comment_forgetting.forget_old(services)


@tick()
def erase_comments(services: Services) -> None:
    """Destroy what was to be, and what is covered for good."""
    comment_erasing.due(services)
    covers.settle(services)


@tick()
def close_consultations(services: Services) -> None:
    """Close those whose time has come."""
    clock.close_due(services)


@tick(every=MINUTE)
def remind_officials(services: Services) -> None:
    """Tell officials each day what is due and what is owed."""
    clock.remind(services)


@tick(every=HOUR)
def forget_drafts(services: Services) -> None:
    """Delete drafts that nobody published."""
    clock.forget_drafts(services)


@handler(replying.TELL, words=N_("write to those whose comments have a reply"), persistent=True)
def tell_replied(services: Services, payload: Payload) -> None:
    """A batch of them."""
    reply_letters.tell(services, payload["reply"], payload["after"])


@tick()
def look_for_alike(services: Services) -> None:
    """Have it found out which comments say nearly the same, where some have come since."""
    clustering.due(services)


@handler(clustering.CLUSTER, words=N_("find comments on a draft that say nearly the same"), slow=True)
def find_alike(services: Services, payload: Payload) -> None:
    """Of one consultation."""
    clustering.find(services, payload["consultation"])
