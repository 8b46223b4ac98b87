"""What the worker does for petitions."""

from __future__ import annotations

from egov_participation.i18n import N_
from egov_participation.jobs import Payload, handler
from egov_participation.petitions.service import (
    after_closing,
    batches,
    carrying_out,
    closing,
    counting,
    documents,
    forgetting,
    generated,
    invalidating,
    lifecycle,
    mailings,
    merging,
    publishing,
    supporting,
    tidying,
    verified,
)
from egov_participation.services import Services
from egov_participation.ticks import HOUR, MINUTE, tick


@tick()
def count_signatures(services: Services) -> None:
    """Add to the counts what was signed and withdrawn since."""
    counting.count(services)


@tick()
def close_petitions(services: Services) -> None:
    """Close the petitions whose time has come."""
    closing.close_due(services)


@tick()
def enter_attestations(services: Services) -> None:
    """Enter in the log what the registrar attested."""
    batches.enter_batches(services)


@handler(lifecycle.TELL, words=N_("tell the registrar whether a petition is open"), persistent=True)
def tell_the_registrar(services: Services, payload: Payload) -> None:
    """Before the next round of batches, in which many petitions take turns."""
    batches.tell_registrar(services, payload["petition"])


@tick()
def count_the_log(services: Services) -> None:
    """Count over what the log has published since."""
    verified.count_verified(services)


@tick(every=HOUR)
def forget_old(services: Services) -> bool:
    """Delete what has been kept for long enough."""
    return forgetting.forget_old(services)


@handler(forgetting.ANONYMISE, words=N_("delete who signed a petition that ended long ago"), persistent=True)
def anonymise(services: Services, payload: Payload) -> None:
    """A batch of its signatures."""
    forgetting.anonymise(services, payload)


@handler(invalidating.RUN, words=N_("carry out that signatures are not counted, or are again"), persistent=True)
def invalidate(services: Services, payload: Payload) -> None:
    """A batch of them."""
    carrying_out.run(services, payload)


@tick()
def tell_subscribers(services: Services) -> None:
    """Go on with the mails to all who wanted to be told of a petition."""
    mailings.go_on(services)


@tick(every=MINUTE)
def remind_officials(services: Services) -> None:
    """Tell officials each day what they owe."""
    after_closing.remind(services)


@tick()
def tell_of_closing(services: Services) -> None:
    """Tell what it means that a petition closed without reaching a threshold."""
    after_closing.tell_of_closing(services)


@handler(publishing.OPEN, words=N_("open a petition that a moderator accepted"), persistent=True)
def publish(services: Services, payload: Payload) -> None:
    """Ask the registrar, open it, tell who waited for it."""
    publishing.publish(services, payload["petition"])


@tick()
def end_gates(services: Services) -> None:
    """End petitions that found too few supporters in time."""
    supporting.end_due(services)


@handler(merging.TELL, words=N_("ask who signed a merged petition whether they sign the other"))
def tell_merged(services: Services, payload: Payload) -> None:
    """A batch of them."""
    merging.tell_signers(services, payload)


@tick(every=MINUTE)
def tidy_up(services: Services) -> bool:
    """Delete what is left of the way to the public when it is over."""
    return tidying.forget_old(services)


@handler(generated.SIGN, words=N_("sign a petition of the demonstration"))
def sign_generated(services: Services, payload: Payload) -> None:
    """A batch of signers whom nobody is."""
    generated.go_on(services, payload)


@tick(every=HOUR)
def forget_documents(services: Services) -> None:
    """Delete documents that nobody published."""
    documents.forget_unpublished(services)
