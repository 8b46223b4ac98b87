"""A vote's page of evidence, and what stands on it as files: enough to prove what we say, and to catch us."""

from __future__ import annotations

import hashlib
import io
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from crypto.tests.commands import run
from starlette.testclient import TestClient
from tests.voting.making import NO, YES, MadeVote, archive_of, make_vote, tallied
from tests.voting.protocols import sign
from tests.voting_web.test_pages import text_of

from egov_crypto import protocol, setup, since
from egov_crypto.archive import setup_end
from egov_crypto.verify import verify_archive
from egov_participation.clock import ManualClock
from egov_participation.i18n import LANGUAGES
from egov_participation.incidents import service as incidents
from egov_participation.incidents.rules import Kind
from egov_participation.services import Services
from egov_participation.voting import service
from egov_participation.voting.texts import Texts


def ungapped(page: str) -> str:
    return re.sub(r"</?span>", "", page)


@pytest.mark.both
def test_the_heads_tell_each_days_end_and_each_event_and_nothing_finer_of_ballots(
    client: TestClient, services: Services, vote: MadeVote, clock: ManualClock
) -> None:
    long = make_vote(services, lasts=timedelta(days=3), trustees=1)
    for day, voters in enumerate(((0, 1, 0), (2,))):
        clock.advance(days=day)
        for voter in voters:
            service.cast(services, long.uuid, long.people[voter], long.ballot(voter))
    tallied(services, long)
    answer = client.get(f"/votes/{long.uuid}/heads.json")
    found = answer.json()

    kinds = [(head["height"], head["type"], head["day"] is not None) for head in found["heads"]]
    assert kinds == [
        (0, "Setup", False), (3, "Ballot", True), (4, "Ballot", True), (5, "EndBallots", False),
        (6, "EncryptedTally", False), (7, "PartialDecryption", False), (8, "Result", False),
    ]  # fmt: skip
    assert answer.headers["access-control-allow-origin"] == "*"
    assert client.get(answer.url.path, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    page = ungapped(client.get(f"/en/votes/{long.uuid}/verify").text)
    assert all(head["hash"] in page for head in found["heads"])


def test_kept_heads_prove_growth_and_a_changed_archive_is_caught_by_them(
    client: TestClient, services: Services, vote: MadeVote, tmp_path: Path
) -> None:
    service.cast(services, vote.uuid, vote.people[0], vote.ballot(0))
    kept = tmp_path / "heads.json"
    kept.write_bytes(client.get(f"/votes/{vote.uuid}/heads.json").content)
    before = archive_of(services, vote.uuid)
    service.cast(services, vote.uuid, vote.people[1], vote.ballot(1))
    now = tmp_path / "now.bel"
    now.write_bytes(archive_of(services, vote.uuid))

    done = run("egov-verify", "vote", "--json", "--since", kept, now)
    assert (done.status, json.loads(done.out)["since"]["height"]) == (0, 1)
    dropped = service.archive_file(services, vote.uuid)
    assert dropped.size > len(before)
    now.write_bytes(b"".join(dropped.chunks(0, len(before)))[: _setup_size(before)])
    done = run("egov-verify", "vote", "--json", "--since", kept, now)
    assert (done.status, json.loads(done.out)["failure"]["code"]) == (1, "since.shorter")


def _setup_size(raw: bytes) -> int:
    end = setup_end(io.BytesIO(raw))
    assert end is not None
    return end


def test_all_that_stands_beside_the_archive_holds_against_it(
    client: TestClient, services: Services, vote: MadeVote
) -> None:
    for voter, choice in ((0, YES), (1, NO)):
        service.cast(services, vote.uuid, vote.people[voter], vote.ballot(voter, choice))
    tallied(services, vote)
    sign(services, vote.uuid)
    where = f"/votes/{vote.uuid}"
    raw = {name: client.get(f"{where}/{name}.json").content for name in ("setup", "registrar", "turnout", "protocol")}
    file = io.BytesIO(client.get(f"{where}/archive.bel").content)
    verified = verify_archive(file)

    document = setup.parse(raw["setup"])
    setup.check(document, file, verified)
    setup.check_confirmation(raw["registrar"], document)
    assert sum(group[1] for group in setup.check_turnout(raw["turnout"], document, verified)) == 2
    signed = protocol.parse_and_verify(raw["protocol"])
    protocol.check(signed, file, verified, document)
    assert signed.key == service.protocol_key(services)
    page = ungapped(client.get(f"/en{where}/verify").text)
    for number in (document.hash, document.roll_hash, document.registrar, signed.hash, signed.key):
        assert number in page
    assert document.hash == hashlib.sha256(raw["setup"]).hexdigest()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_was_decided_and_why_and_which_incidents_there_were_stands_there(
    lang: str, client: TestClient, services: Services, vote: MadeVote, clock: ManualClock
) -> None:
    reason = Texts("Су тасқыны", "Наводнение", "A flood")
    closes = service.vote(services, vote.uuid).closes_at
    with services.database.uow() as tx:
        service.extend(services, tx, vote.uuid, closes + timedelta(days=1), reason, "ab" * 32)
        number = incidents.report(
            tx, services, once="cd" * 16, vote_uuid=vote.uuid, kind=Kind.ACCESS, text="Мәтін <secret>",
            mail="", person=None, network="203.0.113.7", lang=lang,
        )  # fmt: skip
        tx.commit()
    page = client.get(f"/{lang}/votes/{vote.uuid}/verify").text

    assert reason.of(lang) in text_of(page)
    assert number in page
    assert "secret" not in page


def test_a_cancelled_vote_owes_nobody_a_decryption(client: TestClient, services: Services, vote: MadeVote) -> None:
    with services.database.uow() as tx:
        service.cancel(services, tx, vote.uuid, Texts("Қате", "Ошибка", "A mistake"), "ab" * 32)
        tx.commit()
    text = text_of(client.get(f"/en/votes/{vote.uuid}/verify").text)

    assert "nobody owes a decryption" in text
    assert "A mistake" in text


def test_no_head_of_an_unknown_vote(client: TestClient, services: Services) -> None:
    for page in ("/votes/11111111111111/heads.json", "/en/votes/11111111111111/verify"):
        assert client.get(page).status_code == 404


def test_since_reads_what_the_site_writes(client: TestClient, vote: MadeVote) -> None:
    kept = since.parse_head(client.get(f"/votes/{vote.uuid}/heads.json").text)
    assert kept.heads == {0: client.get(f"/api/v1/votes/{vote.uuid}").json()["head"]["hash"]}
    assert since.parse_head(client.get(f"/api/v1/votes/{vote.uuid}").text) == kept
