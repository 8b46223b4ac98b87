"""Whoever signs in learns nothing of whether an IIN is in the register: not by what is answered, nor by the work done.

Known and unknown go the same way side by side, step by step; status, headers and body are compared whole, and the work
by the statements that are run and the slow hashes that are made, since a wall clock would tell less and fail by chance.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx2 as httpx
import nacl.pwhash
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine
from tests.identity.conftest import Browser, forms_of

from egov_participation.clock import ManualClock
from egov_participation.identity import rules
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.registry.rules import Entry

pytestmark = pytest.mark.sqlite
NewBrowser = Callable[[], Browser]
RANDOM = re.compile(r"(?<![\w-])(?:[0-9a-f]{64}|[\w-]{43})(?![\w-])|(?<=\?v=)[0-9a-f]{12}")
"""Tokens of forms and cookies: each browser's own. And versions of static files, which are looked at anew each second:
somebody who saves one while the tests run would else make two pages differ."""


@dataclass
class Work:
    """What a step costs."""

    statements: list[str] = field(default_factory=list)
    slow_hashes: int = 0


@contextmanager
def measured(monkeypatch: pytest.MonkeyPatch) -> Iterator[Work]:
    """Count the SQL and the Argon2 calls of whatever is done meanwhile, by any thread."""
    work = Work()

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        work.statements.append(statement)

    def counted(real: Callable[..., bytes]) -> Callable[..., bytes]:
        def call(*args: object, **named: object) -> bytes:
            work.slow_hashes += 1
            return real(*args, **named)

        return call

    with monkeypatch.context() as patch:
        for name in ("kdf", "str", "verify"):
            patch.setattr(nacl.pwhash.argon2id, name, counted(getattr(nacl.pwhash.argon2id, name)))
        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield work
        finally:
            event.remove(Engine, "before_cursor_execute", note)


def whole(response: httpx.Response) -> tuple[int, list[tuple[str, str]], str]:
    """Status, headers and body, without what is random in them."""
    headers = [(name, RANDOM.sub("…", value)) for name, value in response.headers.multi_items()]
    return response.status_code, sorted(headers), RANDOM.sub("…", response.text)


@dataclass
class Pair:
    """Somebody known and somebody unknown, who do the same."""

    known: Browser
    unknown: Browser
    monkeypatch: pytest.MonkeyPatch = field(repr=False)
    steps: int = 0

    def both(self, step: Callable[[Browser], httpx.Response]) -> httpx.Response:
        """Take a step with both, and compare what comes of it; the answer to the known one."""
        answers, works = [], []
        for browser in (self.known, self.unknown):
            with measured(self.monkeypatch) as work:
                response = step(browser)
            browser.page = response.text
            answers.append(response)
            works.append(work)
        assert whole(answers[0]) == whole(answers[1])
        assert works[0] == works[1]
        self.steps += 1
        return answers[0]

    def get(self, path: str) -> httpx.Response:
        return self.both(lambda browser: browser.client.get(path))

    def post(self, action: str, **fields: str) -> httpx.Response:
        return self.both(lambda browser: browser.client.post(action, data=forms_of(browser.page)[action] | fields))

    def give_iins(self, known: Entry, unknown: Entry) -> httpx.Response:
        """Page one."""
        iins = {id(self.known): known.iin.digits, id(self.unknown): unknown.iin.digits}
        self.get("/en/sign-in")
        return self.both(
            lambda browser: browser.client.post(
                "/en/sign-in", data=forms_of(browser.page)["/en/sign-in"] | {"iin": iins[id(browser)]}
            )
        )


@pytest.fixture
def pair(new_browser: NewBrowser, people: list[Entry], monkeypatch: pytest.MonkeyPatch, worker: Worker) -> Pair:
    # The first of all opens the counts of this network, which all others go on with.
    first = new_browser()
    first.give_iin(people[1].iin.digits)
    worker.run_due()
    first.give_code("000000")
    return Pair(new_browser(), new_browser(), monkeypatch)


def wrong_code(outbox: NullMailer) -> str:
    """A code that was mailed to nobody."""
    sent = {code for mail in outbox.sent for code in re.findall(r"\b\d{6}\b", mail.text)}
    return next(code for code in ("000000", "000001", "000002", "000003", "000004", "000005") if code not in sent)


def test_every_step_from_the_iin_to_the_last_wrong_code_is_alike(
    pair: Pair, people: list[Entry], stranger: Entry, worker: Worker, outbox: NullMailer
) -> None:
    before = len(outbox.sent)
    assert pair.give_iins(people[0], stranger).status_code == 303
    assert pair.get("/en/sign-in/code").status_code == 200
    worker.run_due()
    assert [mail.to for mail in outbox.sent[before:]] == [people[0].mail]
    assert pair.get("/en/sign-in/code").status_code == 200
    assert pair.post("/en/sign-in/code", code="12").status_code == 422
    for left in range(rules.CODE_TRIES - 1, -1, -1):
        answer = pair.post("/en/sign-in/code", code=wrong_code(outbox))
        assert answer.status_code == 422
        assert ("This code no longer works" in answer.text) is (left == 0)
    # The next code, and wrong ones again.
    assert pair.post("/en/sign-in/again").status_code == 303
    assert "A new code is on its way" in pair.get("/en/sign-in/code?again=1").text
    worker.run_due()
    assert pair.post("/en/sign-in/code", code=wrong_code(outbox)).status_code == 422
    assert pair.steps > 10


def test_a_code_that_came_too_late_is_answered_alike(
    pair: Pair,
    new_browser: NewBrowser,
    people: list[Entry],
    stranger: Entry,
    worker: Worker,
    clock: ManualClock,
    outbox: NullMailer,
) -> None:
    pair.give_iins(people[0], stranger)
    pair.get("/en/sign-in/code")
    worker.run_due()
    clock.advance(minutes=11)
    # The counts of this line begin anew; somebody else opens them.
    other = new_browser()
    other.give_iin(people[1].iin.digits)
    other.give_code(wrong_code(outbox))
    assert "This code no longer works" in pair.post("/en/sign-in/code", code=wrong_code(outbox)).text
    assert pair.get("/en/sign-in/code").status_code == 303


def test_the_limit_of_codes_is_answered_alike(pair: Pair, people: list[Entry], stranger: Entry, worker: Worker) -> None:
    for _ in range(rules.CODES_PER_HOUR.times):
        assert pair.give_iins(people[0], stranger).status_code == 303
    worker.run_due()
    assert pair.give_iins(people[0], stranger).status_code == 429


def test_the_limit_of_wrong_codes_is_answered_alike(
    pair: Pair, people: list[Entry], stranger: Entry, worker: Worker, outbox: NullMailer
) -> None:
    pair.give_iins(people[0], stranger)
    pair.get("/en/sign-in/code")
    for number in range(rules.WRONG_PER_LINE.times):
        if number % rules.CODE_TRIES == 0:
            pair.post("/en/sign-in/again")
            pair.get("/en/sign-in/code")
            worker.run_due()
        assert pair.post("/en/sign-in/code", code=wrong_code(outbox)).status_code == 422
    assert pair.post("/en/sign-in/again").status_code == 429


def test_no_request_of_signing_in_asks_the_register(
    pair: Pair, people: list[Entry], stranger: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    with measured(monkeypatch) as work:
        pair.give_iins(people[0], stranger)
        pair.get("/en/sign-in/code")
        pair.post("/en/sign-in/code", code="000000")
        pair.post("/en/sign-in/again")
    assert work.statements
    assert not [text for text in work.statements if "registry_resident" in text or "registry_own_contact" in text]
