"""The data sets as files: they agree with each other and with the API, and hold nothing that is not public."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter

import pytest
from starlette.testclient import TestClient
from tests.opendata.conftest import ANSWER, SPITEFUL, Held, answer, report
from tests.opendata.reading import api_votes, lines, table
from tests.voting.making import make_vote, tallied

from egov_participation.jobs import Worker
from egov_participation.jurisdiction.territories import TERRITORIES
from egov_participation.ledger import service as ledger
from egov_participation.opendata import service
from egov_participation.opendata.datasets import DATASETS
from egov_participation.opendata.routes import files
from egov_participation.opendata.rules import Written, to_jsonl
from egov_participation.opendata.service import sources
from egov_participation.services import Services
from egov_participation.voting import service as voting


def test_tables_lines_and_the_api_say_the_same(held: Held) -> None:
    client, votes = held.client, held.votes
    for name in DATASETS:
        rows = lines(client, name)
        assert rows, name
        assert table(client, name) == rows, name
    api = {vote["uuid"]: vote for vote in api_votes(client)}
    assert lines(client, "votes") == list(api.values())
    assert set(api) == {votes.counted, votes.cancelled, votes.open.uuid}

    results = lines(client, "results")
    counted = api[votes.counted]
    assert [(row["answer"], row["votes"]) for row in results] == [(1, 1), (2, 0), (None, 1)]
    assert counted["result"] == [[results[-1]["votes"], *(row["votes"] for row in results[:-1])]]
    assert [row["answer_text"] for row in results[:-1]] == counted["questions"][0]["answers"]
    assert {row["vote"] for row in results} == {votes.counted}
    assert {row["percent"] for row in results} == {50.0, 0.0}

    regional = [{name: row[name] for name in ("territory", "territories", "voters", "registered")}
                for row in lines(client, "turnout")]  # fmt: skip
    assert regional == counted["turnout"]["by_region"]
    days = Counter({row["vote"]: row["ballots"] for row in lines(client, "ballots-by-day")})
    assert days == {votes.counted: counted["ballots"]}  # while a vote is open, nothing is told of its days
    trustees = [row | {"trustee": None} for row in lines(client, "trustees")]
    assert trustees == [
        {"vote": uuid, "trustee": None, **trustee} for uuid, vote in api.items() for trustee in vote["trustees"]
    ]
    for row in lines(client, "protocols"):
        vote = api[row["vote"]]
        assert {name: row[name] for name in ("signed_at", "hash", "key", "url", "pdf")} == {
            name: value for name, value in vote["protocol"].items() if name != "errata"
        }
        assert row["errata"] == len(vote["protocol"]["errata"]) == 1
    for row in lines(client, "archives"):
        vote = api[row["vote"]]
        assert (row["height"], row["hash"]) == (vote["head"]["height"], vote["head"]["hash"])
        assert (row["url"], row["state"]) == (vote["archive_url"], vote["state"])
        assert row["bytes"] == len(client.get(row["url"]).content)
        assert row["final"] is (row["vote"] != votes.open.uuid)
    shown = [
        {**incident, "vote": uuid}
        for uuid in api
        for incident in client.get(f"/api/v1/votes/{uuid}").json()["incidents"]
    ]
    assert lines(client, "incidents") == sorted(shown, key=lambda incident: incident["reference"])
    assert len(shown) == 2


def test_no_rehearsal_no_reporter_and_no_text_of_a_report_is_in_any_file(held: Held) -> None:
    for name in DATASETS:
        for ending in ("csv", "jsonl"):
            text = held.client.get(f"/data/{name}.{ending}").text
            for hidden in (held.votes.rehearsal, held.votes.mock, "what I saw", "mail.example", "a-member"):
                assert hidden not in text, name


def test_what_a_spreadsheet_would_compute_is_text_in_the_table_and_itself_in_the_lines(held: Held) -> None:
    client, votes = held.client, held.votes
    shown = client.get("/data/votes.csv").text
    assert f",'{SPITEFUL.kk}," in shown
    assert f",'{SPITEFUL.en}," in shown
    (row,) = [row for row in lines(client, "votes") if row["uuid"] == votes.open.uuid]
    assert row["title"] == SPITEFUL.as_dict()
    answered = {row["reference"]: row["answer"] for row in table(client, "incidents")}
    assert answered == {votes.answered: ANSWER, votes.waiting: None}


def test_a_column_for_everything_that_the_api_says_of_a_vote(held: Held) -> None:
    vote = held.client.get("/api/v1/votes").json()["votes"][0]
    known = {path for field in DATASETS["votes"].fields for path in (field.path, field.path.partition(".")[0])}
    nested = {f"{name}.{member}" for name in ("head", "turnout") for member in vote[name]}

    assert set(vote) | nested == known


def test_petitions_are_those_that_are_public_as_the_api_has_them(held: Held) -> None:
    api = held.client.get("/api/v1/petitions").json()["petitions"]
    rows = lines(held.client, "petitions")

    assert [row | {"territory": row["territory"] or ""} for row in rows] == api[::-1]
    assert [row["reference"] for row in rows] == ["P-2024-0001", "P-2024-0002"]
    assert set(api[0]) == {field.path for field in DATASETS["petitions"].fields}
    assert "'=1+1" in held.client.get("/data/petitions.csv").text
    of_regions = [(row["territory"], row["count"], row["paper"]) for row in lines(held.client, "petition-regions")]
    assert of_regions == [("KZ-75", 25, 2)]  # as the log has them: of the others nothing yet
    for name in DATASETS:
        assert "libel" not in held.client.get(f"/data/{name}.csv").text


def test_territories_are_those_of_the_tables(held: Held) -> None:
    rows = lines(held.client, "territories")
    assert [row["code"] for row in rows] == list(TERRITORIES)
    known = [row for row in rows if row["population"] is not None]
    for row in known:
        population = TERRITORIES[row["code"]].population
        assert population is not None
        assert (row["population"], row["population_source"]) == (population.people, population.source)
        assert row["population_date"] == population.date.isoformat()
    assert len(known) > 100


def test_files_are_read_and_sent_in_pieces(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = {name: held.client.get(f"/data/{name}.jsonl").text for name in ("votes", "incidents")}
    asked: list[int] = []

    def votes_among(services: Services, uuids: list[str]) -> object:
        asked.append(len(uuids))
        return among(services, uuids)

    among = voting.votes_among
    monkeypatch.setattr(sources, "PIECE", 1)
    monkeypatch.setattr(voting, "votes_among", votes_among)
    assert {name: held.client.get(f"/data/{name}.jsonl").text for name in whole} == whole
    assert asked == [1, 1, 1]

    sent = list(files._in_pieces("x" * 1000 for _ in range(1000)))
    assert b"".join(sent) == b"x" * 1_000_000
    assert max(map(len, sent)) < 70_000


def test_the_log_is_told_whole_up_to_its_checkpoint_and_by_type(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "ENTRIES", 3)
    size = int(held.client.get("/log/checkpoint").text.split("\n")[1])
    rows = lines(held.client, "log")
    assert [row["index"] for row in rows] == list(range(size))
    reader = csv.DictReader(io.StringIO(held.client.get("/data/log.csv").text, newline=""))
    for cells in reader:
        assert hashlib.sha256(b"\0" + cells["entry"].encode()).hexdigest() == cells["leaf"]
    types = {row["type"] for row in rows}
    assert {"vote.event", "vote.state"} <= types
    for type_ in types:
        answer = held.client.get(f"/data/log/{type_}.jsonl")
        assert answer.headers["content-type"] == "application/jsonl; charset=utf-8"
        assert [json.loads(line) for line in answer.text.splitlines()] == [row for row in rows if row["type"] == type_]


def test_what_is_published_while_the_log_is_sent_is_not_in_it(services: Services) -> None:
    make_vote(services, voters=1, trustees=1)
    ledger.publish(services)
    before = service.standing(services, "log")
    make_vote(services, voters=1, trustees=1)
    ledger.publish(services)

    assert len(list(before.rows())) == before.items < service.standing(services, "log").items


@pytest.mark.postgresql
def test_postgresql_says_the_same_too(client: TestClient, services: Services, worker: Worker) -> None:
    made = make_vote(services, voters=1, trustees=1)
    tallied(services, made)
    answer(services, report(services, made.uuid, 1))
    worker.run_due()
    ledger.publish(services)
    for name in DATASETS:
        assert table(client, name) == lines(client, name), name
    assert lines(client, "archives")[0]["sha256"] is not None
    assert len(lines(client, "incidents")) == 1
    assert client.get("/data/catalog.jsonld").status_code == client.get("/kk/feeds/votes.atom").status_code == 200


def test_what_is_written_already_is_not_written_again() -> None:
    raw = '{"a":"\u00e9\\n","b":[1,2]}'
    assert to_jsonl({"index": 1, "entry": Written(raw), "leaf": "ab"}) == f'{{"index":1,"entry":{raw},"leaf":"ab"}}\n'
