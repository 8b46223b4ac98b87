"""What the platform may ask the registrar about petitions.

The course: `Registrar.open_petition` → the platform logs the key and opens the petition → a person begins
(`begin_petition`), answers the challenge, and the registrar promises that the act will be in the log (`attest`) → the
platform's worker takes the attestations, in shuffled batches (`batch`), and enters them → `close_petition`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol

from egov_participation.registrar.interface.ways import Challenge, Way


class Act(StrEnum):
    """What the registrar attests of a person in a petition."""

    ATTEST = "attest"
    """They signed, and proved to the registrar who they are."""
    PAPER = "paper"
    """They signed on paper, by the word of the desk that entered it: counted apart."""
    WITHDRAW = "withdraw"
    """They withdrew their signature."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Attestations that leave together, in an order left to chance."""

    number: int
    """From 1, one after the other in each petition."""
    attestations: Sequence[Mapping[str, Any]]
    """Log entries ``petition.attestation``, version 1: petition, pseudonym, act, day, region, signature. As canonical
    JSON each is the promise that `PetitionRegistrar.attest` gave, byte for byte."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Whose a pseudonym is, with the proof of it: for the auditors alone."""

    pseudonym: str
    """128 hex digits."""
    iin: str = field(repr=False)
    proof: str = field(repr=False)
    """Of the verifiable random function, 160 hex digits: checked with the petition's key (`egov_crypto.vrf`)."""


@dataclass(frozen=True, slots=True)
class Signing:
    """Somebody signs a petition, with a mailed code."""

    petition: str
    person_id: str
    answer: Mapping[str, str] = field(repr=False)
    """As `PetitionRegistrar.attest` takes it."""


MOST_SIGNINGS: Final = 100
"""That are attested together."""


