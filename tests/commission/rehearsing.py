"""A draft that is being rehearsed."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.commission.frozen import Course

from egov_participation.clock import ManualClock
from egov_participation.commission.models import Rehearsal
from egov_participation.commission.service import rehearsals
from egov_participation.services import Services
from egov_participation.voting import service as voting
from egov_participation.voting.views import VoteView

BANNER = "Rehearsal: a mock vote with generated voters."
VOTES = "/en/office/votes"


@dataclass
class Rehearsing:
    """A draft that is being rehearsed."""

    course: Course
    clock: ManualClock
    id: str = field(default="", init=False)

    @property
    def services(self) -> Services:
        return self.course.services

    @property
    def row(self) -> Rehearsal:
        with self.services.database.read() as db:
            return rehearsals.find(db, self.id)

    @property
    def vote(self) -> VoteView:
        return voting.vote(self.services, self.row.uuid)

    def start(self, voters: int = 10, minutes: int = 30) -> Rehearsing:
        with self.services.database.uow() as tx:
            member = self.course.member.session
            self.id = rehearsals.start(self.services, tx, member, self.course.id, voters=voters, minutes=minutes).id
            tx.commit()
        return self

    def work(self) -> Rehearsing:
        self.course.worker.run_due()
        assert self.row.problem == ""
        return self

    def counted(self) -> Rehearsing:
        """Closed by its clock, and all that follows by itself."""
        self.clock.set(self.vote.closes_at)
        self.work().work()  # the trustees are looked after in the round after closing
        assert self.vote.state == "tallied"
        return self

    def discard(self) -> None:
        with self.services.database.uow() as tx:
            rehearsals.discard(self.services, tx, self.course.member.session, self.id)
            tx.commit()
        self.course.worker.run_due()
