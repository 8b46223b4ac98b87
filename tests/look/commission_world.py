"""Drafts of votes on their way, and their trustees, for the pages that are looked at."""

from __future__ import annotations

from functools import cached_property

from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.commission.frozen import Course, FrozenDraft, document, frozen_draft
from tests.conftest import ClientFactory
from tests.look.closed_world import ClosedWorld
from tests.officials import MakeOfficial

from egov_crypto.threshold.ceremony import Step
from egov_crypto.threshold.keyfile import State
from egov_participation.actions import Role
from egov_participation.commission.service import drafts, trustees
from egov_participation.commission.service.lookup import trustees_of
from egov_participation.identity.service.tokens import new_token
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.services import Services


class CommissionWorld:
    """Each part is made when it is first asked for."""

    def __init__(self, services: Services, app: Starlette, new_client: ClientFactory, official: MakeOfficial) -> None:
        self.services, self._app, self._new_client, self._official = services, app, new_client, official

    @cached_property
    def frozen(self) -> FrozenDraft:
        """A draft that is frozen, confirmed by all but one, by another member than who looks at it."""
        return frozen_draft(self.services, self._official(Role.COMMISSION).session)

    @cached_property
    def trustee_token(self) -> str:
        """The link of a trustee who has to confirm a frozen setup."""
        token, draft_id = new_token(), self.frozen.id
        with self.services.database.uow() as tx:
            trustees_of(tx.session, draft_id)[2].token_hash = trustees.token_hash(token)
            tx.flush()
            tx.commit()
        return token

    @cached_property
    def trustee(self) -> TestClient:
        """The same trustee, who has come by that link."""
        return self.by_link(self.trustee_token)

    @cached_property
    def preparing(self) -> str:
        """A draft that is being frozen."""
        return frozen_draft(self.services, self._official(Role.COMMISSION).session, state="preparing").id

    @cached_property
    def set_up(self) -> str:
        """A proposal to set a vote up."""
        other = self._official(Role.COMMISSION)
        return frozen_draft(self.services, other.session, state="proposed").proposal

    @cached_property
    def key_making(self) -> Course:
        """A draft whose trustees make their key together: two of three have begun."""
        member = self._official(Role.COMMISSION)
        with self.services.database.uow() as tx:
            made = drafts.make(self.services, tx, member.session, document(self.services))
            tx.commit()
        course = Course(self.services, Worker(self.services), NullMailer(), member, made.id).with_ceremony()
        for place in (1, 2):
            course.take(State.begin(3, 2, place), Step.CERTIFICATE)
        return course

    @cached_property
    def key_maker(self) -> TestClient:
        """The trustee who is awaited there."""
        return self.by_link(self.key_making.tokens[2])

    @cached_property
    def key_waiter(self) -> TestClient:
        """One who has begun."""
        return self.by_link(self.key_making.tokens[1])

    @cached_property
    def closed(self) -> ClosedWorld:
        """Votes that have closed."""
        return ClosedWorld(self.services, self._official)

    def by_link(self, token: str) -> TestClient:
        """The trustee of a link, who has come by it."""
        client = self._new_client(self._app, booth=True)
        assert client.post(f"/kk/trustee/{token}").status_code == 303
        return client
