"""What the worker does for the commission."""

from __future__ import annotations

from egov_participation.commission.service import (
    deciding,
    freezing,
    handing_in,
    invitations,
    rehearsal_jobs,
    rehearsals,
    rolls,
)
from egov_participation.i18n import N_
from egov_participation.jobs import Payload, handler
from egov_participation.services import Services
from egov_participation.ticks import tick


@tick()
def remind_trustees(services: Services) -> None:
    """Write to trustees who owe something."""
    invitations.remind(services)


@handler(freezing.FREEZE, words=N_("freeze the setup of a vote"), slow=True)
def freeze(services: Services, payload: Payload) -> None:
    """Make the credentials and the setup document."""
    freezing.run(services, payload)


# Slow too, so that it comes after the freezing that it undoes.
@handler(freezing.DISCARD, words=N_("throw away the voting codes of a setup that was thawed"), slow=True)
def discard(services: Services, payload: Payload) -> None:
    """Have the registrar throw away what it prepared."""
    freezing.discard(services, payload)


@handler(deciding.ACTIVATE, words=N_("put the roll of a vote that was set up into use"), persistent=True)
def activate(services: Services, payload: Payload) -> None:
    """From now on its voting codes can be shown."""
    deciding.activate(services, payload)


@handler(deciding.FORGET_VOTERS, words=N_("delete the uploaded list of a vote that is set up"))
def forget_voters(services: Services, payload: Payload) -> None:
    """The registrar knows who may vote; nobody else needs to."""
    with services.database.uow() as tx:
        rolls.forget(tx, payload["draft"])
        tx.commit()


@tick()
def look_after_rehearsals(services: Services) -> None:
    """What comes by the clock."""
    rehearsals.look_after(services)


@handler(handing_in.VERIFY, words=N_("verify what a trustee has handed in"), persistent=True, slow=True)
def verify(services: Services, payload: Payload) -> None:
    """Record it, or keep why it was refused."""
    handing_in.verify(services, payload)


@handler(rehearsals.PREPARE, words=N_("set up the mock vote of a rehearsal"), slow=True)
def rehearse(services: Services, payload: Payload) -> None:
    """Set the mock vote up."""
    rehearsal_jobs.prepare(services, payload)


@handler(rehearsals.BALLOTS, words=N_("cast ballots of a rehearsal’s generated voters"))
def cast_in_rehearsal(services: Services, payload: Payload) -> None:
    """Cast some ballots."""
    rehearsal_jobs.cast(services, payload)


@handler(rehearsals.DECRYPT, words=N_("hand in the decryptions of a rehearsal’s mock trustees"), slow=True)
def decrypt_rehearsal(services: Services, payload: Payload) -> None:
    """Make the result."""
    rehearsal_jobs.decrypt(services, payload)


@handler(rehearsals.THROW_AWAY, words=N_("throw a rehearsal away"), slow=True)
def discard_rehearsal(services: Services, payload: Payload) -> None:
    """Delete everything of it."""
    rehearsal_jobs.throw_away(services, payload)
