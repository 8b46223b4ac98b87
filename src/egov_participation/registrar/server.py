"""The registrar's own process: `interface.Registrar` over HTTP, for the platform on the same machine alone.

Whoever asks shows the shared secret. What comes in is read strictly (`wire`); what goes wrong is said by its kind, and
no line of the log names a person, a vote's voter, a credential or what was asked with them.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import structlog
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.logs import describe
from egov_participation.outage import FULL, as_refusal
from egov_participation.registrar import wire
from egov_participation.registrar.interface import Challenge, Roll, Signing, Voter
from egov_participation.registrar.service import LocalRegistrar
from egov_participation.rounds import Rounds

log = structlog.get_logger()
SECRET_LENGTH: Final = 32
"""Characters that the shared secret has at least."""

Model = TypeVar("Model", bound=wire.Asked)


class BadRequest(Exception):
    """What came in is not as agreed. It says what kind of thing is wrong and quotes nothing."""


def read_secret(file: Path) -> str:
    """The secret that both sides share.

    Raises:
        ValueError: it is too short to be one.
        OSError: it cannot be read.
    """
    return _checked(wire.Secret(file).read())


def _checked(secret: str) -> str:
    if len(secret) < SECRET_LENGTH:
        raise ValueError(f"the secret must have at least {SECRET_LENGTH} characters")
    return secret


def create_app(registrar: LocalRegistrar, secret_file: Path, *, works: bool = True) -> Starlette:
    """The registrar as an application.

    Args:
        secret_file: read at each question, so that the secret can be replaced while it runs.
        works: whether it also sends its mails and deletes what is over, once a second.
    """
    handlers = _Handlers(registrar)
    routes = [Route(f"/v1/{name}", endpoint, methods=["POST"]) for name, endpoint in handlers.endpoints().items()]
    routes += [Route("/health", handlers.health)]

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        rounds = Rounds(registrar.work, "registrar", "registrar.work_failed")
        if works:
            rounds.start()
        try:
            yield
        finally:
            await run_in_threadpool(rounds.stop)
            registrar.close()

    return Starlette(
        routes=routes,
        lifespan=lifespan,
        middleware=[Middleware(_Guard, secret_file=secret_file)],
        exception_handlers={
            DomainError: _refused,
            BadRequest: _bad,
            ValueError: _bad,
            SQLAlchemyError: _failed,
            OSError: _failed,
            Exception: _failed,
        },
    )


class _Guard:
    """Lets nobody in who does not show the secret; everybody may ask whether the process is well."""

    def __init__(self, app: ASGIApp, secret_file: Path) -> None:
        self._app = app
        self._secret = wire.Secret(secret_file)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] != "/health" and not self._knows(scope):
            log.warning("registrar.stranger")
            await JSONResponse({"problem": "who asks?"}, 401)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _knows(self, scope: Scope) -> bool:
        shown = [value for name, value in scope["headers"] if name == b"authorization"]
        expected = b"Bearer " + _checked(self._secret.read()).encode("ascii")
        return len(shown) == 1 and hmac.compare_digest(shown[0], expected)


class _Handlers:
    """An endpoint a method."""

    def __init__(self, registrar: LocalRegistrar) -> None:
        self._registrar = registrar

    def endpoints(self) -> dict[str, Callable[[Request], Awaitable[Response]]]:
        """By the name of the method."""
        here = self._registrar
        return {
            "key": _plain(wire.Asked, lambda _: here.key),
            "confirm": _plain(wire.Confirming, lambda a: _text(here.confirm(a.vote, a.setup))),
            "activate": _plain(wire.Activating, lambda a: here.activate(a.vote, a.setup_hash)),
            "discard": _plain(wire.OfVote, lambda a: here.discard(a.vote)),
            "rehearsal_credentials": _plain(wire.OfVote, lambda a: here.rehearsal_credentials(a.vote)),
            "extend": _plain(wire.Extending, lambda a: here.extend(a.vote, a.closes_at)),
            "votes_of": _plain(wire.OfPerson, lambda a: here.votes_of(a.person_id)),
            "is_on_roll": _plain(wire.OfBoth, lambda a: here.is_on_roll(a.vote, a.person_id)),
            "owns": _plain(wire.Owning, lambda a: here.owns(a.vote, a.person_id, a.public_credential)),
            "ways": _plain(wire.OfBoth, lambda a: [str(way) for way in here.ways(a.vote, a.person_id)]),
            "begin": _plain(wire.Beginning, self._begin),
            "prove": _plain(wire.Proving, lambda a: here.prove(a.vote, a.person_id, a.answer)),
            "credential": _plain(wire.Showing, lambda a: here.credential(a.vote, a.person_id, a.release)),
            "enrol_passkey": _plain(
                wire.Enrolling,
                lambda a: here.enrol_passkey(a.person_id, a.credential_id, a.public_key, name=a.name),
            ),
            "forget_passkey": _plain(wire.Forgetting, lambda a: here.forget_passkey(a.person_id, a.credential_id)),
            "passkey_from": _plain(wire.OfPerson, lambda a: _moment(here.passkey_from(a.person_id))),
            "block": _plain(wire.OfBoth, lambda a: here.block(a.vote, a.person_id)),
            "destroy": _plain(wire.OfVote, lambda a: here.destroy(a.vote)),
            "open_petition": _plain(wire.Opening, self._open_petition),
            "close_petition": _plain(wire.OfPetition, lambda a: here.close_petition(a.petition)),
            "reopen_petition": _plain(wire.Reopening, lambda a: here.reopen_petition(a.petition, a.closes_at)),
            "ways_petition": _plain(
                wire.OfSigner, lambda a: [str(way) for way in here.ways_petition(a.petition, a.person_id)]
            ),
            "begin_petition": _plain(wire.BeginningAct, self._begin_petition),
            "attest": _plain(wire.Attesting, lambda a: _text(here.attest(a.petition, a.person_id, a.act, a.answer))),
            "attest_by_code": _plain(wire.AttestingByCode, self._attest_by_code),
            "attest_paper": _plain(
                wire.AttestingPaper, lambda a: _text(here.attest_paper(a.petition, a.person_id, a.form))
            ),
            "withdraw_paper": _plain(
                wire.AttestingPaper, lambda a: _text(here.withdraw_paper(a.petition, a.person_id, a.form))
            ),
            "batch": _plain(wire.Batching, self._batch),
            "open_entries": _plain(wire.OpeningEntries, self._open_entries),
            "audit_answers": _plain(wire.OfAudit, lambda a: dict(here.audit_answers(a.petition, a.audit))),
            "audit_question": _plain(wire.OfQuestion, lambda a: list(here.audit_question(a.token))),
            "answer_audit": _plain(wire.Answering, lambda a: here.answer_audit(a.token, a.signed)),
            "prepare": self._prepare,
            "turnout": self._turnout,
        }

    async def health(self, _: Request) -> Response:
        """Whether it is at the newest migration and can write."""
        try:
            database = self._registrar.means.database
            well = await run_in_threadpool(database.is_current)
            await run_in_threadpool(database.check_writable)
        except (SQLAlchemyError, OSError, ValueError) as error:
            log.warning("registrar.unwell", **describe(error))
            well = False
        return JSONResponse({"status": "ok" if well else "failing"}, 200 if well else 503)

    def _begin(self, asked: wire.Beginning) -> dict[str, str]:
        return _challenge(self._registrar.begin(asked.vote, asked.person_id, asked.way, lang=asked.lang))

    def _open_petition(self, asked: wire.Opening) -> str:
        rest = asked.model_dump(exclude={"petition", "document"})
        return _text(self._registrar.open_petition(asked.petition, asked.document, **rest))

    def _begin_petition(self, asked: wire.BeginningAct) -> dict[str, str]:
        return _challenge(
            self._registrar.begin_petition(asked.petition, asked.person_id, asked.act, asked.way, lang=asked.lang)
        )

    def _attest_by_code(self, asked: wire.AttestingByCode) -> list[dict[str, Any]]:
        """Of each what the answer to it alone would be."""
        found = self._registrar.attest_by_code(
            [Signing(one.petition, one.person_id, one.answer) for one in asked.signings]
        )
        return [_outcome(one) for one in found]

    def _batch(self, asked: wire.Batching) -> dict[str, Any] | None:
        found = self._registrar.batch(asked.petition, asked.after)
        return None if found is None else {"number": found.number, "attestations": found.attestations}

    def _open_entries(self, asked: wire.OpeningEntries) -> list[list[str]]:
        rest = asked.model_dump(include={"audit", "reveals", "entries"})
        found = self._registrar.open_entries(asked.petition, asked.pseudonyms, **rest)
        return [[opening.pseudonym, opening.iin, opening.proof] for opening in found]

    async def _prepare(self, request: Request) -> Response:
        lines = _lines(request)
        head = _parse(wire.Preparing, await _head(lines))
        voters = [_voter(item) async for item in _items(lines)]
        return StreamingResponse(self._preparing(head, voters), media_type="application/x-ndjson")

    async def _preparing(self, head: wire.Preparing, voters: list[Voter]) -> AsyncIterator[bytes]:
        """How far it is, a line each time; then the roll."""
        loop, said = asyncio.get_running_loop(), asyncio.Queue[tuple[int, int] | None]()

        def tell(step: tuple[int, int] | None) -> None:
            loop.call_soon_threadsafe(said.put_nowait, step)

        def work() -> Roll:
            try:
                return self._registrar.prepare(
                    head.vote,
                    voters,
                    binding=head.binding,
                    closes_at=head.closes_at,
                    progress=lambda done, total: tell((done, total)),
                )
            finally:
                tell(None)

        task = asyncio.create_task(run_in_threadpool(work))
        while (step := await said.get()) is not None:
            yield wire.line({"progress": step})
        try:
            roll = await task
        except DomainError as refusal:
            yield wire.line({"error": wire.error_to_json(refusal)})
            return
        except ValueError as error:
            yield wire.line({"wrong": str(error)})
            return
        except (SQLAlchemyError, OSError) as error:
            yield wire.line(_failure(error))
            return
        yield wire.line({"size": roll.size, "hash": roll.hash})
        for start in range(0, len(roll.public), 1000):
            yield b"".join(wire.line([point.text, weight]) for point, weight in roll.public[start : start + 1000])
        yield wire.line({"count": len(roll.public)})

    async def _turnout(self, request: Request) -> Response:
        lines = _lines(request)
        head = _parse(wire.OfVote, await _head(lines))
        voted = [item async for item in _items(lines)]
        if not all(isinstance(item, str) and len(item) <= 64 for item in voted):
            raise BadRequest("a credential is a text")
        raw = await run_in_threadpool(self._registrar.turnout, head.vote, voted)
        return JSONResponse({"result": _text(raw)})


def _plain(model: type[Model], answer: Callable[[Model], Any]) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that reads an object and answers with a result."""

    async def endpoint(request: Request) -> Response:
        content = b""
        async for part in request.stream():
            content += part
            if len(content) > wire.MAX_BODY:
                raise BadRequest("too long")
        asked = _parse(model, content)
        return JSONResponse({"result": await run_in_threadpool(answer, asked)})

    return endpoint


