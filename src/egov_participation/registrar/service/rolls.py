"""A roll from its making to its end: prepared, confirmed, in use, closed, forgotten."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import delete, insert, update
from sqlmodel import Session, col, select

from egov_crypto import credential as credentials
from egov_crypto import wire
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.registrar import generated, rules, statements
from egov_participation.registrar.interface import Progress, Roll, Voter
from egov_participation.registrar.models import Asked, Release, RolledVote, RollEntry, RollState, WrongAnswer
from egov_participation.registrar.service.means import Means, known, unknown_vote
from egov_participation.registrar.statements import canonical
from egov_participation.registry.keys import SealError

CONFIRMATION: Final = "egov-registrar-confirmation"
_SETUP: Final = "egov-setup"
_MAX_SETUP: Final = 100_000
_BATCH: Final = 1000
"""Voters looked up and reported, and rows written, at a time."""


def prepare(
    means: Means,
    vote: str,
    voters: Sequence[Voter],
    *,
    binding: bool,
    closes_at: datetime,
    progress: Progress | None = None,
) -> Roll:
    """See `Registrar.prepare`."""
    if len({voter.person_id for voter in voters}) != len(voters):
        raise ValueError("somebody is on the roll twice")
    if not voters:
        raise ValueError("nobody is on the roll")
    if closes_at.tzinfo is None:
        raise ValueError("a time names its zone")
    closes_at = closes_at.replace(microsecond=0)  # as a setup document says it
    _refuse_active(means, vote)
    tell = progress or (lambda _done, _total: None)
    public, rows, work = [], [], 2 * len(voters)  # each made, and each written
    for start in range(0, len(voters), _BATCH):
        some = voters[start : start + _BATCH]
        numbers = _numbers(means, vote, [voter.person_id for voter in some])
        if not all(voter.person_id in numbers or generated.is_generated(voter.person_id) for voter in some):
            raise _strangers()
        for voter in some:
            credential = credentials.generate()
            point = credentials.public(vote, credential)
            public.append((point, voter.weight))
            rows.append(
                {
                    "vote_uuid": vote,
                    "owner": means.vault.owner(vote, voter.person_id),
                    "public_credential": point.text,
                    "sealed_credential": means.vault.seal(vote, voter.person_id, credential),
                    "number": numbers.get(voter.person_id),
                    "sealed_territory": means.vault.seal_territory(vote, point.text, voter.territory),
                    "weight": voter.weight,
                }
            )
        tell(start + len(some), work)
    # By hash: in the voters' order, which others know too, the rows would tell who is who.
    rows.sort(key=itemgetter("owner"))
    public.sort(key=lambda pair: pair[0].text)
    salt = secrets.token_bytes(32)
    roll_hash = _roll_hash(salt, [(voter.person_id, voter.weight) for voter in voters])
    with means.database.uow() as tx:
        before = tx.get(RolledVote, vote, with_for_update=True)
        if before is not None:
            if before.state == RollState.ACTIVE:
                raise _is_active()
            _delete(tx.session, vote)
        tx.session.execute(
            insert(RolledVote).values(
                vote_uuid=vote,
                state=RollState.PREPARED.value,
                binding=binding,
                rehearsal=False,
                generated=any(generated.is_generated(voter.person_id) for voter in voters),
                closes_at=closes_at,
                size=len(voters),
                weight=sum(voter.weight for voter in voters),
                roll_hash=roll_hash,
                sealed_salt=means.vault.seal_salt(vote, salt),
                prepared_at=means.clock(),
            )
        )
        for start in range(0, len(rows), _BATCH):
            tx.session.execute(insert(RollEntry), rows[start : start + _BATCH])
            tell(len(voters) + start, work)
        tx.commit()
    tell(work, work)
    return Roll(len(voters), roll_hash, public)


def confirm(means: Means, vote: str, setup: bytes) -> bytes:
    """See `Registrar.confirm`."""
    said = _parse(setup)
    setup_hash = hashlib.sha256(setup).hexdigest()
    with means.database.read() as session:
        before = session.get(RolledVote, vote)
        if before is not None and before.confirmation is not None and before.setup_hash == setup_hash:
            return before.confirmation
        # Computed from the rows as they are, and not from what was once said of them.
        digest = _credentials_digest(session, vote)
    with means.database.uow() as tx:
        row = known(tx, vote)
        # One document for each roll that was prepared. Were there two, one could be shown to trustees and public and
        # the other be put into use: a vote that counts as a rehearsal, which is thrown away at a word.
        if row.confirmation is not None:
            if row.setup_hash == setup_hash:
                return row.confirmation
            raise _mismatch("setup" if row.state == RollState.PREPARED else "uuid")
        wrong = _differences(means, row, digest, said)
        if wrong:
            raise _mismatch(", ".join(wrong))
        statement = statements.sign(
            means.signing,
            {
                "type": CONFIRMATION,
                "version": 1,
                "uuid": vote,
                "setup": setup_hash,
                "credentials": digest,
                "roll": {"size": row.size, "hash": row.roll_hash},
                "registrar": statements.public_half(means.signing),
                "at": _moment(means.clock()),
            },
        )
        row.setup_hash, row.confirmation, row.rehearsal = setup_hash, statement, said["rehearsal"] is True
        tx.commit()
    return statement


def activate(means: Means, vote: str, setup_hash: str) -> None:
    """See `Registrar.activate`."""
    with means.database.uow() as tx:
        row = known(tx, vote)
        if row.setup_hash is None or row.setup_hash != setup_hash:
            raise _mismatch("setup")
        if row.state == RollState.PREPARED:
            row.state = RollState.ACTIVE.value
            tx.commit()


def discard(means: Means, vote: str) -> None:
    """See `Registrar.discard`."""
    with means.database.uow() as tx:
        row = tx.get(RolledVote, vote, with_for_update=True)
        if row is None:
            return
        if row.state == RollState.ACTIVE and not row.rehearsal:
            raise _is_active()
        _delete(tx.session, vote)
        tx.commit()


def rehearsal_credentials(means: Means, vote: str) -> dict[str, str]:
    """See `Registrar.rehearsal_credentials`."""
    with means.database.read() as session:
        row = session.get(RolledVote, vote)
        if row is None:
            raise unknown_vote()
        if row.state != RollState.ACTIVE or not row.rehearsal:
            raise DomainError(
                403,
                N_("The registrar hands out voting codes of generated voters in a rehearsal, and no others."),
                code="registrar.no_rehearsal",
            )
        rules.check_display(closed=means.clock() >= row.closes_at or row.destroyed_at is not None, blocked=False)
        # By the ids that nobody has: whose the other rows are, not even their owners' hashes say.
        people = {means.vault.owner(vote, id_): id_ for id_ in map(generated.person_id, range(1, generated.MOST + 1))}
        statement = select(RollEntry).where(RollEntry.vote_uuid == vote, col(RollEntry.owner).in_(list(people)))
        return {
            people[entry.owner]: means.vault.open(vote, people[entry.owner], entry.sealed_credential)
            for entry in session.exec(statement)
            if entry.sealed_credential is not None
        }


def extend(means: Means, vote: str, closes_at: datetime) -> None:
    """See `Registrar.extend`."""
    closes_at = closes_at.replace(microsecond=0)
    with means.database.uow() as tx:
        row = known(tx, vote)
        if row.state != RollState.ACTIVE:
            raise unknown_vote()
        if closes_at == row.closes_at:
            return
        rules.check_extension(row.closes_at, means.clock(), destroyed=row.destroyed_at is not None)
        if closes_at > row.closes_at:
            row.closes_at = closes_at
            tx.commit()


def destroy(means: Means, vote: str) -> None:
    """See `Registrar.destroy`."""
    with means.database.uow() as tx:
        row = tx.get(RolledVote, vote, with_for_update=True)
        if row is None or row.destroyed_at is not None:
            return
        row.destroyed_at = now = means.clock()
        # It may know of a later time: of an extension that was not decided, or of a vote that was closed early. The
        # time for complaints begins here all the same.
        row.closes_at = min(row.closes_at, now)
        nothing = {"sealed_credential": None, "number": None}
        tx.session.execute(update(RollEntry).where(col(RollEntry.vote_uuid) == vote).values(nothing))
        tx.session.execute(delete(Release).where(col(Release.vote_uuid) == vote))
        tx.session.execute(delete(Asked).where(col(Asked.about) == vote))
        tx.session.execute(delete(WrongAnswer).where(col(WrongAnswer.vote_uuid) == vote))
        tx.commit()


def destroy_due(means: Means) -> None:
    """Delete the private credentials of every vote that has closed, whether or not the platform asks for it."""
    due = select(RolledVote.vote_uuid).where(
        col(RolledVote.closes_at) <= means.clock(), col(RolledVote.destroyed_at).is_(None)
    )
    with means.database.read() as session:
        found = list(session.exec(due))
    for vote in found:
        destroy(means, vote)


def forget_due(means: Means) -> None:
    """Delete whose credential is whose, and what the roll's hash was made with, after the time for complaints."""
    now = means.clock()
    complaints = timedelta(days=means.settings.registrar_complaints_days)
    closed = select(RolledVote).where(
        col(RolledVote.closes_at) <= now - complaints, col(RolledVote.forgotten_at).is_(None)
    )
    with means.database.read() as session:
        found = [row.vote_uuid for row in session.exec(closed) if rules.is_settled(row.closes_at, complaints, now)]
    for vote in found:
        with means.database.uow() as tx:
            row = tx.get(RolledVote, vote, with_for_update=True)
            if row is None:
                continue
            tx.session.execute(delete(RollEntry).where(col(RollEntry.vote_uuid) == vote))
            row.sealed_salt, row.forgotten_at = None, now
            row.destroyed_at = row.destroyed_at or now
            tx.commit()


