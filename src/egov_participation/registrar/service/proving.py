"""How a person proves to the registrar itself who they are, and gets the credential of a vote shown once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from sqlalchemy import delete
from sqlmodel import col, select

from egov_crypto import credential as credentials
from egov_participation.database import finds_any
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.notices.service import quiet_moment
from egov_participation.registrar import rules
from egov_participation.registrar.interface import Challenge, Way
from egov_participation.registrar.models import Asked, CodeCount, Release
from egov_participation.registrar.service import mails, passkeys
from egov_participation.registrar.service.challenges import HOUR, Matter, answered, digest, put
from egov_participation.registrar.service.means import Contact, Means, Place, check_display, contact, number, place


def ways(means: Means, vote: str, person_id: str) -> list[Way]:
    """See `Registrar.ways`."""
    with means.database.read() as session:
        try:
            found = place(means, session, vote, person_id)
        except DomainError:
            return []
        passkey = bool(passkeys.usable(means, session, person_id))
    matter = _matter(means, vote, person_id)
    try:
        where = None if found.binding else contact(means, vote, person_id, matter.number)
    except DomainError:  # the register does not answer: what needs no address is there all the same
        others = _ways(means, found, None, passkey=passkey)
        if not others:
            raise
        return others
    return _ways(means, found, where, passkey=passkey)


def begin(means: Means, vote: str, person_id: str, way: Way, *, lang: str) -> Challenge:
    """See `Registrar.begin`."""
    matter = _matter(means, vote, person_id)
    where = contact(means, vote, person_id, matter.number) if way is Way.CODE else None
    with means.database.uow() as tx:
        found = place(means, tx.session, vote, person_id)
        check_display(found, means.clock())
        keys = passkeys.usable(means, tx.session, person_id)
        if way not in _ways(means, found, where, passkey=bool(keys)):
            raise rules.no_such_way(way, binding=found.binding)
        challenge = put(
            means, tx, matter, way, keys=keys, contact=where, lang=lang, mail=mails.CODE, about={"vote": vote}
        )
        tx.commit()
    return challenge


def prove(means: Means, vote: str, person_id: str, answer: Mapping[str, str]) -> str:
    """See `Registrar.prove`."""
    with answered(means, _matter(means, vote, person_id), answer) as tx:
        found, now = place(means, tx.session, vote, person_id), means.clock()
        check_display(found, now)
        release = secrets.token_urlsafe(32)
        tx.add(
            Release(
                token_hash=digest(release),
                vote_uuid=vote,
                owner=found.owner,
                expires_at=now + rules.RELEASE_LIFETIME,
            )
        )
        tx.commit()
    return release


def credential(means: Means, vote: str, person_id: str, release: str) -> str:
    """See `Registrar.credential`."""
    now = means.clock()
    with means.database.uow() as tx:
        found = place(means, tx.session, vote, person_id)
        check_display(found, now)
        # Read and deleted in one statement: of two at once one gets it.
        taken = tx.session.execute(
            delete(Release)
            .where(
                col(Release.token_hash) == digest(release),
                col(Release.vote_uuid) == vote,
                col(Release.owner) == found.owner,
            )
            .returning(col(Release.expires_at))
        ).first()
        if taken is None or now >= taken.expires_at:
            raise _no_release()
        # The notice is durable before the credential leaves: a display that nobody is told of cannot happen.
        moment = quiet_moment(now, found.closes_at)
        mails.enqueue(means, tx, person_id, mails.CREDENTIAL_SHOWN, run_after=moment, vote=vote)
        tx.commit()
    shown = means.vault.open(vote, person_id, found.sealed_credential or b"")
    if credentials.public(vote, shown).text != found.public_credential:
        raise RuntimeError("the stored credential is not the published one")
    return shown


def purge(means: Means) -> None:
    """Delete what can no longer be used."""
    now = means.clock()
    with means.database.read() as session:
        if not finds_any(  # asked first: writing every second would be in others' way
            session,
            select(Asked).where(col(Asked.expires_at) <= now),
            select(Release).where(col(Release.expires_at) <= now),
            select(CodeCount).where(col(CodeCount.since) <= now - HOUR),
        ):
            return
    with means.database.uow() as tx:
        tx.session.execute(delete(Asked).where(col(Asked.expires_at) <= now))
        tx.session.execute(delete(Release).where(col(Release.expires_at) <= now))
        tx.session.execute(delete(CodeCount).where(col(CodeCount.since) <= now - HOUR))
        tx.commit()


# -- within ------------------------------------------------------------------------------------------------------------


def _ways(means: Means, found: Place, where: Contact | None, *, passkey: bool) -> list[Way]:
    return rules.ways(
        binding=found.binding,
        passkey=passkey,
        eid=bool(means.settings.oidc_issuer),
        mail=where is not None and bool(where.mail),
        eid_level=means.settings.oidc_level,
    )


def _matter(means: Means, vote: str, person_id: str) -> Matter:
    owner = means.vault.owner(vote, person_id)
    return Matter(vote, person_id, owner, (vote,), number(means, vote, owner))


def _no_release() -> DomainError:
    return DomainError(
        403,
        N_("This way to your voting code has been used already or is older than 10 minutes. Begin again."),
        code="credential.release",
    )
