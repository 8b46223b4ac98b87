"""Several requests at the same moment, as from two tabs or from a program that tries its luck."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import pytest
from sqlmodel import col, select
from tests.identity.conftest import browser_code

from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.identity import rules, service
from egov_participation.identity.keys import keys as keys_of
from egov_participation.identity.models import LoginSession, SignIn
from egov_participation.identity.rules import Purpose
from egov_participation.identity.service import handoff, sessions
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.registry.rules import Entry
from egov_participation.services import Services, SessionInfo, Site

TIMES = 8


T = TypeVar("T")


def at_once(*functions: Callable[[], T]) -> list[T | str]:
    """What each returned, or the code of its refusal."""

    def one(function: Callable[[], T]) -> T | str:
        try:
            return function()
        except DomainError as refusal:
            return refusal.code

    with ThreadPoolExecutor(len(functions)) as pool:
        return list(pool.map(one, functions))


@pytest.fixture
def code(services: Services, people: list[Entry], worker: Worker, outbox: NullMailer, clock: ManualClock) -> str:
    """Of the sign-in that the browser ``b`` has begun."""
    begin(services, people[0], clock)
    worker.run_due()
    return browser_code(outbox)


def begin(services: Services, person: Entry, clock: ManualClock) -> None:
    with services.database.uow() as tx:
        service.begin(
            tx,
            keys_of(services.settings.keys_dir),
            person.iin,
            browser="b",
            network="127.0.0.1",
            lang="en",
            next_path="/en/me",
            now=clock(),
        )
        tx.commit()


def enter(services: Services, code: str, clock: ManualClock) -> service.SignedIn | service.Refused:
    with services.database.uow() as tx:
        outcome = service.enter_code(
            tx,
            keys_of(services.settings.keys_dir),
            code,
            browser="b",
            network="127.0.0.1",
            agent="",
            replaced=None,
            now=clock(),
        )
        tx.commit()
    return outcome


def signed_in(services: Services, code: str, clock: ManualClock) -> SessionInfo:
    outcome = enter(services, code, clock)
    assert isinstance(outcome, service.SignedIn)
    found = sessions.load_session(services, Site.MAIN, outcome.token)
    assert found is not None
    return found


def test_a_code_opens_one_session(services: Services, code: str, clock: ManualClock) -> None:
    outcomes = at_once(*[lambda: enter(services, code, clock)] * TIMES)

    assert sum(isinstance(outcome, service.SignedIn) for outcome in outcomes) == 1
    assert outcomes.count(service.Refused(0)) == TIMES - 1


def test_guesses_at_once_are_as_few_as_guesses_one_by_one(services: Services, code: str, clock: ManualClock) -> None:
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    outcomes = at_once(*[lambda: enter(services, wrong, clock)] * TIMES)

    left = [outcome.tries_left for outcome in outcomes if isinstance(outcome, service.Refused)]
    assert sorted(left, reverse=True)[: rules.CODE_TRIES] == list(range(rules.CODE_TRIES - 1, -1, -1))
    assert enter(services, code, clock) == service.Refused(0)


def test_beginning_twice_at_once_leaves_one_sign_in(
    services: Services, people: list[Entry], clock: ManualClock
) -> None:
    assert at_once(*[lambda: begin(services, people[0], clock)] * 3) == [None] * 3

    with services.database.read() as session:
        assert len(session.exec(select(SignIn)).all()) == 1


def test_a_hand_off_opens_one_booth(services: Services, code: str, clock: ManualClock) -> None:
    main = signed_in(services, code, clock)
    with services.database.uow() as tx:
        token = handoff.create_handoff(tx, main, "1" * 14, Purpose.BOOTH, lang="en", now=clock())
        tx.commit()

    def redeem() -> str:
        with services.database.uow() as tx:
            entered = handoff.redeem_handoff(tx, token, clock())
            tx.commit()
        return entered.vote

    assert sorted(at_once(*[redeem] * TIMES)) == ["1" * 14] + ["handoff.invalid"] * (TIMES - 1)


def test_no_booth_stays_open_behind_somebody_who_signs_out(
    services: Services, people: list[Entry], worker: Worker, outbox: NullMailer, clock: ManualClock
) -> None:
    for _ in range(4):
        begin(services, people[0], clock)
        worker.run_due()
        main = signed_in(services, browser_code(outbox), clock)
        with services.database.uow() as tx:
            token = handoff.create_handoff(tx, main, "1" * 14, Purpose.BOOTH, lang="en", now=clock())
            tx.commit()
        at_once(partial(redeem, services, token, clock), partial(sign_out, services, main))

        with services.database.read() as session:
            mine = select(LoginSession).where(col(LoginSession.parent) == main.token_hash)
            assert session.exec(mine).all() == []
            assert session.get(LoginSession, main.token_hash) is None


def redeem(services: Services, token: str, clock: ManualClock) -> None:
    with services.database.uow() as tx:
        handoff.redeem_handoff(tx, token, clock())
        tx.commit()


def sign_out(services: Services, main: SessionInfo) -> None:
    with services.database.uow() as tx:
        service.sign_out(tx, main)
        tx.commit()
