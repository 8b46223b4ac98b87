"""What rounds of watching have found, recorded and told."""

import hashlib
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from egov_crypto import note
from egov_crypto.cli import console, log_report
from egov_crypto.cli.log_reading import Reading
from egov_crypto.cli.mailing import Mailer
from egov_crypto.cli.record import Record
from egov_crypto.errors import UsageError, VerificationError

SILENT: Final = 5
"""Rounds in a row in which the same cannot be told, until that is told: a site may be restarted."""

Message = tuple[str, str]
"""What is told: in a line, and at length."""


@dataclass
class Round:
    """What one look has found."""

    reading: Reading | None
    report: dict[str, Any]
    """What ``--json`` prints of it."""
    failures: list[tuple[str, VerificationError]] = field(default_factory=list)
    """What does not hold, and of what that is said."""
    errors: list[tuple[str, Exception]] = field(default_factory=list)
    """What cannot be told, likewise."""

    @property
    def status(self) -> int:
        """The exit status, if there is no other round."""
        return console.DOES_NOT_HOLD if self.failures else console.CANNOT_TELL if self.errors else console.OK

    @property
    def troubles(self) -> list[list[str]]:
        """By which it is known whether the same was told before."""
        return sorted(trouble(*one) for one in self.failures)


class Watcher:
    """Records and tells, one round after the other. What was told stands in the record, so that a restart tells nothing
    twice."""

    def __init__(self, record: Record, mailer: Mailer | None) -> None:
        self._record, self._mailer = record, mailer
        self._status: dict[str, Any] | None = None
        """What this process knows: the record may not take it."""
        self._unsent: list[Message] | None = None

    def take(self, found: Round) -> bool:
        """Record what is new, and tell what has changed. Whether all who are to be told were: if not, the next round
        tries again. Raises :class:`UsageError`, :class:`OSError` if it cannot be recorded, after that was told."""
        before = self._record.status if self._status is None else self._status
        now = _now()
        status, messages = _standing(found, before, self._record.folder, now)
        line, problem = messages[0][0] if messages else "", None
        try:
            line = self._write(found, before, line, now)
            self._record.status = status
            if line or before.get("unrecorded"):
                self._record.commit(line or "What could not be recorded before")
        except (UsageError, OSError) as error:
            problem = error
            status["unrecorded"] = True
            sentence = f"It could not be recorded: {console.sentence(error)}"
            if messages:
                messages = [(line_, _text(sentence) + text) for line_, text in messages]
            elif not before.get("unrecorded"):
                messages = [("It cannot be recorded", _text(sentence))]
        self._status = status
        for said in [one for one, _ in messages] or filter(None, [line]):
            console.say(f"{now:%Y-%m-%d %H:%M:%S} {said}")
        sys.stdout.flush()
        all_told = self._tell(messages)
        if problem is not None:
            self._remember(status)
            raise problem
        return all_told

    def _write(self, found: Round, before: dict[str, Any], told: str, now: datetime) -> str:
        """Write evidence and checkpoint down; in a line what is new, if anything is."""
        new = [one for one in found.failures if trouble(*one) not in before.get("told", [])]
        if before.get("unrecorded"):
            new = new or found.failures
        if new:
            self._record.keep_trouble(_name(now, new[0][1]), found.report, _evidence(found))
        kept = self._keep(found)
        return told or kept

    def _keep(self, found: Round) -> str:
        """Write the checkpoint down, if the log holds and it says anything new; in a line what it says."""
        reading = found.reading
        wrong = any(subject in {"log", "site"} for subject, _ in [*found.failures, *found.errors])
        if wrong or reading is None or reading.signed is None or reading.key is None:
            return ""
        if not self._record.keep(reading.raw, reading.key.text, log_report.votes_as_json(reading.state.recount)):
            return ""
        checkpoint, witnesses = reading.signed.checkpoint, reading.signed.cosignatures
        seen = ", seen by " + ", ".join(one.key.name for one in witnesses) if witnesses else ""
        root = note.to_base64(checkpoint.root)
        return f"{checkpoint.origin}: {checkpoint.size} entries, root hash {root}{seen}"

    def _remember(self, status: dict[str, Any]) -> None:
        try:
            self._record.status = status
        except OSError:
            return  # that it cannot be recorded was told

    def _tell(self, messages: list[Message]) -> bool:
        """Whether all mails were taken, those too that were not the last time."""
        before = self._record.unsent if self._unsent is None else self._unsent
        waiting = [*before, *messages]
        self._unsent = [one for one in waiting if not self._mailed(*one)]
        if before or self._unsent:
            try:
                self._record.unsent = self._unsent
            except (UsageError, OSError) as error:
                print(console.plain(console.sentence(error)), file=sys.stderr)
        return not self._unsent

    def _mailed(self, line: str, text: str) -> bool:
        if self._mailer is None:
            return True
        try:
            self._mailer.send(f"egov-verify: {line}", text)
        except OSError as error:
            print(console.plain(f"The mail was not taken: {error}"), file=sys.stderr)
            return False
        return True


