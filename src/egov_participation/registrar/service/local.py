"""The registrar put together: what `egov registrar` serves, and what the demo has inside its web process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from egov_participation.clock import Clock
from egov_participation.database import Database, Schema
from egov_participation.mail import Mailer
from egov_participation.registrar import petition_rules, statements
from egov_participation.registrar.interface import (
    Act,
    Batch,
    Challenge,
    Opening,
    Progress,
    Roll,
    Signing,
    Voter,
    Way,
)
from egov_participation.registrar.service import (
    asking,
    attesting,
    batches,
    generated_signing,
    mails,
    openings,
    passkeys,
    petitions,
    proving,
    rolls,
    signing_by_code,
)
from egov_participation.registrar.service.means import Means, Residents
from egov_participation.registrar.service.turnout import turnout
from egov_participation.registrar.vault import Vault
from egov_participation.registry.service import Registry
from egov_participation.settings import Settings


class LocalRegistrar:
    """The registrar (`interface.Registrar`) on its own database, in this process. Safe to share between threads."""

    def __init__(self, means: Means | Callable[[], Means], *, inside: bool = True) -> None:
        self.inside = inside
        self._make: Callable[[], Means] = means if callable(means) else lambda: means
        self._made: Means | None = None
        self._making = threading.Lock()

    @property
    def means(self) -> Means:
        """Put together when something is asked first: a command that asks nothing makes no keys."""
        with self._making:
            if self._made is None:
                self._made = self._make()
            return self._made

    @property
    def key(self) -> str:
        return statements.public_half(self.means.signing)

    def prepare(
        self,
        vote: str,
        voters: Sequence[Voter],
        *,
        binding: bool,
        closes_at: datetime,
        progress: Progress | None = None,
    ) -> Roll:
        return rolls.prepare(self.means, vote, voters, binding=binding, closes_at=closes_at, progress=progress)

    def confirm(self, vote: str, setup: bytes) -> bytes:
        return rolls.confirm(self.means, vote, setup)

    def activate(self, vote: str, setup_hash: str) -> None:
        rolls.activate(self.means, vote, setup_hash)

    def discard(self, vote: str) -> None:
        rolls.discard(self.means, vote)

    def rehearsal_credentials(self, vote: str) -> dict[str, str]:
        return rolls.rehearsal_credentials(self.means, vote)

    def extend(self, vote: str, closes_at: datetime) -> None:
        rolls.extend(self.means, vote, closes_at)

    def votes_of(self, person_id: str) -> list[str]:
        return asking.votes_of(self.means, person_id)

    def is_on_roll(self, vote: str, person_id: str) -> bool:
        return asking.is_on_roll(self.means, vote, person_id)

    def owns(self, vote: str, person_id: str, public_credential: str) -> bool:
        return asking.owns(self.means, vote, person_id, public_credential)

    def ways(self, vote: str, person_id: str) -> list[Way]:
        return proving.ways(self.means, vote, person_id)

    def begin(self, vote: str, person_id: str, way: Way, *, lang: str) -> Challenge:
        return proving.begin(self.means, vote, person_id, way, lang=lang)

    def prove(self, vote: str, person_id: str, answer: Mapping[str, str]) -> str:
        return proving.prove(self.means, vote, person_id, answer)

    def credential(self, vote: str, person_id: str, release: str) -> str:
        return proving.credential(self.means, vote, person_id, release)

    def enrol_passkey(self, person_id: str, credential_id: bytes, public_key: bytes, *, name: str) -> None:
        passkeys.enrol(self.means, person_id, credential_id, public_key, name=name)

    def forget_passkey(self, person_id: str, credential_id: bytes) -> None:
        passkeys.forget(self.means, person_id, credential_id)

    def passkey_from(self, person_id: str) -> datetime | None:
        return passkeys.counts_from(self.means, person_id)

    def forget_passkeys(self, person_id: str) -> int:
        """Forget all of a person's passkeys, who objects to one; the registrar's operator alone does it."""
        return passkeys.forget_all(self.means, person_id)

    def block(self, vote: str, person_id: str) -> None:
        asking.block(self.means, vote, person_id)

    def destroy(self, vote: str) -> None:
        rolls.destroy(self.means, vote)

    def turnout(self, vote: str, voted: Sequence[str]) -> bytes:
        return turnout(self.means, vote, voted)

    def open_petition(
        self,
        petition: str,
        document: str,
        *,
        territory: str,
        min_age: int,
        ways: Sequence[Way],
        closes_at: datetime,
        regions: Mapping[str, str],
        generated: bool = False,
    ) -> bytes:
        if generated and not self.inside:
            raise petition_rules.no_generated()
        return petitions.open_petition(
            self.means,
            petition,
            document,
            territory=territory,
            min_age=min_age,
            ways=ways,
            closes_at=closes_at,
            regions=regions,
            generated=generated,
        )

    def close_petition(self, petition: str) -> None:
        petitions.close_petition(self.means, petition)

    def reopen_petition(self, petition: str, closes_at: datetime) -> None:
        petitions.reopen_petition(self.means, petition, closes_at)

    def ways_petition(self, petition: str, person_id: str) -> list[Way]:
        return attesting.ways_petition(self.means, petition, person_id)

    def begin_petition(self, petition: str, person_id: str, act: Act, way: Way, *, lang: str) -> Challenge:
        return attesting.begin_petition(self.means, petition, person_id, act, way, lang=lang)

    def attest(self, petition: str, person_id: str, act: Act, answer: Mapping[str, str]) -> bytes:
        return attesting.attest(self.means, petition, person_id, act, answer)

    def attest_by_code(self, signings: Sequence[Signing]) -> list[bytes | Exception]:
        return signing_by_code.attest_by_code(self.means, signings)

    def attest_paper(self, petition: str, person_id: str, form: str) -> bytes:
        return attesting.attest_paper(self.means, petition, person_id, form)

    def withdraw_paper(self, petition: str, person_id: str, form: str) -> bytes:
        return attesting.withdraw_paper(self.means, petition, person_id, form)

    def batch(self, petition: str, after: int) -> Batch | None:
        return batches.batch(self.means, petition, after)

    def open_entries(
        self, petition: str, pseudonyms: Sequence[str], *, audit: str, reveals: Sequence[str], entries: int
    ) -> list[Opening]:
        return openings.open_entries(self.means, petition, pseudonyms, audit=audit, reveals=reveals, entries=entries)

    def audit_answers(self, petition: str, audit: str) -> Mapping[str, bool | None]:
        return openings.audit_answers(self.means, petition, audit)

    def audit_question(self, token: str) -> tuple[str, bool]:
        return openings.audit_question(self.means, token)

    def answer_audit(self, token: str, signed: bool) -> None:
        openings.answer_audit(self.means, token, signed)

    def attest_generated(self, petition: str, signers: Sequence[tuple[int, date, str]]) -> list[bytes]:
        """Attest signatures of people whom nobody is; those that were attested before stay as they are.

        Args:
            signers: number (from 1, `generated`), day and region of each; no number twice.

        Returns:
            Their promises, in this order.

        Raises:
            DomainError: 403 ``petition.generated``: the petition was not opened for them, or this is a registrar in a
                process of its own.
        """
        if not self.inside:
            raise petition_rules.no_generated()
        return generated_signing.attest_generated(self.means, petition, signers)

    def work(self) -> None:
        """Once a second: send mails, delete what is over. Of several processes on one database, one does it."""
        with self.means.database.alone("registrar") as alone:
            if alone:
                mails.send_due(self.means)
                proving.purge(self.means)
                rolls.destroy_due(self.means)
                rolls.forget_due(self.means)
                petitions.forget_due(self.means)

    def send_mails(self) -> None:
        """Send the mails that are due."""
        mails.send_due(self.means)

    def close(self) -> None:
        if self._made is not None:
            self._made.database.close()


def in_process(
    settings: Settings,
    clock: Clock,
    *,
    registry: Registry,
    registry_database: Database,
    mailer: Mailer,
    inside: bool = True,
) -> LocalRegistrar:
    """The registrar on its own database, with the keys in ``settings.registrar_keys_dir``.

    Args:
        registry: the register as it is, without the addresses that people set on the site.
        registry_database: the one that the register is read from.
        inside: whether this is the web process.
    """

    def means() -> Means:
        return Means(
            settings=settings,
            database=Database(settings.registrar_database_url, Schema.REGISTRAR),
            clock=clock,
            vault=Vault.in_folder(settings.registrar_keys_dir),
            signing=statements.signing_key(settings.registrar_keys_dir),
            mailer=mailer,
            residents=Residents(registry.for_registrar(settings.registrar_keys_dir), registry_database),
        )

    return LocalRegistrar(means, inside=inside)
