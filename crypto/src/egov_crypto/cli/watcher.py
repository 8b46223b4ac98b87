"""What rounds of watching have found, recorded and told."""

import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from egov_crypto import note
from egov_crypto.cli import console, log_report
from egov_crypto.cli.log_reading import Reading
from egov_crypto.cli.mailing import Mailer
from egov_crypto.cli.record import Record
from egov_crypto.errors import VerificationError

SILENT: Final = 5
"""Rounds in a row in which nothing can be told, until that is told: a site may be restarted."""

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
        return sorted([subject, failure.code] for subject, failure in self.failures)


class Watcher:
    """Records and tells, one round after the other. What was told stands in the record, so that a restart tells nothing
    twice."""

    def __init__(self, record: Record, mailer: Mailer | None) -> None:
        self._record, self._mailer = record, mailer

    def take(self, found: Round) -> bool:
        """Record what is new, and tell what has changed. Whether all who are to be told were: if not, the next round
        tries again. Raises :class:`UsageError` if it cannot be recorded."""
        before = self._record.status
        kept, message = self._keep(found), self._message(found, before)
        waiting = [*before.get("unsent", []), *([message] if message else [])]
        for line in filter(None, (kept, message and message[0])):
            console.say(f"{_now():%Y-%m-%d %H:%M:%S} {line}")
        sys.stdout.flush()
        silent = before.get("silent", 0) + 1 if found.status == console.CANNOT_TELL else 0
        told = before.get("told", []) if found.status == console.CANNOT_TELL else found.troubles
        status = {"told": told, "silent": silent, "unsent": [one for one in waiting if not self._mailed(*one)]}
        self._record.status = status
        if kept or message:
            self._record.commit(message[0] if message else kept)
        return not status["unsent"]

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

    def _message(self, found: Round, before: dict[str, Any]) -> Message | None:
        """What has changed since it was told last; evidence of what does not hold is written down."""
        told, silent = before.get("told", []), before.get("silent", 0)
        new = [one for one in found.failures if [one[0], one[1].code] not in told]
        if new:
            folder = self._record.keep_trouble(
                f"{_now():%Y%m%dT%H%M%SZ}-{new[0][1].code}", found.report, _evidence(found)
            )
            sentences = [f"{subject}: {failure}" for subject, failure in found.failures]
            return f"It does not hold: {new[0][0]}, {new[0][1].code}", _text(
                *sentences, f"The evidence is in {folder}."
            )
        if found.status == console.CANNOT_TELL and silent + 1 == SILENT:
            sentences = [f"{subject}: {console.sentence(error)}" for subject, error in found.errors]
            return f"It cannot be told since {SILENT} rounds", _text(*sentences)
        if found.status == console.OK and (told or silent >= SILENT):
            return "It holds again", _text("What was told before is not so any more; what was recorded stays.")
        return None

    def _mailed(self, line: str, text: str) -> bool:
        if self._mailer is None:
            return True
        try:
            self._mailer.send(f"egov-verify: {line}", text)
        except OSError as error:
            print(console.plain(f"The mail was not taken: {error}"), file=sys.stderr)
            return False
        return True


def _evidence(found: Round) -> Any:
    of_log = any(subject == "log" for subject, _ in found.failures)
    return found.reading.evidence if of_log and found.reading else None


def _text(*sentences: str) -> str:
    return "".join(f"{console.plain(sentence)}\n\n" for sentence in sentences)


def _now() -> datetime:
    return datetime.now(UTC)
