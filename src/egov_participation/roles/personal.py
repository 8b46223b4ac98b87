"""What this room holds on a person: the roles they were given. Of the audit trail, what they did as an official."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from egov_participation import audit
from egov_participation.actions import ROLE_NAMES, Role
from egov_participation.database import UnitOfWork
from egov_participation.i18n import N_
from egov_participation.personal import Fact, Section
from egov_participation.roles.models import Grant
from egov_participation.services import Services

_STAYS = N_("For good, also after an erasure: anyone must be able to find out who could decide what.")


def held(services: Services, session: Session, person_id: str) -> Sequence[Section]:  # noqa: ARG001 - the seam's
    """Roles, and acts as an official."""
    grants = session.exec(select(Grant).where(Grant.person_id == person_id).order_by(col(Grant.id))).all()
    acts = session.exec(
        select(audit.AuditEntry).where(audit.AuditEntry.actor == person_id).order_by(col(audit.AuditEntry.id))
    ).all()
    return [
        Section(
            name="roles",
            title=N_("Roles"),
            about=N_("What two administrators entrusted you with."),
            kept=_STAYS,
            records=[
                [
                    Fact("role", N_("Role"), grant.role, ROLE_NAMES[Role(grant.role)]),
                    Fact("agency", N_("Agency"), grant.agency or None),
                    Fact("granted_at", N_("Since"), grant.granted_at),
                    Fact("valid_until", N_("Until"), grant.valid_until),
                    Fact("revoked_at", N_("Ended"), grant.revoked_at),
                ]
                for grant in grants
            ],
        ),
        Section(
            name="acts",
            title=N_("What you did as an official"),
            about=N_("Your lines of the audit trail."),
            kept=_STAYS,
            records=[
                [
                    Fact("at", N_("When"), act.at),
                    Fact("action", N_("Action"), act.action),
                    Fact("object", N_("Object"), act.object),
                    Fact("step", N_("Step"), act.step),
                    Fact("reason", N_("Reason"), act.reason or None),
                ]
                for act in acts
            ],
        ),
    ]


def erase(_services: Services, tx: UnitOfWork, person_id: str, now: datetime) -> None:
    """Nothing goes: who could decide what, and who decided it, stays to be asked about."""
