"""How often codes may be asked for, by whom and from where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select
from tests.identity.conftest import Browser, browser_code, forms_of

from egov_participation.clock import ManualClock
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.identity import rules, service
from egov_participation.identity.keys import keys
from egov_participation.identity.service import limits
from egov_participation.identity.service.tokens import new_token
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.registry import fake
from egov_participation.registry.iin import Iin
from egov_participation.registry.rules import Entry
from egov_participation.services import Services
from egov_participation.throttle import Limit, LimitCount, throttle

NewBrowser = Callable[[], Browser]


def test_codes_for_one_iin_are_limited_alike_for_known_and_unknown(
    new_browser: NewBrowser, people: list[Entry], stranger: Entry, clock: ManualClock
) -> None:
    answers = []
    for iin in (people[0].iin.digits, stranger.iin.digits):
        for _ in range(rules.CODES_PER_HOUR.times):
            assert new_browser().give_iin(iin) == 303
        browser = new_browser()
        assert browser.give_iin(iin) == 429
        answers.append(browser.page)
        assert "Too many codes were asked for with this IIN" in browser.page
        assert iin not in browser.page
    assert answers[0] == answers[1]
    clock.advance(hours=1)
    assert new_browser().give_iin(people[0].iin.digits) == 303


@pytest.fixture
def ask(services: Services) -> Callable[..., None]:
    """Asks for a code from a new browser."""

    def ask(iin: Iin, network: str) -> None:
        with services.database.uow() as tx:
            service.begin(
                tx,
                keys(services.settings.keys_dir),
                iin,
                browser=new_token(),
                network=network,
                lang="en",
                next_path="/",
                now=services.clock(),
            )
            tx.commit()

    return ask


def test_codes_for_one_iin_are_limited_over_a_day_too(
    ask: Callable[..., None], people: list[Entry], clock: ManualClock
) -> None:
    clock.set(clock().replace(hour=0))
    for _ in range(rules.CODES_PER_DAY.times):
        clock.advance(minutes=12)
        ask(people[0].iin, "n")
    with pytest.raises(DomainError, match="today") as refusal:
        ask(people[0].iin, "n")
    assert (refusal.value.status, refusal.value.code) == (429, "sign_in.too_many")
    assert refusal.value.retry_after == 20 * 3600


def test_asking_for_codes_from_elsewhere_does_not_shut_the_owner_out_nor_flood_the_mailbox(
    ask: Callable[..., None], people: list[Entry], clock: ManualClock
) -> None:
    clock.set(clock().replace(hour=0))
    for _ in range(rules.CODES_PER_HOUR.times):
        ask(people[0].iin, "stranger")
    with pytest.raises(DomainError):
        ask(people[0].iin, "stranger")
    ask(people[0].iin, "owner")
    for number in range(rules.CODES_PER_HOUR.times + 1, rules.MAILS_PER_DAY.times):
        ask(people[0].iin, f"stranger {number}")
    with pytest.raises(DomainError, match="today"):
        ask(people[0].iin, "yet another stranger")


@pytest.mark.parametrize("known", [True, False])
def test_wrong_codes_for_an_iin_are_few_a_day_from_one_line_and_from_all_lines(
    services: Services, people: list[Entry], stranger: Entry, worker: Worker, outbox: NullMailer, known: bool
) -> None:
    iin = people[0].iin if known else stranger.iin
    ours, now = keys(services.settings.keys_dir), services.clock()

    def begin(network: str) -> None:
        with services.database.uow() as tx:
            service.begin(tx, ours, iin, browser=network, network=network, lang="en", next_path="/", now=now)
            tx.commit()

    def enter(network: str, code: str) -> service.SignedIn | service.Refused:
        with services.database.uow() as tx:
            outcome = service.enter_code(
                tx, ours, code, browser=network, network=network, agent="", replaced=None, now=now
            )
            tx.commit()
        return outcome

    def wrong_codes_from(network: str) -> int:
        for number in range(1000):
            try:
                if number % rules.CODE_TRIES == 0:
                    begin(network)
                enter(network, "wrong")
            except DomainError:
                return number
        return 1000

    assert wrong_codes_from("a") == rules.WRONG_PER_LINE.times
    # The owner, on a line of their own, signs in all the same, as often as they like.
    for _ in range(3):
        begin("owner")
        if known:
            worker.do_due_jobs()
            assert isinstance(enter("owner", browser_code(outbox)), service.SignedIn)
    begin("late")
    assert rules.WRONG_PER_LINE.times + sum(wrong_codes_from(f"b{n}") for n in range(9)) == rules.WRONG_PER_DAY.times
    with pytest.raises(DomainError, match="wrong codes"):
        enter("late", "even the right one")


def test_one_network_cannot_flood_mailboxes(services: Services, clock: ManualClock) -> None:
    ours = keys(services.settings.keys_dir)

    def begin(number: int, entry: Entry, network: str) -> None:
        service.begin(
            tx, ours, entry.iin, browser=f"{number:043}", network=network, lang="en", next_path="/", now=clock()
        )

    everybody = list(enumerate(fake.residents(rules.CODES_PER_NETWORK.times + 1)))
    with services.database.uow() as tx:
        for number, entry in everybody[:-1]:
            begin(number, entry, "192.0.2.1")
        with pytest.raises(DomainError, match="from your network"):
            begin(*everybody[-1], "192.0.2.1")
        begin(*everybody[-1], "192.0.2.2")


def test_a_limit_counts_each_one_apart_and_begins_anew_with_each_window(services: Services, clock: ManualClock) -> None:
    held, limit = throttle(services.settings.keys_dir), Limit("test", 2, timedelta(minutes=10), "test.code", "Enough.")

    def taken(tx: UnitOfWork, limit: Limit, subject: str) -> bool:
        try:
            held.take(tx, limit, subject, clock())
        except DomainError:
            return False
        return True

    with services.database.uow() as tx:
        assert [taken(tx, limit, "a") for _ in range(4)] == [True, True, False, False]
        assert taken(tx, limit, "b")
        assert taken(tx, replace(limit, name="other"), "a")
        clock.advance(minutes=10)
        assert taken(tx, limit, "a")
        tx.commit()
    with services.database.read() as session:
        assert {row.count for row in session.exec(select(LimitCount))} == {1, 2}


def test_wrong_codes_from_one_neighbourhood_cannot_shut_an_owner_out(
    services: Services, people: list[Entry], clock: ManualClock
) -> None:
    """Somebody with an IPv6 /48 has 65,536 lines, and may yet try no more than two of them for one IIN."""
    ours, now = keys(services.settings.keys_dir), clock()
    subject = ours.iin.hash(people[0].iin).hex()
    with services.database.uow() as tx:
        tried = 0
        for number in range(8):
            for _ in range(rules.WRONG_PER_LINE.times):
                try:
                    limits.take_for_line(
                        tx, ours.throttle, rules.WRONG_LIMITS, f"2001:db8:1:{number}::/64", now, subject
                    )
                    tried += 1
                except DomainError:
                    break
        assert tried == 2 * rules.WRONG_PER_LINE.times
        limits.check_for_line(tx, ours.throttle, rules.WRONG_LIMITS, "2001:db8:2:1::/64", now, subject)
        limits.check_for_line(tx, ours.throttle, rules.WRONG_LIMITS, "2001:db8:1:1::/64", now, "somebody else")
    assert rules.WRONG_LIMITS.around.times * 3 < rules.WRONG_PER_DAY.times


def test_a_neighbourhood_may_do_more_than_a_line_but_not_as_much_as_all_its_lines() -> None:
    for held in (
        *rules.CODE_LIMITS,
        rules.WRONG_LIMITS,
        rules.NETWORK_CODE_LIMITS,
        rules.NETWORK_TRY_LIMITS,
        rules.PASSKEY_LIMITS,
        rules.PROVIDER_LIMITS,
    ):
        assert held.line.times < held.around.times <= 5 * held.line.times
        assert held.line.window == held.around.window
        assert held.line.code == held.around.code == "sign_in.too_many"
        assert held.line.name != held.around.name


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:ffff::1", True),
        ("2001:db8:1::1", "2001:db8:2::1", False),
        ("192.0.2.1", "192.0.2.254", True),
        ("192.0.2.1", "192.0.3.1", False),
        ("::ffff:192.0.2.1", "192.0.2.7", True),
        ("testclient", "", True),
        ("testclient", "192.0.2.1", False),
    ],
)
def test_a_neighbourhood_is_an_ipv4_24_or_an_ipv6_48(one: str, other: str, same: bool) -> None:
    around = [rules.neighbourhood_of(rules.network_of(address)) for address in (one, other)]
    assert (around[0] == around[1]) is same


def test_who_asked_too_often_is_told_when_to_come_back(
    browser: Browser, people: list[Entry], clock: ManualClock
) -> None:
    clock.set(clock().replace(minute=20))
    for _ in range(rules.CODES_PER_HOUR.times):
        browser.give_iin(people[0].iin.digits)
    browser.get("/en/sign-in")
    fields = forms_of(browser.page)["/en/sign-in"] | {"iin": people[0].iin.digits}
    answer = browser.client.post("/en/sign-in", data=fields)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2400")
    assert "Wait an hour, then try again." in answer.text
    assert "few minutes" not in answer.text
    assert "Whoever has a passkey can sign in with it at any time." in answer.text
    assert 'href="http://localhost/en/sign-in?fresh=1"' in answer.text
    assert 'href="http://localhost/en/help/contact"' in answer.text


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("testclient", "", True),
    ],
)
def test_an_ipv6_line_is_its_first_64_bits(one: str, other: str, same: bool) -> None:
    assert (rules.network_of(one) == rules.network_of(other)) is same
