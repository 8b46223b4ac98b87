"""How often codes may be asked for, by whom and from where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select
from tests.identity.conftest import Browser

from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.identity import rules, service
from egov_participation.identity.keys import keys
from egov_participation.identity.models import LimitCount
from egov_participation.identity.service import limits
from egov_participation.identity.service.tokens import new_token
from egov_participation.registry import fake
from egov_participation.registry.rules import Entry
from egov_participation.services import Services

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


def test_codes_for_one_iin_are_limited_over_a_day_too(
    services: Services, people: list[Entry], clock: ManualClock
) -> None:
    ours = keys(services.settings.keys_dir)

    def ask() -> None:
        now, browser = clock.advance(minutes=12), new_token()
        service.begin(tx, ours, people[0].iin, browser=browser, network="n", lang="en", next_path="/", now=now)

    with services.database.uow() as tx:
        for _ in range(rules.CODES_PER_DAY.times):
            ask()
        with pytest.raises(DomainError, match="today") as refusal:
            ask()
    assert (refusal.value.status, refusal.value.code) == (429, "sign_in.too_many")


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
    ours, limit = keys(services.settings.keys_dir), rules.Limit("test", 2, timedelta(minutes=10))
    with services.database.uow() as tx:
        assert [limits.take(tx, ours, limit, "a", clock()) for _ in range(4)] == [True, True, False, False]
        assert limits.take(tx, ours, limit, "b", clock())
        assert limits.take(tx, ours, replace(limit, name="other"), "a", clock())
        assert limits.take(tx, ours, limit, "a", clock.advance(minutes=10))
        tx.commit()
    with services.database.read() as session:
        assert {row.count for row in session.exec(select(LimitCount))} == {1, 2}


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