def _numbers(means: Means, vote: str, person_ids: Sequence[str]) -> dict[str, bytes]:
    """What stands for the IINs that these people have now, by id. From now on whoever changes the register's tables
    makes nobody another one in this vote."""
    try:
        found = means.residents.numbers(person_ids)
    except SealError:
        raise DomainError(
            409,
            N_(
                "The registrar cannot read the IIN of somebody on the roll: its key is not the register’s, or the "
                "register was changed from outside. No roll was made."
            ),
            code="registrar.iins",
        ) from None
    return {id_: means.vault.number(vote, id_, iin.digits) for id_, iin in found.items()}


def _strangers() -> DomainError:
    """Who is in no register is nobody: a code for them could be had by whoever made them up."""
    return DomainError(
        409,
        N_(
            "Somebody on the roll is not in the register that the registrar reads. No roll was made. If somebody was "
            "taken out of the register since, make the roll of the vote anew. Else the registrar must read the site’s "
            "database (EGOV_DATABASE_URL), and the register must be filled there: “egov registry check” tells how many "
            "people are in it."
        ),
        code="registrar.strangers",
    )


def _refuse_active(means: Means, vote: str) -> None:
    with means.database.read() as session:
        row = session.get(RolledVote, vote)
    if row is not None and row.state == RollState.ACTIVE:
        raise _is_active()


