"""Whatever is signed, withdrawn, invalidated and lost, in whatever order: the counts are what a recount finds."""

from __future__ import annotations

import json
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select
from tests.ledger.dying import Crash, dying
from tests.officials import MakeOfficial
from tests.petitions.making import Petitions
from tests.petitions.test_signing import logged

from egov_participation.actions import Role
from egov_participation.clock import ManualClock
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.ledger import service as ledger
from egov_participation.petitions import keys
from egov_participation.petitions.models import Invalidation, LoggedSignature, PaperForm, Signature, State
from egov_participation.petitions.rules.integrity import Filter
from egov_participation.petitions.service import batches, carrying_out, counting, paper, signing, verified
from egov_participation.petitions.service.signing import Wishes
from egov_participation.registrar.interface import Act, Way
from egov_participation.registrar.service import challenges
from egov_participation.services import SessionInfo

PEOPLE = 3
CODE = "0" * 8
STEPS = (
    "sign",
    "sign",
    "withdraw",
    "lose",
    "lose_withdrawal",
    "paper",
    "paper_back",
    "invalidate",
    "reinstate",
    "end",
    "count",
    "log",
    "hour",
    "die",
)


@pytest.fixture
def known_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each code that the registrar mails is eight noughts: nobody has to wait for a mail."""
    monkeypatch.setattr(challenges.secrets, "choice", lambda _: "0")


Desk = tuple[SessionInfo, SessionInfo]


@pytest.fixture
def desk(official: MakeOfficial) -> Desk:
    return official(Role.DESK_OPERATOR).session, official(Role.DESK_OPERATOR).session


def of_one(*steps: str) -> list[tuple[str, int]]:
    """What happens to one person."""
    return [(step, 0) for step in steps]


@dataclass
class Course:
    """What happens to one petition."""

    petitions: Petitions
    clock: ManualClock
    reference: str
    people: list[str]
    desk: Desk
    """One enters forms, the other takes them back."""
    decisions: list[str] = field(default_factory=list)
    """Ids of the invalidations that were carried out."""

    def do(self, step: str, who: int) -> None:
        """One step; what the rules refuse is refused."""
        with suppress(DomainError):
            getattr(self, step)(self.people[who])

    def answer(self, person: str, act: Act) -> dict[str, str]:
        services = self.petitions.services
        # Past the look at one's own signature, as a page does that was open before.
        challenge = services.registrar.begin_petition(self.reference, person, act, Way.CODE, lang="en")
        return {"challenge": challenge.id, "code": CODE}

    def sign(self, person: str) -> None:
        services = self.petitions.services
        answer, network = self.answer(person, Act.ATTEST), self.network(person)
        signing.sign(services, self.reference, person, answer, wishes=Wishes(), network=network)

    def withdraw(self, person: str) -> None:
        answer = self.answer(person, Act.WITHDRAW)
        signing.withdraw(self.petitions.services, self.reference, person, answer)

    def lose(self, person: str) -> None:
        """The registrar attests, and the process dies before anything is put down."""
        self.petitions.services.registrar.attest(self.reference, person, Act.ATTEST, self.answer(person, Act.ATTEST))

    def lose_withdrawal(self, person: str) -> None:
        self.petitions.services.registrar.attest(
            self.reference, person, Act.WITHDRAW, self.answer(person, Act.WITHDRAW)
        )

    def paper(self, person: str) -> None:
        iin = self.petitions.iins[self.people.index(person)]
        paper.enter(self.petitions.services, self.desk[0], self.reference, iin, form=person, witness="Серік Ахметов")

    def paper_back(self, person: str) -> None:
        services = self.petitions.services
        with services.database.read() as session:
            theirs = (PaperForm.petition_id == self.petitions.id(self.reference), PaperForm.form == person)
            found = session.exec(select(PaperForm.id).where(*theirs, col(PaperForm.withdrawn_at).is_(None))).first()
        if found is not None:
            paper.withdraw(services, self.desk[1], found, reason="A misread digit")

    def end(self, _person: str) -> None:
        self.petitions.change(self.reference, State.STOPPED)

    def network(self, person: str) -> bytes:
        return keys.network_hash(self.petitions.services.settings.keys_dir, person)

    def invalidate(self, person: str) -> None:
        """Of one network: a decision that two have taken, carried out. Who is not in the log yet is not looked at."""
        with self.petitions.services.database.read() as session:
            if not session.exec(
                select(LoggedSignature)
                .join(Signature, col(Signature.pseudonym) == col(LoggedSignature.pseudonym))
                .where(Signature.network == self.network(person))
            ).all():
                return
        self.carry_out(Filter(network=self.network(person).hex()), None)

    def reinstate(self, _person: str) -> None:
        if self.decisions:
            self.carry_out(None, self.decisions.pop())

    def carry_out(self, which: Filter | None, undoes: str | None) -> None:
        services, number = self.petitions.services, random.getrandbits(64)
        decision = f"{self.reference}-{number}"
        with services.database.uow() as tx:
            tx.add(
                Invalidation(
                    id=decision,
                    petition_id=self.petitions.id(self.reference),
                    act="invalidate" if undoes is None else "reinstate",
                    undoes=undoes,
                    code="automated",
                    reason="A program",
                    lang="en",
                    filter=json.dumps(None if which is None else which.as_members()),
                    upto=10**9,
                    decision="ab" * 32,
                    total=1,
                    decided_at=services.clock(),
                )
            )
            tx.commit()
        for batch in range(3):
            carrying_out.run(services, {"invalidation": decision, "batch": batch})
        if undoes is None:
            self.decisions.append(decision)

    def count(self, _person: str) -> None:
        counting.count(self.petitions.services)

    def log(self, _person: str) -> None:
        services = self.petitions.services
        batches.enter_batches(services)
        ledger.publish(services)
        verified.count_verified(services)

    def hour(self, _person: str) -> None:
        self.clock.advance(hours=1)
        self.log(_person)

    def die(self, person: str) -> None:
        """The worker, or the registrar, dies at some commit of a round, before or after it; another one goes on."""
        place = self.people.index(person)
        with pytest.MonkeyPatch.context() as patch, suppress(Crash):
            dies = dying(UnitOfWork.commit, when=1 + place // 2, persisted=place % 2 == 0)
            patch.setattr(UnitOfWork, "commit", dies)
            self.petitions.round()

    def settle(self) -> None:
        """Everything that is under way arrives."""
        for _ in range(4):
            self.clock.advance(hours=1, seconds=1)  # many petitions take turns by the second
            self.petitions.round()

    def holds(self) -> None:
        assert self.petitions.differences(self.reference) == []


@pytest.mark.sqlite
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, PEOPLE - 1)), max_size=12))
@example(of_one("sign", "hour", "hour", "invalidate", "withdraw", "reinstate"))
@example(of_one("sign", "hour", "hour", "invalidate", "withdraw", "sign", "reinstate"))
@example(of_one("sign", "hour", "hour", "invalidate", "lose_withdrawal", "hour", "lose", "hour", "hour", "reinstate"))
@example(of_one("paper", "end", "hour", "hour", "hour", "paper_back"))
@example(of_one("sign", "end", "hour", "hour", "hour", "withdraw"))
@example(of_one("lose", "end", "withdraw"))
def test_counts_are_what_a_recount_finds_whatever_happens(
    petitions: Petitions, clock: ManualClock, desk: Desk, known_code: None, steps: list[tuple[str, int]]
) -> None:
    people = petitions.residents(PEOPLE)
    course = Course(petitions, clock, petitions.make(), people, desk)
    for step, who in steps:
        course.do(step, who)
        course.holds()
    course.settle()
    course.holds()
    counts = petitions.counts(course.reference)
    assert counts.verified + counts.verified_paper == logged(petitions, course.reference), (
        "the fold is the recount over the log"
    )
    assert counts.verified == counts.electronic, "nothing that was promised is missing, and nothing else is counted"
    assert counts.verified_paper == counts.paper
    rows = signatures_of(petitions, course.reference)
    assert counts.electronic + counts.paper == sum(row.state == "valid" for row in rows)
    known = [row for row in rows if row.person_hash is not None]
    assert len({row.pseudonym for row in known}) == len({row.person_hash for row in known}), "one each, for good"


def signatures_of(petitions: Petitions, reference: str) -> list[Signature]:
    with petitions.services.database.read() as session:
        return list(session.exec(select(Signature).where(Signature.petition_id == petitions.id(reference))))


@pytest.mark.postgresql
def test_counts_are_what_a_recount_finds_when_all_happens_at_once(
    petitions: Petitions, clock: ManualClock, desk: Desk, known_code: None
) -> None:
    """Threads sign and withdraw, each several people; workers count, enter and read the log, and die meanwhile; and one
    carries out that signatures do not count, and that they do."""
    people, over = petitions.residents(12), threading.Event()
    reference, other = petitions.make(), petitions.make()
    course = Course(petitions, clock, reference, people, desk)
    failures: list[BaseException] = []

    def live(number: int) -> None:
        chance = random.Random(number)
        for _ in range(10):
            # Two threads have each person: a second browser.
            course.do(chance.choice(("sign", "sign", "withdraw", "lose")), chance.choice((number, number + 1)) % 12)

    def work(number: int) -> None:
        chance = random.Random(number)
        while not over.is_set():
            try:
                step = chance.choice((counting.count, batches.enter_batches, ledger.publish, verified.count_verified))
                step(petitions.services)
            except Exception as error:  # noqa: BLE001
                failures.append(error)

    def decide() -> None:
        chance = random.Random(99)
        while not over.is_set():
            try:
                course.do(chance.choice(("invalidate", "reinstate")), chance.randrange(12))
            except Exception as error:  # noqa: BLE001
                failures.append(error)

    with ThreadPoolExecutor(16) as pool:
        workers = [*(pool.submit(work, number) for number in range(3)), pool.submit(decide)]
        for one in [pool.submit(live, number) for number in range(12)]:
            one.result(600)
        over.set()
        for one in workers:
            one.result(600)
    assert failures == []
    course.holds()
    petitions.change(reference, State.MERGED)
    course.settle()
    course.holds()
    counts = petitions.counts(reference)
    assert counts.verified == logged(petitions, reference) == counts.electronic
    assert 0 < counts.electronic <= 12
    assert petitions.counts(other).electronic == 0
