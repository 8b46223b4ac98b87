"""What `egov-verify site` says: of the log, of each vote, of the files, and of all of them together."""

from dataclasses import dataclass, field
from typing import Any, Final

from egov_crypto.cli import console, consultation_report, log_report, petition_report, report
from egov_crypto.cli.console import count, say
from egov_crypto.cli.log_reading import Reading
from egov_crypto.cli.site_consultation import SiteConsultation
from egov_crypto.cli.site_data import Data
from egov_crypto.cli.site_files import Files
from egov_crypto.cli.site_petition import SitePetition
from egov_crypto.cli.site_vote import SiteVote
from egov_crypto.errors import VerificationError

CHECKS: Final = {
    "log": "entries of the log, all of which together have the root hash that is signed",
    "votes": "votes that the site lists, each verified whole and held against the log",
    "rehearsals": "REHEARSALS among the votes that it lists, each verified whole; of them nothing is in the log",
    "petitions": "petitions that the site lists, each recounted from the log and held against what it says",
    "consultations": "consultations that the site lists, each comment and reply held against the log",
    "data": "rows of its tables of votes and results, as the archives have them",
    "files": "files that browsers load, as they were entered in the log",
}
"""Each check's name, as ``--json`` gives it, and what its count is of."""


@dataclass
class SiteFound:
    """What a run has found so far."""

    source: str
    address: str = ""
    log: Reading | None = None
    log_outcome: console.Outcome = (None, None)
    listed: set[str] = field(default_factory=set)
    votes: list[dict[str, Any]] = field(default_factory=list)
    """Of each vote what ``--json`` prints of it."""
    rehearsals: int = 0
    """How many of those are none that counts."""
    petitions: list[SitePetition] = field(default_factory=list)
    consultations: list[SiteConsultation] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    """Those in which ballots are taken, or will be."""
    data: Data = field(default_factory=Data)
    files: Files | None = None
    failures: list[tuple[str, VerificationError]] = field(default_factory=list)
    """What does not hold, and of what that is said: ``log``; ``votes``, ``petitions``, ``consultations`` (their lists);
    an identifier; ``data``, ``files``."""
    errors: list[tuple[str, Exception]] = field(default_factory=list)
    """What cannot be told, likewise; ``site``: nothing can."""

    def note(self, subject: str, failure: VerificationError | None, error: Exception | None) -> None:
        """Keep what came of a check."""
        if failure is not None:
            self.failures.append((subject, failure))
        if error is not None:
            self.errors.append((subject, error))

    def take(self, vote: SiteVote) -> None:
        """Keep what was found of a vote."""
        self.votes.append(vote_as_json(vote))
        self.rehearsals += vote.rehearsal
        if vote.found.report.state in {"setup", "open"}:
            self.opened.append(vote.uuid)
        if vote.rehearsal:
            self.data.rehearsals.add(vote.uuid)
        elif vote.told is None:
            self.data.unverified.add(vote.uuid)
        else:
            self.data.told[vote.uuid] = vote.told

    @property
    def pages_of(self) -> list[str]:
        """The votes whose pages are looked at: all in which somebody may vote, else any one."""
        return self.opened or sorted(self.listed)[:1]

    @property
    def status(self) -> int:
        """The exit status: what does not hold goes before what cannot be told."""
        return console.DOES_NOT_HOLD if self.failures else console.CANNOT_TELL if self.errors else console.OK


def vote_as_json(vote: SiteVote) -> dict[str, Any]:
    """What ``--json`` prints of one vote."""
    made = report.vote_as_json(vote.found, vote.failure, vote.error)
    made["subject"]["uuid"] = vote.uuid
    made["rehearsal"] = vote.rehearsal
    return made


def print_vote(vote: SiteVote) -> None:
    """One vote in a line, or what does not hold of it."""
    found = vote.found.report
    if vote.failure:
        say(f"  NO  vote {vote.uuid}: {vote.failure}")
    elif vote.error:
        say(f"  ??  vote {vote.uuid}: {console.sentence(vote.error)}")
    else:
        head = f"head {found.head.height}:{found.head.hash}" if found.head else ""
        what = "REHEARSAL" if vote.rehearsal else "vote"
        unlogged = ", not in the log" if vote.rehearsal else ""
        say(f"  ok  {what} {vote.uuid}: {found.state}, {count(found.ballots, 'ballot')}, {head}{unlogged}")


def petition_as_json(petition: SitePetition) -> dict[str, Any]:
    """What ``--json`` prints of one petition."""
    failure, error = petition.failure, petition.error
    return {
        "ok": None if error else failure is None,
        "reference": petition.reference,
        "failure": failure and {"code": failure.code, "message": failure.message},
        "error": error and console.sentence(error),
        "petition": petition.counted and petition_report.as_json(petition.reference, petition.counted),
        "unknown": petition.doubts() if failure is None and error is None else [],
    }


def print_petition(petition: SitePetition) -> None:
    """Say it of one, in a line."""
    name, counted = petition.reference, petition.counted
    if petition.failure:
        say(f"  NO  petition {name}: {petition.failure}")
    elif petition.error or counted is None:
        say(f"  ??  petition {name}: {console.sentence(petition.error) if petition.error else 'it cannot be told'}")
    else:
        say(f"  ok  petition {name}: {counted.state}, {petition_report.of(counted)}")


