"""What a site publishes of a vote beside its archive, fetched and held against it: set-up document, the registrar's
confirmation and turnout, the signed protocol, listed votes and their counts. What is not there is said, and is no
failure: a vote may have none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from egov_crypto import protocol as protocols
from egov_crypto import setup as setups
from egov_crypto import wire
from egov_crypto.cli import tables
from egov_crypto.cli.cancelled import is_cancelled
from egov_crypto.cli.source import archive_address, is_address, read_beside
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.protocol import Protocol
from egov_crypto.setup import Setup
from egov_crypto.verify import Verified

ARCHIVE: Final = "/archive.bel"
"""What a vote's archive is called on a site; beside any other name nothing is looked for."""


_MAX_COUNT: Final = protocols.MAX_SIZE
_LISTS: Final[dict[str, tuple[int, Callable[[bytes, PreferenceQuestion, Sequence[Any]], None]]]] = {
    "json": (130, protocols.check_ballots),
    "csv": (130, tables.check_ballots),
    "blt": (640, tables.check_blt),
}
"""How listed votes are published: bytes that one may take (30 answers of at most three digits; 255 ranks, of which
nearly all are left out), and what holds them against the archive."""

Region = tuple[tuple[str, ...], int, int]


@dataclass
class Beside:
    """What was found, and held."""

    looked: bool = False
    setup: Setup | None = None
    confirmed: bool = False
    protocol: Protocol | None = None
    regions: Sequence[Region] = ()
    """Of the registrar's turnout: names, voters, registered."""
    hashes: dict[str, str] = field(default_factory=dict)
    """SHA-256 in hex of each document that is there, by its name."""
    cancelled: bool = False
    """As the site says of a vote without a result."""

    def check(self, source: str, file: BinaryIO, verified: Verified) -> None:
        """Fetch what stands beside the archive that came from ``source``, and check it.

        Raises :class:`VerificationError`, and :class:`ArchiveError` if it cannot be told what is there.
        """
        if not is_address(source) or not archive_address(source).partition("?")[0].endswith(ARCHIVE):
            return
        url, checks = archive_address(source), verified.report.checks
        self.looked = True
        self.cancelled = verified.report.result is None and is_cancelled(source)
        raw = self._read(url, "setup.json", setups.MAX_SIZE)
        if raw is not None:
            setup = setups.parse(raw)
            setups.check(setup, file, verified)
            checks.append(("document", 1))
            self.setup = setup
            self._check_registrar(url, setup, verified)
        raw = self._read(url, "protocol.json", protocols.MAX_SIZE)
        if raw is not None:
            protocol = protocols.parse_and_verify(raw)
            protocols.check(protocol, file, verified, self.setup)
            checks.append(("protocol", 1))
            self.protocol = protocol
        if counted := self._check_counts(url, verified):
            checks.append(("counts", counted))

    def _check_counts(self, url: str, verified: Verified) -> int:
        """Hold what is published of the result, and of listed votes, against the archive; how many documents there
        are."""
        result, found = verified.report.result, 0
        if result is None:
            return 0
        raw = self._read(url, "result.csv", tables.result_size(result, verified))
        if raw is not None:
            tables.check_result(raw, result, verified)
            found += 1
        for place, question in enumerate(verified.election.questions):
            if not isinstance(question, PreferenceQuestion):
                continue
            raw = self._read(url, f"count-{place + 1}.json", _MAX_COUNT)
            if raw is not None:
                protocols.check_count(raw, verified.outcome(place))
                found += 1
            for ending, (of_ballot, check) in _LISTS.items():
                raw = self._read(url, f"ballots-{place + 1}.{ending}", _MAX_COUNT + of_ballot * len(result[place]))
                if raw is not None:
                    check(raw, question, result[place])
                    found += 1
        return found

    def _check_registrar(self, url: str, setup: Setup, verified: Verified) -> None:
        checks = verified.report.checks
        raw = self._read(url, "registrar.json", setups.MAX_SIZE)
        if raw is not None:
            setups.check_confirmation(raw, setup)
            checks.append(("registrar", 1))
            self.confirmed = True
        raw = self._read(url, "turnout.json", setups.MAX_TURNOUT)
        if raw is not None:
            self.regions = setups.check_turnout(raw, setup, verified)
            checks.append(("turnout", len(self.regions)))

    def _read(self, url: str, name: str, limit: int) -> bytes | None:
        raw = read_beside(url, name, limit)
        if raw is not None:
            self.hashes[name] = wire.digest(raw)
        return raw

    def sentences(self) -> list[str]:
        """The numbers to compare with others."""
        found = []
        if self.setup:
            if self.setup.rehearsal:
                found.append(
                    "A REHEARSAL: a mock vote with generated voters, as its set-up document says. Nothing counts."
                )
            found += [
                f"Set-up document: {self.setup.hash}",
                f"Roll: {self.setup.registered} people, hash {self.setup.roll_hash}",
                f"The registrar's key: {self.setup.registrar}",
            ]
        if self.protocol:
            found += [f"Protocol: {self.protocol.hash}", f"The protocol's key: {self.protocol.key}"]
        return found

    def unknown(self) -> list[str]:
        """What nobody can know from these documents."""
        if not self.looked:
            return []
        if self.setup is None:
            return ["What was set up besides the archive: this site publishes no set-up document of this vote."]
        found = ["Whether those are the registrar's key and the hash that trustees confirmed: compare with them."]
        if not self.confirmed:
            found.append("Whether the registrar confirmed this set-up: the site does not publish its word.")
        if self.protocol:
            found.append("Whether that is the commission's key: compare it with what others see.")
        return found

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        setup, protocol = self.setup, self.protocol
        return {
            "cancelled": self.cancelled,
            "setup": setup
            and {
                "hash": setup.hash,
                "roll": setup.roll_hash,
                "registrar": setup.registrar,
                "rehearsal": setup.rehearsal,
            },
            "confirmed": self.confirmed,
            "protocol": protocol and {"hash": protocol.hash, "file": protocol.file_hash, "key": protocol.key},
        }
