"""The registrar in a process of its own, as the platform sees it: `interface.Registrar` over HTTP on this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import httpx

from egov_crypto.group import Point
from egov_participation.registrar import petition_rules, replies, wire
from egov_participation.registrar.interface import (
    Act,
    Batch,
    Challenge,
    Opening,
    Progress,
    Roll,
    Signing,
    Voter,
    Way,
)
from egov_participation.registrar.line import SOCKET, Line, LineError

_QUICK: Final = 10.0
_PROVING: Final = 30.0
"""An electronic identity's provider is asked meanwhile."""
_LONG: Final = 300.0
"""Until the next part of an answer about a whole roll."""
_BATCH: Final = 1000


class RemoteRegistrar:
    """Asks the registrar's own process. Safe to share between threads.

    Args:
        url: ``unix:/PATH`` or ``http://127.0.0.1:PORT``.
        secret_file: with the shared secret; read at each question, so that it can be replaced.
    """

    inside = False

    def __init__(self, url: str, secret_file: Path) -> None:
        socket = url.removeprefix(SOCKET) if url.startswith(SOCKET) else None
        self._line = Line(url)
        # No proxy and no .netrc of the environment: what is asked here leaves no machine.
        self._http = httpx.Client(
            base_url="http://registrar" if socket else url,
            transport=httpx.HTTPTransport(uds=socket, retries=1, trust_env=False),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(_LONG, connect=2),
        )
        self._secret = wire.Secret(secret_file)
        self._key: str | None = None
        self._asking_key = threading.Lock()

    @property
    def key(self) -> str:
        with self._asking_key:
            if self._key is None:
                self._key = str(self._ask("key", {}))
            return self._key

    def prepare(
        self,
        vote: str,
        voters: Sequence[Voter],
        *,
        binding: bool,
        closes_at: datetime,
        progress: Progress | None = None,
    ) -> Roll:
        head = {"vote": vote, "binding": binding, "closes_at": wire.moment(closes_at)}
        items = ([voter.person_id, voter.weight, voter.territory] for voter in voters)
        content = _body(head, items, len(voters))
        with (
            _Answering(),
            self._http.stream("POST", "/v1/prepare", content=content, headers=self._headers()) as response,
        ):
            if response.status_code != 200:
                response.read()
                replies.raise_from(response.status_code, response.text)
            return _read_roll(response.iter_lines(), progress)

    def confirm(self, vote: str, setup: bytes) -> bytes:
        return replies.raw(self._ask("confirm", {"vote": vote, "setup": replies.to_base64(setup)}, _LONG))

    def activate(self, vote: str, setup_hash: str) -> None:
        self._ask("activate", {"vote": vote, "setup_hash": setup_hash})

    def discard(self, vote: str) -> None:
        self._ask("discard", {"vote": vote}, _LONG)

    def rehearsal_credentials(self, vote: str) -> dict[str, str]:
        found = replies.checked(self._ask("rehearsal_credentials", {"vote": vote}), lambda held: isinstance(held, dict))
        return {id_: replies.text(credential) for id_, credential in found.items()}

    def extend(self, vote: str, closes_at: datetime) -> None:
        self._ask("extend", {"vote": vote, "closes_at": wire.moment(closes_at)})

    def votes_of(self, person_id: str) -> list[str]:
        return replies.texts(self._ask("votes_of", {"person_id": person_id}))

    def is_on_roll(self, vote: str, person_id: str) -> bool:
        return replies.truth(self._ask("is_on_roll", {"vote": vote, "person_id": person_id}))

    def owns(self, vote: str, person_id: str, public_credential: str) -> bool:
        asked = {"vote": vote, "person_id": person_id, "public_credential": public_credential}
        return replies.truth(self._ask("owns", asked))

    def ways(self, vote: str, person_id: str) -> list[Way]:
        return replies.ways(self._ask("ways", {"vote": vote, "person_id": person_id}))

    def begin(self, vote: str, person_id: str, way: Way, *, lang: str) -> Challenge:
        asked = {"vote": vote, "person_id": person_id, "way": way.value, "lang": lang}
        return replies.challenge(self._ask("begin", asked))

    def prove(self, vote: str, person_id: str, answer: Mapping[str, str]) -> str:
        return replies.text(
            self._ask("prove", {"vote": vote, "person_id": person_id, "answer": dict(answer)}, _PROVING)
        )

    def credential(self, vote: str, person_id: str, release: str) -> str:
        return replies.text(self._ask("credential", {"vote": vote, "person_id": person_id, "release": release}))

    def enrol_passkey(self, person_id: str, credential_id: bytes, public_key: bytes, *, name: str) -> None:
        asked = {
            "person_id": person_id,
            "credential_id": replies.to_base64(credential_id),
            "public_key": replies.to_base64(public_key),
            "name": name,
        }
        self._ask("enrol_passkey", asked)

    def forget_passkey(self, person_id: str, credential_id: bytes) -> None:
        self._ask("forget_passkey", {"person_id": person_id, "credential_id": replies.to_base64(credential_id)})

    def passkey_from(self, person_id: str) -> datetime | None:
        found = self._ask("passkey_from", {"person_id": person_id})
        if found is None:
            return None
        try:
            moment = datetime.fromisoformat(replies.text(found))
        except ValueError:
            raise replies.unavailable(replies.Odd()) from None
        return replies.checked(moment, lambda at: at.tzinfo is not None)  # type: ignore[no-any-return]

    def block(self, vote: str, person_id: str) -> None:
        self._ask("block", {"vote": vote, "person_id": person_id})

    def destroy(self, vote: str) -> None:
        self._ask("destroy", {"vote": vote}, _LONG)

    def turnout(self, vote: str, voted: Sequence[str]) -> bytes:
        with _Answering():
            response = self._http.post(
                "/v1/turnout",
                content=_body({"vote": vote}, voted, len(voted)),
                headers=self._headers(),
            )
            return replies.raw(replies.result(response.status_code, response.text))

    def open_petition(
        self,
        petition: str,
        document: str,
        *,
        territory: str,
        min_age: int,
        ways: Sequence[Way],
        closes_at: datetime,
        regions: Mapping[str, str],
        generated: bool = False,
    ) -> bytes:
        if generated:
            raise petition_rules.no_generated()
        asked = {
            "petition": petition,
            "document": document,
            "territory": territory,
            "min_age": min_age,
            "ways": [way.value for way in ways],
            "closes_at": wire.moment(closes_at),
            "regions": dict(regions),
        }
        return replies.raw(self._ask("open_petition", asked))

    def close_petition(self, petition: str) -> None:
        self._ask("close_petition", {"petition": petition})

    def reopen_petition(self, petition: str, closes_at: datetime) -> None:
        self._ask("reopen_petition", {"petition": petition, "closes_at": wire.moment(closes_at)})

    def ways_petition(self, petition: str, person_id: str) -> list[Way]:
        return replies.ways(self._ask("ways_petition", {"petition": petition, "person_id": person_id}))

    def begin_petition(self, petition: str, person_id: str, act: Act, way: Way, *, lang: str) -> Challenge:
        asked = {"petition": petition, "person_id": person_id, "act": act.value, "way": way.value, "lang": lang}
        return replies.challenge(self._ask("begin_petition", asked))

    def attest(self, petition: str, person_id: str, act: Act, answer: Mapping[str, str]) -> bytes:
        asked = {"petition": petition, "person_id": person_id, "act": act.value, "answer": dict(answer)}
        return replies.raw(self._ask("attest", asked, _PROVING))

    def attest_by_code(self, signings: Sequence[Signing]) -> list[bytes | Exception]:
        asked = [{"petition": one.petition, "person_id": one.person_id, "answer": dict(one.answer)} for one in signings]
        found = self._ask("attest_by_code", {"signings": asked}, _PROVING)
        return replies.outcomes(found, len(signings))

    def attest_paper(self, petition: str, person_id: str, form: str) -> bytes:
        return replies.raw(self._ask("attest_paper", {"petition": petition, "person_id": person_id, "form": form}))

    def withdraw_paper(self, petition: str, person_id: str, form: str) -> bytes:
        return replies.raw(self._ask("withdraw_paper", {"petition": petition, "person_id": person_id, "form": form}))

    def batch(self, petition: str, after: int) -> Batch | None:
        return replies.batch(self._ask("batch", {"petition": petition, "after": after}, _PROVING))

    def open_entries(
        self, petition: str, pseudonyms: Sequence[str], *, audit: str, reveals: Sequence[str], entries: int
    ) -> list[Opening]:
        asked = {
            "petition": petition,
            "pseudonyms": list(pseudonyms),
            "audit": audit,
            "reveals": list(reveals),
            "entries": entries,
        }
        return replies.openings(self._ask("open_entries", asked, _LONG))

    def audit_answers(self, petition: str, audit: str) -> Mapping[str, bool | None]:
        return replies.answers(self._ask("audit_answers", {"petition": petition, "audit": audit}))

    def audit_question(self, token: str) -> tuple[str, bool]:
        return replies.question(self._ask("audit_question", {"token": token}))

    def answer_audit(self, token: str, signed: bool) -> None:
        self._ask("answer_audit", {"token": token, "signed": signed})

    def close(self) -> None:
        self._http.close()
        self._line.close()

    def _ask(self, method: str, content: Mapping[str, Any], seconds: float = _QUICK) -> Any:
        with _Answering():
            body = json.dumps(content).encode()
            status, answer = self._line.post(f"/v1/{method}", body, self._secret.read(), seconds)
            return replies.result(status, answer.decode(errors="replace"))

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._secret.read()}"}