def _parse(model: type[Model], content: bytes) -> Model:
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        # Never the values: they are somebody's.
        wrong = sorted({".".join(map(str, problem["loc"])) or "the whole" for problem in error.errors()})
        raise BadRequest(f"not as agreed: {', '.join(wrong)[:200]}") from None


def _voter(item: object) -> Voter:
    match item:
        case [str(person_id), int(weight), str(territory)] if type(weight) is int and 0 < weight < 2**63:
            if len(person_id) <= 64 and len(territory.encode()) <= 32:
                return Voter(person_id, weight, territory)
    raise BadRequest("a voter is [person, weight, territory]")


async def _lines(request: Request) -> AsyncIterator[bytes]:
    rest = b""
    async for part in request.stream():
        *whole, rest = (rest + part).split(b"\n")
        if len(rest) > wire.MAX_LINE:
            raise BadRequest("a line is too long")
        for one in whole:
            yield one
    if rest:
        raise BadRequest("the last line has no end")


async def _head(lines: AsyncIterator[bytes]) -> bytes:
    async for one in lines:
        return one
    raise BadRequest("there is nothing")


async def _items(lines: AsyncIterator[bytes]) -> AsyncIterator[Any]:
    """What stands between the head and the end, which counts it."""
    count, end = 0, None
    async for one in lines:
        if end is not None or len(one) > wire.MAX_LINE or count > wire.MAX_ITEMS:
            raise BadRequest("the list goes on")
        try:
            item = json.loads(one)
        except ValueError:
            raise BadRequest("a line is not JSON") from None
        if isinstance(item, dict):
            end = _parse(wire.End, one)
            continue
        count += 1
        yield item
    if end is None or end.count != count:
        raise BadRequest("the list is not whole")