def trouble(subject: str, failure: VerificationError) -> list[str]:
    """By which a failure is known again."""
    return [subject, failure.code, failure.detail]


def _name(now: datetime, failure: VerificationError) -> str:
    """Of the folder with evidence."""
    return f"{now:%Y%m%dT%H%M%SZ}-{failure.code}"


def _standing(
    found: Round, before: dict[str, Any], folder: Path, now: datetime
) -> tuple[dict[str, Any], list[Message]]:
    """What is known after this round, and what is to be told of it."""
    told, unanswered = before.get("told", []), before.get("silent", {})
    untold = {subject for subject, _ in found.errors}
    silent = {subject: unanswered.get(subject, 0) + 1 for subject in sorted(untold)}
    messages: list[Message] = []
    new = [one for one in found.failures if trouble(*one) not in told]
    if new:
        sentences = [f"{subject}: {failure}" for subject, failure in found.failures]
        where = folder / "trouble" / _name(now, new[0][1])
        line = f"It does not hold: {new[0][0]}, {new[0][1].code}"
        messages.append((line, _text(*sentences, f"The evidence is in {where}.")))
    if SILENT in silent.values():
        sentences = [f"{subject}: {console.sentence(error)}" for subject, error in found.errors]
        messages.append((f"It cannot be told since {SILENT} rounds", _text(*sentences)))
    if found.status == console.OK and (told or any(rounds >= SILENT for rounds in unanswered.values())):
        messages.append(("It holds again", _text("What was told before is not so any more; what was recorded stays.")))
    strange, still = _strange(found, before, messages), _still(found, before, now, messages)
    # Of what nothing can be told now, it is not known whether it holds again.
    kept = [one for one in told if one[0] in untold or not found.failures]
    status = {
        "told": sorted(found.troubles + [one for one in kept if one not in found.troubles]) if found.status else [],
        "silent": silent,
        "strange": strange,
        "still": still,
        "unrecorded": False,
    }
    return status, messages


def _strange(found: Round, before: dict[str, Any], messages: list[Message]) -> list[str]:
    """The types of entries that this program does not know, each of which is told once."""
    known: list[str] = before.get("strange", [])
    new = sorted(set(found.reading.state.recount.strange) - set(known)) if found.reading else []
    if new:
        sentences = ["This version of the program passes over them; a newer one may say what they mean.", *new]
        messages.append(("The log has entries of a type that is not known here", _text(*sentences)))
    return sorted([*known, *new])


def _still(found: Round, before: dict[str, Any], now: datetime, messages: list[Message]) -> dict[str, Any]:
    """Since when the log has shown the same checkpoint with the same cosignatures, which is told once."""
    still: dict[str, Any] = before.get("still", {})
    reading = found.reading
    if reading is None or reading.signed is None:
        return still
    seconds, digest = int(now.timestamp()), hashlib.sha256(reading.raw).hexdigest()
    if still.get("sha256") != digest:
        return {"sha256": digest, "since": seconds, "told": False}
    if still["told"] or reading.terms.max_age is None or seconds - still["since"] <= reading.terms.max_age:
        return still
    text = "Neither the checkpoint nor a cosignature under it has changed for more than"
    text += f" {console.count(reading.terms.max_age, 'second')}. A view that was frozen looks like that. So does a log"
    messages.append(
        ("The log stands still", _text(f"{text} to which nothing is entered, if no witness is asked anew."))
    )
    return {**still, "told": True}


def _evidence(found: Round) -> Any:
    of_log = any(subject == "log" for subject, _ in found.failures)
    return found.reading.evidence if of_log and found.reading else None


def _text(*sentences: str) -> str:
    return "".join(f"{console.plain(sentence)}\n\n" for sentence in sentences)


def _now() -> datetime:
    return datetime.now(UTC)
