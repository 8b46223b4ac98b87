"""What is found in an archive that is verified."""

from dataclasses import dataclass, field

from egov_crypto import counting
from egov_crypto.archive import EventType, Head
from egov_crypto.credential import CredentialList
from egov_crypto.election import Election
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.tally import Factors, Result, Tally, lot_seed
from egov_crypto.trustees import Trustees


@dataclass
class Report:
    """What was found so far; complete when ``verify_archive`` returns, partial when it raises."""

    uuid: str | None = None
    name: str | None = None
    fingerprint: str | None = None
    state: str = "setup"
    registered: int = 0
    ballots: int = 0
    voters: int = 0
    trustees: int = 0
    required: int = 0
    """Of the trustees, how many decrypting takes."""
    always: list[int] = field(default_factory=list)
    """Those without whom nothing is decrypted, as owners."""
    kinds: list[str] = field(default_factory=list)
    """Of the questions, as the specification names them: Homomorphic, NonHomomorphic, Lists."""
    shuffled: list[int] = field(default_factory=list)
    """The trustees who have shuffled, in turn."""
    mixed: bool = False
    """Whether those who have shuffled could decrypt: fewer could tell together whose vote is whose."""
    decrypted: list[int] = field(default_factory=list)
    joint: bool = True
    """Whether joint proofs, or the votes' encodings, must show that listed votes were decrypted rightly."""
    begun: Head | None = None
    """Where the archive stood at its Setup event: what trustees confirmed before the vote opened."""
    head: Head | None = None
    tallied: Head | None = None
    """Where the archive stood at its encrypted tally: what trustees compare, since each decryption moves the head."""
    last: EventType | None = None
    """The type of the head."""
    result: Result | None = None
    checks: list[tuple[str, int]] = field(default_factory=list)
    """Each check that held, with how many things it looked at."""


@dataclass
class Verified:
    """What a verified archive holds, for those who go on from it (a trustee who decrypts, a server that tallies)."""

    report: Report
    election: Election
    trustees: Trustees
    credentials: CredentialList
    tally: Tally
    """Of the ballots that count now, whether or not voting has ended; after shuffles, what the last one left."""
    shuffles: dict[int, str]
    """By trustee, in turn: the SHA-256 of the shuffle that stands there under the trustee's number."""
    decryptions: dict[int, Factors]
    factors: Factors | None
    """The decryptions combined; None while there is no result."""
    _outcomes: dict[int, counting.Outcome] = field(default_factory=dict, repr=False)
    """What was counted already: many votes take seconds."""

    def outcome(self, place: int) -> counting.Outcome | None:
        """Who is elected by the ``place``-th question (from 0), counted anew from the result, ties broken by lot.

        None if there is no result, if it does not ask for preferences, or does not say how they are counted.
        """
        question = self.election.questions[place]
        if self.report.result is None or self.factors is None or not isinstance(question, PreferenceQuestion):
            return None
        method = counting.Method.of(question.extra)
        if method is None:
            return None
        if place not in self._outcomes:
            seed = lot_seed(self.election.fingerprint, place + 1, self.factors[place])
            self._outcomes[place] = counting.count(method, len(question.answers), self.report.result[place], seed)
        return self._outcomes[place]
