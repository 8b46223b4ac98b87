"""What `egov-verify petition` and `egov-verify consultation` have in common: one thing of the log that has a number,
recounted, and held against what the site says of it."""

import argparse
import json
import re
from abc import ABC, abstractmethod
from contextlib import closing
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from egov_crypto.cli import console, log, log_report, source
from egov_crypto.cli.console import say
from egov_crypto.cli.log_reading import Reading
from egov_crypto.cli.log_tiles import numbered_page, site_address
from egov_crypto.cli.progress import Progress
from egov_crypto.cli.site_vote import Site
from egov_crypto.cli.web import Web
from egov_crypto.errors import VerificationError
from egov_crypto.recount import Recount


class Thing(Protocol):
    """What a run finds of it."""

    reference: str
    compared: int
    """Things that the site says of it, as the log has them."""

    def doubts(self) -> list[str]:
        """What is strange about it, though nothing is proved by it."""


T = TypeVar("T", bound=Thing)


class Run(ABC, Generic[T]):
    """One run of such a command, and what it has found so far."""

    kind: ClassVar[str]
    """The command's name, and that of its argument."""
    pattern: ClassVar[re.Pattern[str]]
    """Of the thing's number."""
    example: ClassVar[str]

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.source: str = getattr(options, self.kind)
        self.of_site = options.log is None
        """Whether the site is asked too."""
        self.reading: Reading | None = None
        self.found: T | None = None

    @property
    def recount(self) -> Recount:
        """What the log says, as far as it was read."""
        assert self.reading is not None
        return self.reading.state.recount

    @abstractmethod
    def begin(self, reference: str) -> T:
        """What will be found of it, before the log is read on."""

    @abstractmethod
    def count(self, found: T) -> bool:
        """Take over what the log has of it; whether it has anything."""

    @abstractmethod
    def check(self, site: Site, found: T) -> None:
        """Hold what the site says against the log. Raises :class:`VerificationError`."""

    @abstractmethod
    def as_json(self, found: T | None) -> dict[str, Any]:
        """What the JSON has of it alone."""

    @abstractmethod
    def unknown(self, found: T) -> list[str]:
        """What cannot be told of it."""

    @abstractmethod
    def lines(self, found: T) -> list[str]:
        """What was found of it, for people."""

    def after_reading(self) -> None:
        """What must hold of the whole log besides. Raises :class:`VerificationError`."""

    def subject(self) -> dict[str, Any]:
        """What the JSON's subject has besides."""
        return {}

    def run(self) -> int:
        """Verify it, say what holds, and return the exit status."""
        failure, error = console.outcome(self._verify, self.options.json)
        if self.options.json:
            print(json.dumps(self._json(failure, error)))
        elif self.reading is not None and self.found is not None:
            self._print(self.reading, self.found, failure)
        return console.status(failure, error)

    def _verify(self) -> None:
        options = self.options
        url, reference = numbered_page(self.source, options.log, self.pattern, self.example)
        terms = log.terms_of(options, options.key)
        with (
            Progress() as progress,
            log.reading_of(url, terms, options.jobs, progress) as self.reading,
            closing(Web(site_address(url))) as web,
            source.at_home(),
        ):
            self.found = self.begin(reference)
            self.reading.read()
            self.after_reading()
            if self.of_site:
                self.check(Site(web, self.reading, options.jobs, progress), self.found)
            elif not self.count(self.found):
                raise VerificationError(f"{self.kind}.missing", f"{reference} is not in the log")

    def _json(self, failure: VerificationError | None, error: Exception | None) -> dict[str, Any]:
        reading, found = self.reading, self.found
        signed = reading.signed if reading else None
        return {
            "ok": None if error else failure is None,
            "subject": {
                "kind": self.kind,
                "source": self.source,
                "reference": found and found.reference,
                "address": reading and reading.tiles.log,
                "key": reading and reading.key and reading.key.text,
                "first_use": reading and reading.first_use,
                **self.subject(),
            },
            **log_report.checks_as_json(self._checks(), failure, error),
            "checkpoint": signed and {**log_report.pair(signed.checkpoint), "note": signed.note.raw.decode()},
            "witnesses": log_report.witnesses_as_json(signed),
            **self.as_json(found),
            "unknown": [] if failure or error or not reading or not found else self._unknown(reading, found),
        }

    def _checks(self) -> dict[str, int]:
        checks = dict(self.reading.checks) if self.reading else {}
        if self.found and self.found.compared:
            checks["figures"] = self.found.compared
        return checks

    def _unknown(self, reading: Reading, found: T) -> list[str]:
        sentences = [*found.doubts(), *log_report.unknown_of_log(reading), *self.unknown(found)]
        return [f"{text[0].upper()}{text[1:]}" for text in sentences]

    def _print(self, reading: Reading, found: T, failure: VerificationError | None) -> None:
        say(f"{self.kind} {found.reference}, log {reading.name}", *log_report.about_key(reading), "")
        for name, number in self._checks().items():
            say(f"  ok  {number:>8}  {log_report.CHECKS[name]}")
        if failure:
            said = log_report.CHECKS[log_report.failed_check(failure)]
            say(f"  NO  {'':>8}  {said}", "", f"It does not hold. {failure}")
            return
        say("", *self.lines(found))
        unknown = (f"  - {sentence}" for sentence in self._unknown(reading, found))
        say("", "All of this holds. What it cannot tell:", *unknown)
