"""A provider that is slow or away holds nobody up for long, and is not asked by everybody at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from tests.dripping import HEADS, dripping
from tests.identity.provider import Claims, TestProvider, running

from egov_participation.identity.openid import provider as module
from egov_participation.identity.openid.errors import Unreachable
from egov_participation.identity.openid.provider import Config, Provider

METADATA = "/.well-known/openid-configuration"


@pytest.fixture
def there() -> Iterator[TestProvider]:
    with running(lambda: datetime.now(UTC)) as provider:
        yield provider


def client(issuer: str) -> Provider:
    return Provider(Config(issuer, "egov", "secret", "http://localhost/answer", "iin"))


def address(provider: Provider) -> str:
    return provider.authorization_url("state", "nonce", "verifier", "en").partition("?")[0]


@contextmanager
def held_up(there: TestProvider) -> Iterator[threading.Event]:
    """The provider answers when the event is set; it is at the end."""
    go_on, answer = threading.Event(), there.answer

    def late(path: str, form: dict[str, str], authorization: str) -> tuple[int, Claims]:
        go_on.wait()
        return answer(path, form, authorization)

    there.answer = late  # type: ignore[method-assign]
    try:
        yield go_on
    finally:
        go_on.set()


def until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + 240
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_while_one_asks_anew_the_others_go_on_with_the_older_copy(
    there: TestProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever waited for the one would wait longer than the slowest machine needs for the rest.
    monkeypatch.setattr(module, "_WAIT", 60.0)
    provider = client(there.issuer)
    address(provider)
    provider._ask_again_at = 0
    with held_up(there) as go_on:
        first = threading.Thread(target=address, args=(provider,))
        first.start()
        until(provider._asking.locked)
        begun = time.monotonic()
        assert [address(provider) for _ in range(20)] == [f"{there.issuer}/authorize"] * 20
        assert time.monotonic() - begun < 30
        assert first.is_alive()
        go_on.set()
        first.join()
    assert there.asked.count(METADATA) == 2


def test_while_the_first_copy_is_fetched_others_are_told_soon_that_it_takes_too_long(
    there: TestProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_WAIT", 0.05)
    provider = client(there.issuer)
    with held_up(there) as go_on:
        first = threading.Thread(target=address, args=(provider,))
        first.start()
        until(provider._asking.locked)
        with pytest.raises(Unreachable, match=r"provider\.busy"):
            address(provider)
        go_on.set()
        first.join()
    assert address(provider) == f"{there.issuer}/authorize"
    assert there.asked.count(METADATA) == 1


def test_a_provider_that_fails_is_left_alone_for_a_while_as_long_as_there_is_a_copy(there: TestProvider) -> None:
    provider = client(there.issuer)
    address(provider)
    provider._ask_again_at = 0
    there.failing = 500
    for _ in range(5):
        assert address(provider) == f"{there.issuer}/authorize"
    assert there.asked.count(METADATA) == 2


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_an_answer_that_comes_a_byte_at_a_time_is_given_up(head: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the time for the whole of it; byte by byte it would be waited for until the server has said enough."""
    monkeypatch.setattr(module, "_LONGEST", 0.3)
    with dripping(head) as url:
        begun = time.monotonic()
        with pytest.raises(Unreachable, match=r"provider\.unreachable"):
            address(client(url))
        took = time.monotonic() - begun
    assert 0.25 < took < 20
