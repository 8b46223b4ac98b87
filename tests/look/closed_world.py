"""Votes that have closed, and their trustees at work, for the pages that are looked at."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property

from sqlmodel import col, select
from tests.commission.frozen import frozen_draft
from tests.officials import MakeOfficial
from tests.voting.making import MadeVote, cast, decrypt, make_vote

from egov_participation.actions import Role
from egov_participation.commission.service import handing_in, trustees
from egov_participation.commission.service.lookup import find_draft, trustees_of
from egov_participation.identity.service.tokens import new_token
from egov_participation.jobs import enqueue
from egov_participation.services import Services
from egov_participation.voting import service as voting
from egov_participation.voting.models import HandIn, TallyPart
from egov_participation.voting.service import HandInKind, adding_up, closing


class ClosedWorld:
    """Each vote is made when it is first asked for. Trustees come by their links, whose tokens stand here."""

    def __init__(self, services: Services, official: MakeOfficial) -> None:
        self.services, self._official = services, official

    @cached_property
    def adding_up(self) -> tuple[str, str]:
        """A vote whose ballots are being added up, and a trustee who waits for it."""
        vote, tokens = self._vote()
        closing.end_ballots(self.services, vote.uuid)
        with self.services.database.uow() as tx:
            enqueue(tx, adding_up.ADD_UP, vote.uuid, {"vote": vote.uuid})
            tx.add(TallyPart(vote_uuid=vote.uuid, last=1, ballots=1, encrypted=b"", sized=b""))
            tx.commit()
        return vote.uuid, tokens[0]

    @cached_property
    def _handed_in(self) -> list[str]:
        """The first trustee's decryption is being verified, the second's was refused."""
        vote, tokens = self._vote()
        voting.close_due_votes(self.services)
        for place, raw in enumerate((decrypt(self.services, vote, 1), b"{}")):
            handing_in.hand_in(self.services, tokens[place], HandInKind.DECRYPTION, raw)
        with self.services.database.uow() as tx:
            first, second = tx.exec(select(HandIn).where(HandIn.vote_uuid == vote.uuid).order_by(col(HandIn.owner)))
            first.stage, first.done, first.total = "verifying", 1, 3
            tx.commit()
        handing_in.verify(self.services, {"hand_in": second.id, "trustee": ""})
        return tokens

    @property
    def verifying(self) -> str:
        """A trustee whose decryption is being verified."""
        return self._handed_in[0]

    @property
    def refused(self) -> str:
        """A trustee whose decryption was refused."""
        return self._handed_in[1]

    def _vote(self) -> tuple[MadeVote, list[str]]:
        """One whose time is over, as if it had been set up by the office, with the trustees' links."""
        here = self.services
        draft = frozen_draft(here, self._official(Role.COMMISSION).session, state="proposed")
        vote = make_vote(here, voters=2, trustees=3, lasts=timedelta(minutes=1))
        for voter in range(2):
            cast(here, vote, voter, vote.ballot(voter))
        tokens = [new_token() for _ in vote.trustees]
        with here.database.uow() as tx:
            row = find_draft(tx.session, draft.id)
            row.state, row.uuid = "published", vote.uuid
            for held, token in zip(trustees_of(tx.session, draft.id), tokens, strict=True):
                held.token_hash = trustees.token_hash(token)
            tx.flush()
            tx.commit()
        here.clock.advance(minutes=1)  # type: ignore[attr-defined]
        return vote, tokens
