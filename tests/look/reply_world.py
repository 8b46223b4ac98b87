"""What agencies replied and reported while the pages are looked at: each consultation made when it is first asked for.

Their numbers are far from each other: the office's own pages give the next one that is free.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from tests.consultations import world
from tests.consultations_web.test_replying import comment, decide, write
from tests.officials import MakeCitizen, MakeOfficial, SignedIn

from egov_participation.actions import Role
from egov_participation.consultations.models import State
from egov_participation.consultations.service import lifecycle, lookup
from egov_participation.services import Services

CHANGED = "Парк закрывается в 23 часа. Парк убирается раз в неделю."


class ReplyWorld:
    """What pages about replies, reports and versions are about: all of the agency of whoever looks."""

    def __init__(self, services: Services, official: MakeOfficial, citizens: MakeCitizen) -> None:
        self.services, self._official, self._citizens = services, official, citizens

    @cached_property
    def _two(self) -> tuple[SignedIn, SignedIn]:
        return self._official(Role.MINISTRY), self._official(Role.MINISTRY)

    @cached_property
    def answered(self) -> str:
        """An open one with two versions and comments on the first: 1 is accepted, 2 waits for its reply."""
        reference = self._changed(201)
        self._reply(reference, 1, verdict="accepted", changed="2:ru:chp_1__art_2")
        return reference

    @cached_property
    def proposal(self) -> str:
        """A reply that a colleague of whoever looks proposes: to comment 2 there, with what changed."""
        fields = {"verdict": "partly", "reason": "Уборка – раз в неделю.", "changed": "2:ru:chp_1__art_2"}
        return write(self._two[0], self.answered, 2, **fields).rsplit("/", 1)[1]

    @cached_property
    def reported(self) -> str:
        """One whose report is published, with an accepted comment and a rejected one."""
        reference = self._changed(301)
        self._close(reference)
        self._reply(reference, 1, verdict="accepted", changed="2:ru:chp_1__art_2")
        self._reply(reference, 2, verdict="rejected", reason="Тишина нужна жителям.")
        answer = decide(self._two[1], f"/ru/office/reports/proposals/{self._propose(reference)}")
        assert answer.status_code == 303
        return reference

    @cached_property
    def report_proposal(self) -> str:
        """A report that a colleague of whoever looks proposes to publish."""
        reference = world.put(self.services, 401, agency="finance")
        self._comment(reference, 1)
        self._close(reference)
        self._reply(reference, 1, verdict="rejected", reason="Тишина нужна жителям.")
        return self._propose(reference)

    def _changed(self, number: int) -> str:
        """One with two comments, and a second version after them."""
        reference, texts = world.put(self.services, number, agency="finance"), world.TEXTS["ru"]
        self._comment(reference, 2)
        other = (*texts[:2], replace(texts[2], text=CHANGED))
        world.put_version(self.services, reference, {**world.TEXTS, "ru": other})
        return reference

    def _comment(self, reference: str, count: int) -> None:
        author = self._citizens(level=3)
        for number in range(count):
            comment(self.services, author, reference, f"Пусть парк закрывается в {23 - number} часа: так {number + 1}.")

    def _close(self, reference: str) -> None:
        with self.services.database.uow() as tx:
            lifecycle.change(tx, lookup.locked(tx, reference), State.CLOSED, self.services.clock())
            tx.commit()

    def _reply(self, reference: str, number: int, **fields: str) -> None:
        one, other = self._two
        answer = decide(other, write(one, reference, number, **fields))
        assert answer.status_code == 303

    def _propose(self, reference: str) -> str:
        answer = self._two[0].client.post(f"/ru/office/reports/{reference}")
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"]).rsplit("/", 1)[1]