class _Answering:
    """Whatever keeps the registrar from answering becomes one refusal, which says what to do."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, (httpx.HTTPError, httpx.InvalidURL, replies.Odd, *LineError)):
            raise replies.unavailable(error) from None


def _body(head: Mapping[str, Any], items: Iterable[object], count: int) -> Iterator[bytes]:
    yield wire.line(head)
    batch: list[bytes] = []
    for item in items:
        batch.append(wire.line(item))
        if len(batch) == _BATCH:
            yield b"".join(batch)
            batch = []
    yield b"".join(batch) + wire.line({"count": count})


def _read_roll(lines: Iterator[str], progress: Progress | None) -> Roll:
    """The lines of a roll that was prepared; what came counts for nothing unless the end counts it.

    To hand the roll over is half as much work as to prepare it.
    """
    head: tuple[int, str] | None = None
    public: list[tuple[Point, int]] = []
    tell = progress or (lambda _done, _total: None)
    for one in lines:
        match replies.read_json(one):
            case {"progress": [int(done), int(total)]}:
                tell(done, total + total // 2)
            case {"size": int(size), "hash": str(digest)}:
                head = size, digest
            case [str(point), int(weight)] if head is not None:
                public.append((replies.point(point), weight))
                if len(public) % _BATCH == 0:
                    tell(2 * head[0] + len(public), 3 * head[0])
            case {"count": int(count)} if head is not None and count == len(public) == head[0]:
                return Roll(head[0], head[1], public)
            case {"error": refusal}:
                raise replies.refusal(refusal)
            case {"wrong": str(words)}:
                raise ValueError(words)
            case _:
                raise replies.Odd
    raise replies.Odd
