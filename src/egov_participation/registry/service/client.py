"""Asking a registry over HTTP. ``docs/registry.md`` is the contract; nothing here knows of the database."""

from __future__ import annotations

import random
import ssl
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from pathlib import Path
from typing import Final, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from egov_participation import metrics, tracing
from egov_participation.deadline import Deadline
from egov_participation.registry.iin import Iin, IinError
from egov_participation.registry.rules import Entry, parse_entry

LOOKUP: Final = "/v1/residents/lookup"
ELIGIBLE: Final = "/v1/residents/eligible"
STATUS: Final = "/v1/status"

ATTEMPTS: Final = 3
FIRST_WAIT: Final = 0.2
"""Seconds before the second attempt; before the third twice that. A random part is added."""
LARGEST_ANSWER: Final = 64 * 1024
"""Bytes of an answer about one person, or of one line of a list."""
LONGEST_ANSWER: Final = 10.0
"""Seconds that a question about one person may take, from asking to the answer's last byte."""
LONGEST_LIST: Final = 3600.0
"""The same of a list."""
_PASSING: Final = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}

_NO_LISTS: Final = {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED}

Model = TypeVar("Model", bound=BaseModel)


class NoLists(Exception):
    """The registry answers questions about one person and makes no lists."""


class Unanswered(Exception):
    """The registry did not answer, or not as the contract says. Never names whom it was asked about."""

    def __init__(self, problem: str, retry_after: int = 0) -> None:
        super().__init__(problem)
        self.retry_after = retry_after
        """Seconds that it asks to be left alone for; 0 if it does not."""


@dataclass(frozen=True, slots=True)
class Access:
    """How a registry is reached."""

    url: str
    token_file: Path
    """Read at each question, so that a token can be replaced while the platform runs."""
    ca_file: Path | None = None
    connect_seconds: float = 2.0
    answer_seconds: float = 5.0
    whole_seconds: float = LONGEST_ANSWER


class _Answer(BaseModel):
    """An answer to a lookup. Members that are not named are passed over, and kept nowhere."""

    model_config = ConfigDict(strict=True, extra="ignore")

    iin: str
    family_name: str
    given_name: str
    patronymic: str | None = None
    birth_date: str
    mail: str | None = None
    territory: str
    district: str | None = None
    address: str | None = None
    language: str | None = None


