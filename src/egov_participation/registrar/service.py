"""The registrar as a part of the web process: its own tables and key, beside the platform's.

A registrar in a process of its own will answer the same questions (`interface.Registrar`).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from typing import Final

from sqlalchemy import insert, update
from sqlmodel import col, select

from egov_crypto import credential as credentials
from egov_participation.clock import Clock
from egov_participation.database import Database, UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.jobs import enqueue, sealed
from egov_participation.registrar import rules
from egov_participation.registrar.interface import PreparedRoll, Progress, Voter
from egov_participation.registrar.models import RolledVote, RollEntry
from egov_participation.registrar.vault import Vault
from egov_participation.settings import Settings

_BATCH: Final = 1000
"""Rows written, and voters reported, at a time."""

SHOWN: Final = "registrar.credential_shown"
"""Kind of the job that tells a person by mail that their credential was displayed."""


class InProcessRegistrar:
    """The registrar inside the web process. The verify pages say so: one apart would be stronger."""

    def __init__(self, database: Database, clock: Clock, keys_dir: Path) -> None:
        self._database = database
        self._clock = clock
        self._keys_dir = keys_dir
        self._vault = Vault.in_folder(keys_dir)

    def prepare_roll(self, vote_uuid: str, voters: Sequence[Voter], progress: Progress | None = None) -> PreparedRoll:
        if len({voter.person_id for voter in voters}) != len(voters):
            raise ValueError("somebody is on the roll twice")
        public, rows = [], []
        for done, voter in enumerate(voters, 1):
            credential = credentials.generate()
            point = credentials.public(vote_uuid, credential)
            public.append((point, voter.weight))
            rows.append(
                {
                    "vote_uuid": vote_uuid,
                    "owner": self._vault.owner(vote_uuid, voter.person_id),
                    "public_credential": point.text,
                    "sealed_credential": self._vault.seal(vote_uuid, voter.person_id, credential),
                    "weight": voter.weight,
                }
            )
            if progress is not None and (done % _BATCH == 0 or done == len(voters)):
                progress(done, len(voters))
        # By hash: in the voters' order, which others know too, the rows would tell who is who.
        rows.sort(key=itemgetter("owner"))
        return PreparedRoll(vote_uuid, public, rows)

    def store_roll(self, tx: UnitOfWork, roll: PreparedRoll, *, binding: bool, closes_at: datetime) -> None:
        tx.add(RolledVote(vote_uuid=roll.vote_uuid, binding=binding, closes_at=closes_at))
        tx.flush()
        for start in range(0, len(roll.rows), _BATCH):
            tx.session.execute(insert(RollEntry), list(roll.rows[start : start + _BATCH]))

    def is_on_roll(self, vote_uuid: str, person_id: str) -> bool:
        return self._public(vote_uuid, person_id) is not None

    def owns(self, vote_uuid: str, person_id: str, public_credential: str) -> bool:
        return self._public(vote_uuid, person_id) == public_credential

    def credential(self, vote_uuid: str, person_id: str, *, signed_in_at: datetime, assurance: int) -> str:
        with self._database.uow() as tx:
            vote = tx.get(RolledVote, vote_uuid)
            entry = tx.get(RollEntry, (vote_uuid, self._vault.owner(vote_uuid, person_id)))
            if vote is None or entry is None:
                raise DomainError(404, N_("You are not on the roll of this vote."), code="credential.not_on_roll")
            now = self._clock()
            closed = now >= vote.closes_at or vote.destroyed_at is not None or entry.sealed_credential is None
            rules.check_display(
                binding=vote.binding, closed=closed, assurance=assurance, signed_in_at=signed_in_at, now=now
            )
            # The notice is durable before the credential leaves: a display that nobody is told of cannot happen.
            notice = sealed(self._keys_dir, {"person": person_id, "vote": vote_uuid})
            enqueue(tx, SHOWN, secrets.token_hex(16), notice, unordered=True)
            tx.commit()
            kept, published = entry.sealed_credential, entry.public_credential
        credential = self._vault.open(vote_uuid, person_id, kept or b"")
        if credentials.public(vote_uuid, credential).text != published:
            raise RuntimeError("the stored credential is not the published one")
        return credential

    def destroy(self, vote_uuid: str) -> None:
        with self._database.uow() as tx:
            vote = tx.get(RolledVote, vote_uuid)
            if vote is None or vote.destroyed_at is not None:
                return
            vote.destroyed_at = self._clock()
            tx.session.execute(
                update(RollEntry).where(col(RollEntry.vote_uuid) == vote_uuid).values(sealed_credential=None)
            )
            tx.commit()

    def _public(self, vote_uuid: str, person_id: str) -> str | None:
        statement = select(RollEntry.public_credential).where(
            col(RollEntry.vote_uuid) == vote_uuid, col(RollEntry.owner) == self._vault.owner(vote_uuid, person_id)
        )
        with self._database.read() as session:
            return session.exec(statement).first()


def in_process(settings: Settings, database: Database, clock: Clock) -> InProcessRegistrar:
    """The registrar beside the platform, with its own keys in ``settings.keys_dir``."""
    return InProcessRegistrar(database, clock, settings.keys_dir)