def consultation_as_json(one: SiteConsultation) -> dict[str, Any]:
    """What ``--json`` prints of one consultation."""
    failure, error = one.failure, one.error
    return {
        "ok": None if error else failure is None,
        "reference": one.reference,
        "failure": failure and {"code": failure.code, "message": failure.message},
        "error": error and console.sentence(error),
        "consultation": one.counted and consultation_report.as_json(one.reference, one.counted),
        "unknown": one.doubts() if failure is None and error is None else [],
    }


def print_consultation(one: SiteConsultation) -> None:
    """Say it of one, in a line."""
    name, counted = one.reference, one.counted
    if one.failure:
        say(f"  NO  consultation {name}: {one.failure}")
    elif one.error or counted is None:
        say(f"  ??  consultation {name}: {console.sentence(one.error) if one.error else 'it cannot be told'}")
    else:
        say(f"  ok  consultation {name}: {counted.state}, {consultation_report.of(counted)}")


def as_json(found: SiteFound) -> dict[str, Any]:
    """What ``--json`` prints of a site."""
    failures, errors = found.failures, found.errors
    return {
        "ok": {console.OK: True, console.DOES_NOT_HOLD: False}.get(found.status),
        "subject": {"kind": "site", "source": found.source, "address": found.address or None},
        "checks": [{"name": name, "ok": ok, "count": number} for name, ok, number in _checks(found)],
        "failure": _failure(*failures[0]) if failures else None,
        "failures": [_failure(*one) for one in failures],
        "error": console.sentence(errors[0][1]) if errors else None,
        "errors": [{"subject": subject, "message": console.sentence(one)} for subject, one in errors],
        "log": log_report.as_json(found.source, found.log, *found.log_outcome),
        "votes": found.votes,
        "petitions": [petition_as_json(petition) for petition in found.petitions],
        "consultations": [consultation_as_json(one) for one in found.consultations],
        "data": {"rows": found.data.rows, "absent": found.data.absent},
        "files": found.files and found.files.as_json(),
        "unknown": [] if found.status else unknown(found),
    }


def _failure(subject: str, failure: VerificationError) -> dict[str, Any]:
    return {"subject": subject, "code": failure.code, "height": failure.height, "message": failure.message}


def _checks(found: SiteFound) -> list[tuple[str, bool | None, int | None]]:
    """Name, whether it holds (None: that cannot be told), and how many."""
    wrong, untold = ({subject for subject, _ in some} for some in (found.failures, found.errors))
    petitions = {"petitions", *(petition.reference for petition in found.petitions)}
    consultations = {"consultations", *(one.reference for one in found.consultations)}
    counts = {
        "log": ({"log"}, found.log.state.recount.entries if found.log else 0),
        "votes": ({"votes", *found.listed}, len(found.votes) - found.rehearsals),
        "rehearsals": (found.data.rehearsals, found.rehearsals),
        **(
            {"petitions": (petitions, len(found.petitions))} if found.petitions or "petitions" in wrong | untold else {}
        ),
        **(
            {"consultations": (consultations, len(found.consultations))}
            if found.consultations or "consultations" in wrong | untold
            else {}
        ),
        "data": ({"data"}, found.data.rows),
        "files": ({"files"}, found.files.count if found.files else 0),
    }
    checks: list[tuple[str, bool | None, int | None]] = []
    for name, (subjects, number) in counts.items():
        ok = False if wrong & subjects else None if untold & {"site", *subjects} else True
        checks.append((name, ok, number if ok else None))
    return checks


def print_site(found: SiteFound) -> None:
    """All together, after the log and each vote were told of."""
    say("")
    for name, ok, number in _checks(found):
        mark = {True: "ok", False: "NO", None: "??"}[ok]
        say(f"  {mark}  {number if number is not None else '':>8}  {CHECKS[name]}")
    for subject, one in found.failures:
        say("", f"It does not hold, {subject}: {one}")
    for subject, error in found.errors:
        say("", f"It cannot be told, {subject}: {console.sentence(error)}")
    if not found.status:
        say("", "All of this holds. What it cannot tell:", *(f"  - {sentence}" for sentence in unknown(found)))


def unknown(found: SiteFound) -> list[str]:
    """What nobody can know from this site alone."""
    sentences = log_report.unknown(found.log)[:-1] if found.log else []
    sentences.append("Whether the lists of voters are right: that, the registrar knows.")
    if found.rehearsals:
        listed = count(found.rehearsals, "rehearsal")
        sentences.append(f"Whether nobody was told that {listed} would count: set-up document and page must say so.")
    for petition in found.petitions:
        sentences += [f"Petition {petition.reference}: {doubt}" for doubt in petition.site_doubts()]
    for one in found.consultations:
        sentences += [f"Consultation {one.reference}: {doubt}" for doubt in one.site_doubts()]
    files = found.files or Files(None)
    if len(files.hosts) < 2:
        sentences.append("Whether the booth serves the same files: give its address with --booth.")
    sentences.append(
        "What the pages load that are shown only to who is signed in, or invited (the booth, those of trustees and of"
        " the office): compare the scripts that the browser lists there with the entry's files."
    )
    if absent := [*files.absent, *found.data.absent]:
        sentences.append(f"What is not there: {', '.join(absent[:10])}.")
    if files.gone:
        sentences.append(f"Why this release names no more: {', '.join(files.gone[:10])}.")
    sentences.append(
        "Whether the site's pages for people show the same numbers and texts as its data, which were compared: its"
        " pages, feeds and tables of other things were not."
    )
    sentences.append("Whether a single person is served other files than these: compare their hashes in that browser.")
    return sentences
