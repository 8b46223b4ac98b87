"""The thread that keeps the log up to date, and what it makes of what goes wrong."""

from __future__ import annotations

import time
from typing import Final

import structlog
from sqlmodel import delete, select

from egov_participation.ledger.models import Standstill
from egov_participation.ledger.service.keys import ForkError
from egov_participation.ledger.service.publishing import LOCK, check, cosigners_of, publish_alone
from egov_participation.ledger.service.release import enter_release
from egov_participation.ledger.service.tiles import MissingTileError
from egov_participation.logs import describe
from egov_participation.rounds import Rounds
from egov_participation.services import Services

log = structlog.get_logger()

SECONDS_BETWEEN: Final = 1.0
"""Between two rounds: with what a round takes, everything is published within two seconds."""
SECONDS_ASIDE: Final = 3.0
"""Who finds somebody else at it looks again after so long."""
SECONDS_UNTIL_RETRY: Final = 60.0
"""After which the files of this version are entered again, if they could not be."""
SECONDS_UNTIL_LOOK: Final = 60.0
"""After which the log is looked at although nothing is to be published."""
SECONDS_UNTIL_TOLD_AGAIN: Final = 600.0
"""After which the same failure is logged again."""


class Sequencer(Rounds):
    """Keeps the log up to date, in a thread of its own: jobs that take long must not hold it up."""

    def __init__(self, services: Services) -> None:
        super().__init__(self.run, "ledger", "ledger.failed", seconds_between=SECONDS_BETWEEN)
        self._services = services
        self._cosigners = cosigners_of(services.settings, services.database)
        self._release = _Alarm()
        self._aside, self._look = _Alarm(), _Alarm()
        self._told, self._tell = "", _Alarm()
        self._stands_still: bool | None = None
        """None as long as it was not found out."""

    def stop(self) -> None:
        """Finish the round in hand and end."""
        super().stop()
        self._cosigners.close()

    def run(self) -> None:
        """One round. The first one enters what this version serves to browsers."""
        if not self._aside.is_due:
            return
        if self._release.is_due:
            self._enter_release()
        with self._services.database.alone(LOCK) as alone:
            if alone:
                self._publish()
            else:
                self._aside.set(SECONDS_ASIDE)

    def _enter_release(self) -> None:
        """Whatever fails, such as a file that is being replaced at this moment, must not hold up everything else."""
        try:
            enter_release(self._services.database)
        except Exception as error:  # noqa: BLE001 - see above
            if not self._release.was_set:
                log.error("ledger.release_not_entered", **describe(error))
            self._release.set(SECONDS_UNTIL_RETRY)
        else:
            self._release.set(float("inf"))

    def _publish(self) -> None:
        try:
            if self._stands_still is not False or self._look.is_due:
                self._look.set(SECONDS_UNTIL_LOOK)
                self._check()
            publish_alone(self._services, self._cosigners, self._stopping)
        except (ForkError, MissingTileError) as error:
            self._note(stands_still=True)
            if str(error) != self._told or self._tell.is_due:
                self._told = str(error)
                self._tell.set(SECONDS_UNTIL_TOLD_AGAIN)
                log.error("ledger.failed", problem=str(error), **describe(error))
        else:
            self._note(stands_still=False)
            self._told = ""

    def _check(self) -> None:
        check(self._services.settings, self._services.database)

    def _note(self, *, stands_still: bool) -> None:
        if stands_still == self._stands_still:
            return
        with self._services.database.uow() as tx:
            known = tx.exec(select(Standstill)).first() is not None
            if stands_still and not known:
                tx.add(Standstill(id=1, since=self._services.clock()))
            elif known and not stands_still:
                tx.exec(delete(Standstill))
            tx.commit()
        self._stands_still = stands_still


class _Alarm:
    """A time that comes; at first it has come."""

    def __init__(self) -> None:
        self._at = float("-inf")

    @property
    def is_due(self) -> bool:
        return time.monotonic() >= self._at

    @property
    def was_set(self) -> bool:
        return self._at > float("-inf")

    def set(self, seconds: float) -> None:
        """It comes after so many seconds."""
        self._at = time.monotonic() + seconds