def _delete(session: Session, vote: str) -> None:
    session.execute(delete(Asked).where(col(Asked.about) == vote))
    for model in (Release, WrongAnswer, RollEntry, RolledVote):
        session.execute(delete(model).where(col(model.vote_uuid) == vote))
    session.expire_all()


def _roll_hash(salt: bytes, pairs: Sequence[tuple[str, int]]) -> str:
    return hashlib.sha256(b"egov-roll-v1" + salt + canonical(rules.canonical_pairs(pairs))).hexdigest()


def _credentials_digest(session: Session, vote: str) -> str:
    """SHA-256 in hex of the list of credentials as the archive must hold it."""
    pairs = session.exec(
        select(RollEntry.public_credential, RollEntry.weight)
        .where(col(RollEntry.vote_uuid) == vote)
        .order_by(col(RollEntry.public_credential))
    ).all()
    plain = all(weight == 1 for _, weight in pairs)
    written = sorted(text if plain else f"{text},{weight}" for text, weight in pairs)
    return hashlib.sha256(wire.dump(written)).hexdigest()


def _parse(setup: bytes) -> dict[str, Any]:
    """A setup document in its one spelling."""
    try:
        said = json.loads(setup) if len(setup) <= _MAX_SETUP else None
        right = isinstance(said, dict) and said.get("type") == _SETUP and _same(said.get("version"), 1)
        if not right or canonical(said) != setup:
            raise _mismatch("type")
    except (ValueError, RecursionError):
        raise _mismatch("type") from None
    assert isinstance(said, dict)
    return said


def _differences(means: Means, row: RolledVote, digest: str, said: Mapping[str, Any]) -> list[str]:
    """What a setup document says otherwise than the registrar knows it."""
    roll = said.get("roll")
    told = {
        "uuid": row.vote_uuid,
        "kind": "binding" if row.binding else "consultative",
        "credentials": digest,
        "registered": row.size,
        "weight": row.weight,
        "registrar": statements.public_half(means.signing),
    }
    wrong = [name for name, value in told.items() if not _same(said.get(name), value)]
    committed = (roll.get("size"), roll.get("hash")) if isinstance(roll, dict) else (None, None)
    if not all(map(_same, committed, (row.size, row.roll_hash))):
        wrong.append("roll")
    rehearsal = said.get("rehearsal")
    if not isinstance(rehearsal, bool) or (row.generated and not rehearsal):
        wrong.append("rehearsal")
    if rehearsal is True and not generated.is_marked(said.get("title")):
        wrong.append("title")
    opens_at, closes_at = _read_moment(said.get("opens_at")), _read_moment(said.get("closes_at"))
    if closes_at != row.closes_at or opens_at is None or opens_at >= row.closes_at:
        wrong.append("closes_at")
    return wrong


def _same(found: object, expected: object) -> bool:
    """Equal and of the same type: JSON's ``true`` and ``1.0`` are no 1."""
    return type(found) is type(expected) and found == expected


def _read_moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _is_active() -> DomainError:
    return DomainError(
        409,
        N_("This vote's roll is in use: nothing of it is made anew, and it is not thrown away."),
        code="registrar.active",
    )


def _mismatch(where: str) -> DomainError:
    return DomainError(
        409,
        N_("The registrar does not confirm this setup: it differs from its own roll (%(where)s)."),
        code="setup.mismatch",
        where=where,
    )