def _outcome(found: bytes | Exception) -> dict[str, Any]:
    if isinstance(found, bytes):
        return {"result": _text(found)}
    return {"error": wire.error_to_json(found)} if isinstance(found, DomainError) else _failure(found)


def _challenge(found: Challenge) -> dict[str, str]:
    return {
        "way": str(found.way),
        "id": found.id,
        "options": found.options,
        "nonce": found.nonce,
        "mailed_to": found.mailed_to,
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else wire.moment(at)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)
    return JSONResponse({"error": wire.error_to_json(error)}, int(error.status))


def _bad(_: Request, error: Exception) -> Response:
    log.warning("registrar.bad_request", **describe(error))
    return JSONResponse({"wrong": str(error) if isinstance(error, BadRequest) else "not as agreed"}, 400)


def _failed(_: Request, error: Exception) -> Response:
    return JSONResponse(_failure(error), 500)


def _failure(error: Exception) -> dict[str, Any]:
    """What is said of a failure here. A full disk is named: somebody has to make room, and waiting does not help."""
    log.warning("registrar.failed", **describe(error))
    outage = as_refusal(error)
    return {"error": wire.error_to_json(_no_room())} if outage is not None and outage.code == FULL else {"failed": True}


def _no_room() -> DomainError:
    return DomainError(
        503,
        N_(
            "The disk of the registrar, a program of its own beside this site, is full: it can record nothing new until"
            " its operator has made room. All that it recorded before is kept. Try again later."
        ),
        code="registrar.full",
        retry_after=60,
    )