class _Line(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    iin: str


class _End(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    count: int = Field(ge=0)


class _Status(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    api: int
    name: str = ""
    residents: int | None = None


class RegistryClient:
    """Asks one registry.

    Args:
        sleep: waits between two attempts.
        chance: a number from 0 to 1 for the random part of a wait.
    """

    def __init__(
        self,
        access: Access,
        *,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._access = access
        self._sleep = sleep
        self._chance = chance
        context = ssl.create_default_context(cafile=access.ca_file) if access.ca_file else True
        # No proxy and no .netrc of the environment: an IIN goes to the registry and nowhere else.
        self._http = httpx.Client(
            base_url=access.url,
            verify=context,
            limits=httpx.Limits(max_keepalive_connections=0),  # as `Deadline` needs
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(access.answer_seconds, connect=access.connect_seconds),
            headers={"Accept": "application/json", "User-Agent": "egov-participation"},
        )

    def lookup(self, iin: Iin, today: date) -> Entry | None:
        """What the registry holds on the person with that IIN; None if there is no such person in it.

        Raises:
            EntryError: it holds something that cannot be right, such as another date of birth than the IIN's.
            Unanswered: see the class.
        """
        status, content = self._ask("POST", LOOKUP, {"iin": iin.digits})
        if status == HTTPStatus.NOT_FOUND:
            return None
        answer = _parse(_Answer, content)
        if answer.iin != iin.digits:
            raise Unanswered("the answer is about somebody else")
        return parse_entry({name: value or "" for name, value in answer.model_dump().items()}, today, mail_needed=False)

    def eligible(self, born_by: date, territories: Collection[str]) -> Iterator[Iin]:
        """The IINs of all who were born by that day and live in one of those territories (none: anywhere).

        What has been handed out counts for nothing unless the iterator ends without an error.

        Raises:
            NoLists: there is nothing at that address (404, 405 or 501).
            Unanswered: see the class; also if fewer came than the registry counted.
        """
        content = {"born_by": born_by.isoformat(), "territories": sorted(territories)}
        with self._stream("POST", ELIGIBLE, content, LONGEST_LIST, accept="application/x-ndjson") as response:
            if response.status_code in _NO_LISTS:
                raise NoLists
            if response.status_code != HTTPStatus.OK:
                raise _refusal(response)
            count = 0
            end: _End | None = None
            for line in _lines(response):
                if end is not None:
                    raise Unanswered("the list goes on behind its end")
                if line.startswith(b'{"count"'):
                    end = _parse(_End, line)
                    continue
                try:
                    yield Iin.parse(_parse(_Line, line).iin)
                except IinError as error:
                    raise Unanswered(f"line {count + 1} of the list: {error}") from None
                count += 1
        if end is None or end.count != count:
            raise Unanswered("the list is not whole: its last line must count the others")

    def status(self) -> tuple[str, int | None]:
        """The registry's name and how many people are in it, if it says so.

        Raises:
            Unanswered: see the class; also where it speaks another version.
        """
        status, content = self._ask("GET", STATUS, None)
        if status == HTTPStatus.NOT_FOUND:
            raise Unanswered(f"there is nothing at {STATUS}")
        answer = _parse(_Status, content)
        if answer.api != 1:
            raise Unanswered(f"it speaks version {answer.api} and not 1")
        return answer.name, answer.residents

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _ask(self, method: str, path: str, content: object) -> tuple[int, bytes]:
        """`_answer`, timed and counted."""
        start, outcome = time.perf_counter(), "failed"
        try:
            with tracing.part("register"):
                status, answer = self._answer(method, path, content)
            outcome = "found" if status == HTTPStatus.OK else "unknown"
            return status, answer
        finally:
            metrics.registry_call(outcome, time.perf_counter() - start)

    def _answer(self, method: str, path: str, content: object) -> tuple[int, bytes]:
        """Status 200 or 404, and the body; what may pass by itself is tried again."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self._stream(method, path, content, self._access.whole_seconds) as response:
                    if response.status_code in (HTTPStatus.OK, HTTPStatus.NOT_FOUND):
                        return response.status_code, _body(response)
                    failure = _refusal(response)
                    passing = response.status_code in _PASSING and not failure.retry_after
            except Unanswered as error:
                failure, passing = error, isinstance(error.__cause__, httpx.TransportError)
            if not passing or attempt == ATTEMPTS:
                raise failure
            self._sleep(FIRST_WAIT * 2 ** (attempt - 1) * (1 + self._chance()))
        raise AssertionError("the loop ends with an answer or an error")

    @contextmanager
    def _stream(
        self, method: str, path: str, content: object, seconds: float, accept: str = "application/json"
    ) -> Iterator[httpx.Response]:
        try:
            token = self._access.token_file.read_text("ascii").strip()
        except (OSError, ValueError) as error:
            raise Unanswered(f"the token's file cannot be read ({type(error).__name__})") from error
        try:
            deadline, headers = Deadline(seconds), {"Authorization": f"Bearer {token}", "Accept": accept}
            with (
                deadline,
                self._http.stream(
                    method, path, json=content, headers=headers, extensions={"trace": deadline.watch}
                ) as response,
            ):
                yield response
                deadline.check()  # what was cut off may look like an end
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            if deadline.is_over:
                raise Unanswered("the answer comes too slowly") from None
            # The text of such an error may hold what was sent.
            raise Unanswered(f"no answer ({type(error).__name__})") from error


def _refusal(response: httpx.Response) -> Unanswered:
    asked_for = response.headers.get("Retry-After", "")
    pause = int(asked_for) if asked_for.isascii() and asked_for.isdecimal() and len(asked_for) < 7 else 0
    return Unanswered(f"it answered with status {response.status_code}", pause)


def _body(response: httpx.Response) -> bytes:
    parts: list[bytes] = []
    size = 0
    for part in response.iter_bytes(16 * 1024):
        parts.append(part)
        size += len(part)
        if size > LARGEST_ANSWER:
            raise Unanswered(f"the answer is longer than {LARGEST_ANSWER} bytes")
    return b"".join(parts)


def _lines(response: httpx.Response) -> Iterator[bytes]:
    """The lines of a list, empty ones left out; one without an end is refused before it fills the memory."""
    rest = b""
    for part in response.iter_bytes(64 * 1024):
        *whole, rest = (rest + part).split(b"\n")
        if len(rest) > LARGEST_ANSWER:
            raise Unanswered(f"a line is longer than {LARGEST_ANSWER} bytes")
        yield from (line for line in whole if line.strip())
    if rest.strip():
        yield rest


def _parse(model: type[Model], content: bytes) -> Model:
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        # Never the values: they are somebody's data.
        wrong = sorted({".".join(map(str, problem["loc"])) or "the whole" for problem in error.errors()})
        raise Unanswered(f"the answer is not as agreed: {', '.join(wrong)[:200]}") from None
