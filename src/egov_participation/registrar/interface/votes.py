"""What the platform may ask the registrar about votes and passkeys.

The course: `Registrar.prepare` → the platform writes the setup document → `Registrar.confirm` → the vote is
decided on and published with its public credentials → `Registrar.activate`. From then on a person `begin`s, answers
the challenge (`prove`), and gets a release that shows the voting code once (`credential`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from egov_crypto.group import Point
from egov_participation.registrar.interface.ways import Challenge, Way

Progress = Callable[[int, int], None]
"""Called with how much of the work is done and how much there is."""


@dataclass(frozen=True, slots=True)
class Voter:
    """Somebody who is put on a roll."""

    person_id: str
    weight: int = 1
    territory: str = ""
    """Code of the region for the turnout, e.g. ``KZ-75``."""


@dataclass(frozen=True, slots=True)
class Roll:
    """What the platform learns of a roll that was prepared: enough to publish it, nothing that tells who is who."""

    size: int
    hash: str
    """SHA-256 in hex of ``egov-roll-v1`` ‖ 32 random bytes ‖ canonical JSON of the sorted [person, weight] pairs. The
    random bytes stay with the registrar until the time for complaints has passed."""
    public: Sequence[tuple[Point, int]]
    """(public credential, weight), sorted by credential as they are published."""


class VoteRegistrar(Protocol):
    """What the platform may ask about votes."""

    def prepare(
        self,
        vote: str,
        voters: Sequence[Voter],
        *,
        binding: bool,
        closes_at: datetime,
        progress: Progress | None = None,
    ) -> Roll:
        """Make a credential for each voter and keep the roll as *prepared*: nothing of it can be shown, nobody owns
        anything yet. The same vote again replaces what was prepared. Takes long. The IIN that each voter has now in
        the register is the one that an electronic identity must name for this vote.

        Raises:
            ValueError: somebody is on the roll twice, or nobody is on it.
            DomainError: 409 ``registrar.active``: this vote's roll is in use already; 409 ``registrar.iins``: the
                registrar cannot read somebody's IIN, or their row is not as it was entered; 409
                ``registrar.strangers``: somebody is not in the register that it reads.
        """

    def confirm(self, vote: str, setup: bytes) -> bytes:
        """Check a setup document against the own roll; the signed statement that it holds, as JSON (`statements`). The
        same again has the same answer; another one needs a roll that is prepared anew.

        A roll with generated voters is confirmed as a rehearsal's alone, and a rehearsal only if its title says so.

        Raises:
            DomainError: 409 ``setup.mismatch``, 404 ``registrar.unknown_vote``.
        """

    def activate(self, vote: str, setup_hash: str) -> None:
        """Put the roll into use, with the setup that was confirmed and with no other. Again: nothing changes.

        Raises:
            DomainError: 409 ``setup.mismatch``, 404 ``registrar.unknown_vote``.
        """

    def discard(self, vote: str) -> None:
        """Throw away what was only prepared, or a rehearsal's roll. Unknown votes: nothing happens.

        Raises:
            DomainError: 409 ``registrar.active``: it is in use and no rehearsal.
        """

    def rehearsal_credentials(self, vote: str) -> dict[str, str]:
        """The private credentials of the generated voters of a rehearsal, by their ids (`generated`): of nobody else.

        Raises:
            DomainError: 403 ``registrar.no_rehearsal``: the vote's roll was not confirmed as a rehearsal's, or is not
                in use; 410 ``credential.closed``, 404 ``registrar.unknown_vote``.
        """

    def extend(self, vote: str, closes_at: datetime) -> None:
        """Show codes until then, if that is later than what is known. The same time again, or an earlier one, changes
        nothing: an extension that was asked for and then not decided leaves the registrar with a later time than the
        vote's, and the codes go with `destroy` when that closes.

        Raises:
            DomainError: 409 ``registrar.extension`` (closed already), 404 ``registrar.unknown_vote``.
        """

    def votes_of(self, person_id: str) -> list[str]:
        """The active votes on whose rolls this person is, in the order of their uuids."""

    def is_on_roll(self, vote: str, person_id: str) -> bool:
        """Whether this person may vote in this vote (an active one)."""

    def owns(self, vote: str, person_id: str, public_credential: str) -> bool:
        """Whether this public credential (64 hex digits) is that person's in this vote (an active one that has not
        closed). Who asks about many that are not is told nothing more for a while, not even yes.

        Raises:
            DomainError: 403 ``credential.blocked``: it is, and its theft was reported. 410 ``credential.vote_over``:
                closed, so nothing is said any more. 429 ``credential.too_many``: credentials of 20 others were asked
                about for this person within the hour, or in this vote as many as `rules.most_wrong` in a day.
        """

    def ways(self, vote: str, person_id: str) -> list[Way]:
        """How this person can prove who they are for this vote, the strongest first; empty: in none."""

    def begin(self, vote: str, person_id: str, way: Way, *, lang: str) -> Challenge:
        """Begin to prove. ``Way.CODE`` mails a code, in the language.

        Raises:
            DomainError: 404 ``credential.not_on_roll``, 410 ``credential.closed``, 403 ``credential.way`` (this vote or
                this person does not have that way), 403 ``credential.blocked``, 429 ``credential.too_many``.
        """

    def prove(self, vote: str, person_id: str, answer: Mapping[str, str]) -> str:
        """Check an answer: ``challenge`` (`Challenge.id`) and one of ``assertion`` (JSON of the browser), ``id_token``,
        ``code``. Each challenge is used up by the first answer, a mailed code's by the fifth.

        Returns:
            A release: for this vote and person, for one display within 10 minutes.

        Raises:
            DomainError: 403 ``credential.proof``, 410 ``credential.closed``, 403 ``credential.blocked``.
        """

    def credential(self, vote: str, person_id: str, release: str) -> str:
        """The private credential, once for each release. The notice to the person is durable before it is returned.

        Raises:
            DomainError: 403 ``credential.release``, 410 ``credential.closed``, 403 ``credential.blocked``.
        """

    def enrol_passkey(self, person_id: str, credential_id: bytes, public_key: bytes, *, name: str) -> None:
        """Know a passkey that was enrolled in person at the desk, which is the platform's word alone. So it counts
        only after ``EGOV_REGISTRAR_PASSKEY_HOURS``, and the person is told at once, by the registrar's own mail that is
        durable before this returns: they have until then to object. Known already: nothing changes. Forgotten and
        enrolled once more: the wait begins anew.

        Raises:
            DomainError: 409 ``passkey.known``: it is somebody else's; 409 ``registrar.row``: the person's row in the
                register is not as it was entered.
        """

    def forget_passkey(self, person_id: str, credential_id: bytes) -> None:
        """Know it no longer, at any time. Of an unknown one nothing happens."""

    def passkey_from(self, person_id: str) -> datetime | None:
        """From when a passkey will count that still waits, the first if there are several; None if none waits."""

    def block(self, vote: str, person_id: str) -> None:
        """Its theft was reported: neither a further ballot with this person's credential nor a further display of it.

        Raises:
            DomainError: 404 ``credential.not_on_roll``.
        """

    def destroy(self, vote: str) -> None:
        """Delete the private credentials of a vote that closed: its closing time is not later than this. Doing it again
        changes nothing."""

    def turnout(self, vote: str, voted: Sequence[str]) -> bytes:
        """Signed JSON (`statements`): how many voted by region, from the public credentials that did. At least two
        groups under 10 are merged. Only after closing, and only for one list: of two lists the difference would tell.

        Raises:
            DomainError: 409 ``turnout.open``, 409 ``turnout.other_list``, 404 ``registrar.unknown_vote``.
        """