class PetitionRegistrar(Protocol):
    """What the platform may ask about petitions."""

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
        """Make the petition's key, which pseudonyms are made with. The same again has the same answer; until somebody
        signs, ``closes_at``, ``ways`` and ``regions`` may be others the next time.

        Args:
            document: the commitment to the text, as the log has it (64 hex digits).
            territory: whose residents may sign: code of a region or of a part of one; empty for the whole country.
            ways: how signers may prove who they are.
            regions: what is published of where a signer lives, by code of a region or of a part of one; the part
                wins, and who lives elsewhere is ``other``.
            generated: people whom nobody is may be entered as signers (`LocalRegistrar.attest_generated`): in a
                demonstration, by a registrar inside the web process, and the statement says so.

        Returns:
            The signed statement (`statements`) that is the log's entry ``registrar.petition``, version 1: petition, key
            (the public key of the verifiable random function, hex), document, territory (None for the whole country),
            min_age, ways (sorted), regions, generated, signer (as `Registrar.key`).

        Raises:
            ValueError: no way, an age below 0, a region that the log has no word for.
            DomainError: 409 ``petition.other``: this petition was opened otherwise. 403 ``petition.generated``.
        """

    def close_petition(self, petition: str) -> None:
        """Attest no signature from now on, though it was to stay open for longer. Again: nothing changes.

        Raises:
            DomainError: 404 ``petition.unknown``.
        """

    def reopen_petition(self, petition: str, closes_at: datetime) -> None:
        """Attest signatures again until then, but not after the end that it was opened with: what ended it earlier was
        taken back. Again: nothing changes.

        Raises:
            DomainError: 404 ``petition.unknown``: or its key was destroyed.
        """

    def ways_petition(self, petition: str, person_id: str) -> list[Way]:
        """How this person can prove who they are for this petition, the strongest first; empty: in none, or the
        petition is not open, or they may not sign it."""

    def begin_petition(self, petition: str, person_id: str, act: Act, way: Way, *, lang: str) -> Challenge:
        """Begin to prove, for this act alone. ``Way.CODE`` mails a code, in the language.

        Raises:
            DomainError: 404 ``petition.unknown``, 410 ``petition.closed``, 403 ``petition.too_young``,
                ``petition.not_resident`` or ``petition.no_resident`` (not in the register), 403 ``credential.way``, 429
                ``credential.too_many``, 409 ``petition.not_signed`` (nothing to withdraw), ``petition.on_paper``.
        """

    def attest(self, petition: str, person_id: str, act: Act, answer: Mapping[str, str]) -> bytes:
        """Check an answer (as `Registrar.prove`), and attest the act. One that was attested already, with nothing
        after it, gets the same promise and is no second one.

        Returns:
            The promise that it will be in the log: the signed statement (`statements`) that is the log's entry
            ``petition.attestation``, version 1: petition, pseudonym (128 hex digits), act, day (in the site's time
            zone), region.

        Raises:
            DomainError: 403 ``credential.proof``, and those of `begin_petition`.
        """

    def attest_by_code(self, signings: Sequence[Signing]) -> list[bytes | Exception]:
        """`attest` for several who sign at the same moment, `MOST_SIGNINGS` at most, and answer with a mailed code: in
        one transaction, and each with its own outcome.

        Returns:
            In this order, what `attest` would have returned, or raised.

        Raises:
            ValueError: they are too many.
        """

    def attest_paper(self, petition: str, person_id: str, form: str) -> bytes:
        """Attest a signature on paper, by the desk's word. As `attest`; on ``form`` with this number.

        Raises:
            DomainError: 409 ``petition.signed``: there is an electronic one of this person.
        """

    def withdraw_paper(self, petition: str, person_id: str, form: str) -> bytes:
        """Attest, by the desk's word, that a form was entered wrongly: as a withdrawal of what `attest_paper` attested
        for it. Of nothing else: what somebody signed by their own proof no desk takes back.

        Raises:
            DomainError: 409 ``petition.not_on_paper``: this person's last signature is not on that form.
        """

    def batch(self, petition: str, after: int) -> Batch | None:
        """The batch with the number ``after`` + 1, if it is due: 50 wait, or the petition has closed, or one of the
        moments that are the same for all petitions (every ``EGOV_REGISTRAR_BATCH_SECONDS``) has come for what is some
        minutes old (`petition_rules.leaving`). None if nothing leaves yet. It is the same one however often it is asked
        for; to ask for the next one says that this one is in the log.

        Raises:
            DomainError: 404 ``petition.unknown``, 409 ``petition.batch`` (there was no batch ``after``).
        """

    def open_entries(
        self, petition: str, pseudonyms: Sequence[str], *, audit: str, reveals: Sequence[str], entries: int
    ) -> list[Opening]:
        """Open a sample for an audit, and ask the people in it by mail whether they signed: once, however often this is
        called. Who was never attested here has no opening; who has left the register has one, and is not asked.

        Args:
            audit: what the log calls the audit (64 hex digits): one sample belongs to it.
            reveals: the auditors' values (64 hex digits each), whose commitments the audit is called after.
            entries: how many attestations of the petition the log had when the audit was committed to. The registrar
                draws among these itself: what is opened is among the first that the values draw.

        Raises:
            ValueError: no pseudonym, or one that is none.
            DomainError: 404 ``petition.unknown``; 409 ``petition.audit_sample`` (this audit has another one),
                ``petition.audit_draw`` (it was not drawn), ``petition.audit_limit`` (more than
                `petition_rules.most_opened` would be open in this petition).
        """

    def audit_answers(self, petition: str, audit: str) -> Mapping[str, bool | None]:
        """Whether those who were asked for an audit said that they signed, by pseudonym; None: no answer yet."""

    def audit_question(self, token: str) -> tuple[str, bool]:
        """The petition that a link in a mail asks about, and whether it was answered.

        Raises:
            DomainError: 404 ``petition.no_question``.
        """

    def answer_audit(self, token: str, signed: bool) -> None:
        """What somebody answers to the mail: the first answer stands.

        Raises:
            DomainError: 404 ``petition.no_question``.
        """
