"""The petitions that stand on the site while its pages are looked at: each made when it is first asked for."""

from __future__ import annotations

from functools import cached_property

from tests.officials import MakeOfficial
from tests.petitions.making import Petitions
from tests.petitions.owed import FORM, TWO, publish, reach

from egov_participation.actions import Role
from egov_participation.petitions.service import subscribers
from egov_participation.services import Services


class PetitionWorld:
    """What pages about petitions are about."""

    def __init__(self, services: Services, official: MakeOfficial) -> None:
        self.services, self._official = services, official
        self._petitions = Petitions(services)

    @cached_property
    def owed(self) -> str:
        """A petition that is owed an answer, one of which a colleague of whoever looks has proposed; its number."""
        reference = self._petitions.make(rules=TWO, addressee="finance")
        reach(self.services, self._petitions.petition(reference), 3)
        return reference

    @cached_property
    def answer(self) -> str:
        """What is proposed there; its id."""
        other = self._official(Role.MINISTRY)
        response = other.client.post(f"/en/office/answers/{self.owed}/write/answer", data=FORM)
        return str(response.headers["location"]).rsplit("/", 1)[1]

    @cached_property
    def answered(self) -> str:
        """A petition with an answer; its number."""
        reference = self._petitions.make(rules=TWO, addressee="finance")
        reach(self.services, self._petitions.petition(reference), 2)
        publish(self._official(Role.MINISTRY), self._official(Role.MINISTRY), reference)
        return reference

    @cached_property
    def stop_token(self) -> str:
        """What stops the mails about a petition."""
        return subscribers.stop_token(self.services.settings.keys_dir, self.owed, "0" * 32)
