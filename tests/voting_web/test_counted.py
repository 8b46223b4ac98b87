"""Votes with rankings, grades and lists, once they are counted: pages, charts, files and protocol say the same."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from hashlib import sha256
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.voting.elections import CAST, NAMES, QUESTIONS, held
from tests.voting.making import archive_of, verified
from tests.voting.protocols import sign
from tests.voting_web.test_api import misfits

from egov_crypto import protocol, setup
from egov_crypto.cli import site_data, tables
from egov_crypto.cli.beside import Beside
from egov_crypto.cli.site_figures import Figures
from egov_crypto.counting import count
from egov_crypto.counting.files import blt
from egov_crypto.errors import VerificationError
from egov_crypto.preference import PreferenceQuestion
from egov_participation.home.outcomes import outcome
from egov_participation.i18n import LANGUAGES
from egov_participation.ledger import service as ledger
from egov_participation.results.pdf import Table
from egov_participation.services import Services
from egov_participation.voting import protocol as signed_protocol
from egov_participation.voting import protocol_pages, service, texts, wording
from egov_participation.voting.count_words import CountWords


def _rows(raw: bytes, ending: str) -> list[list[Any]]:
    """Of a table of results, as `egov-verify site` reads them."""
    rows = site_data._lines(raw) if ending == "jsonl" else site_data._records(raw)
    names = ("question", "list", "answer", "votes", "of", "percent", "elected")
    return [[row[name] for name in names] for row in rows]


def test_what_was_counted_is_told_the_same_everywhere(services: Services, client: TestClient) -> None:
    vote = held(services)
    found = verified(services, vote.uuid)
    sign(services, vote.uuid)

    council = found.outcome(0)
    assert council is not None
    names = [texts.split_or_whole(name) for name in NAMES]
    said = {lang: CountWords(council, tuple(name.of(lang) for name in names), lang) for lang in LANGUAGES}
    assert {lang: [*words.lead(), words.facts()[0]] for lang, words in said.items()} == {
        "kk": ["Сайланды: Ада, Бек.", "Бюллетеньдер: 4. Жарамды: 4, бос: 0, жарамсыз: 0."],
        "ru": ["Избраны: Ада, Бек.", "Бюллетеней: 4. Действительных: 4, пустых: 0, недействительных: 0."],
        "en": ["Elected: Ada, Bek.", "Ballots: 4. Valid: 4, blank: 0, invalid: 0."],
    }
    page = unescape(client.get(f"/en/votes/{vote.uuid}/result").text)
    assert [f'id="question-{number}"' in page for number in range(1, 7)] == [True] * 5 + [False]
    assert "Elected: Ada, Bek." in unescape(client.get(f"/en/votes/{vote.uuid}").text)
    # A vote on one of the questions alone, as lists of votes tell it in a line.
    lines = []
    for place in range(len(QUESTIONS)):
        seen = service.vote(services, vote.uuid)
        assert seen.result is not None
        alone = replace(
            seen, questions=(seen.questions[place],), result=(seen.result[place],), outcomes=(seen.outcomes[place],)
        )
        lines.append(
            (wording.outcome(alone, "en", "Asia/Almaty"), " ".join(one.outcome for one in outcome(alone).said("ru")))
        )
    assert lines == [
        ("Elected: Ada, Bek. Turnout 100.00%.", "Избраны: Ада, Бек."),
        ("Winner: Ada. Turnout 100.00%.", "Победитель: Ада."),
        ("Tied for the first place: Ada, Bek. Turnout 100.00%.", "Первое место делят: Ада, Бек."),
        ("Most votes: Green, 75.00%. Turnout 100.00%.", "Больше всего голосов: С, 75,00\N{NO-BREAK SPACE}%."),
        ("Tied for the first place: Ada, Bek. Turnout 100.00%.", "Первое место делят: Ада, Бек."),
        ("1 question. Turnout 100.00%.", ""),
    ]
    for words in (
        "Elected: Ada, Bek.",
        "Ballots: 4. Valid: 3, blank: 1, invalid: 0.",
        "Tied for the first place: Ada, Bek.",
        "Lot for the first place, since it is shared.",
        "elected in round 1 with",
        "What is above the quota goes on to the next choices: Ada.",
        "Strongest paths from the candidate of the row",
        "Green: Ada",
        "The election names no method",
        "These trustees shuffled the ballots",
    ):
        assert words in page
    for number in (1, 4):
        assert client.get(f"/kk/votes/{vote.uuid}/result-{number}.png").content.startswith(b"\x89PNG")
    assert client.get(f"/kk/votes/{vote.uuid}/result-6.png").status_code == 404
    assert "Where the votes went: Council?" in page
    assert [number for number in range(1, 7) if f'id="flow-{number}"' in page] == [1]
    assert client.get(f"/kk/votes/{vote.uuid}/flow-1.png").content.startswith(b"\x89PNG")
    assert [client.get(f"/kk/votes/{vote.uuid}/flow-{number}.png").status_code for number in (2, 4, 6, 7)] == [404] * 4

    # What can be downloaded leads to the same count, for whoever counts it with the lot of the archive.
    for number, question in enumerate(QUESTIONS, 1):
        address = f"/votes/{vote.uuid}/ballots-{number}"
        raw = client.get(f"/votes/{vote.uuid}/count-{number}.json")
        counted = found.outcome(number - 1)
        if not isinstance(question, PreferenceQuestion):
            assert (raw.status_code, client.get(f"{address}.json").status_code) == (404, 404)
            continue
        data = client.get(f"{address}.json").json()
        assert found.report.result is not None
        assert data["ballots"] == found.report.result[number - 1]
        tables.check_ballots(client.get(f"{address}.csv").content, question, data["ballots"])
        if counted is None:
            assert raw.status_code == 404
            continue
        assert raw.content == protocol.count_json(counted)
        assert sha256(raw.content).hexdigest() in re.sub("<[^>]+>", "", page)
        if counted.method.graded:
            assert client.get(f"{address}.blt").status_code == 404
            continue
        written = client.get(f"{address}.blt")
        tables.check_blt(written.content, question, data["ballots"])
        file = blt.read(written.text)
        again = count(counted.method, len(file.candidates), file.ballots, b"")
        assert (again.valid, again.winners) == (counted.valid, counted.winners)

    # The API and the tables say what egov-verify finds.
    shown = client.get(f"/api/v1/votes/{vote.uuid}")
    assert [one and one["winners"] for one in shown.json()["outcomes"]] == [[0, 1], [0], [0, 1], None, [0, 1], None]
    description = client.get("/api/v1/openapi.json").json()
    assert misfits(shown.json(), {"$ref": "#/components/schemas/VoteInFull"}, description) == []
    figures, head = Figures(vote.uuid, shown.content), shown.json()["head"]
    beside = Beside(protocol=protocol.parse_and_verify(client.get(f"/votes/{vote.uuid}/protocol.json").content))
    beside.setup = setup.parse(client.get(f"/votes/{vote.uuid}/setup.json").content)
    beside.regions = setup.check_turnout(client.get(f"/votes/{vote.uuid}/turnout.json").content, beside.setup, found)
    assert figures.check_archive(found, beside, head["hash"], len(CAST)) > 10
    lie = shown.content.replace(b'"winners":[0,1]', b'"winners":[1,0]', 1)
    with pytest.raises(VerificationError, match="outcomes"):
        Figures(vote.uuid, lie).check_archive(found, beside, head["hash"], len(CAST))
    ledger.publish(services)
    told_rows = [row for name in ("jsonl", "csv") for row in _rows(client.get(f"/data/results.{name}").content, name)]
    verified_rows = site_data.told(shown.json(), found).results
    assert verified_rows is not None
    assert told_rows == [list(row) for row in verified_rows] * 2
    raw_table = client.get(f"/votes/{vote.uuid}/result.csv").content
    assert found.report.result is not None
    tables.check_result(raw_table, found.report.result, found)
    table = list(csv.DictReader(io.StringIO(raw_table.decode("utf-8-sig"))))
    assert [(row["list"], row["answer"], row["votes"]) for row in table if row["question"] == "4"] == [
        ("1", "", "3"), ("1", "1", "2"), ("1", "2", "2"), ("2", "", "1"), ("2", "1", "0"), ("2", "2", "1"),
    ]  # fmt: skip
    assert [row["elected"] for row in table if row["question"] == "1"] == ["true", "true", "false", "false"]

    verify = unescape(client.get(f"/en/votes/{vote.uuid}/verify").text)
    assert [f"archive.bel --question {number}" in verify for number in range(1, 7)] == [
        isinstance(question, PreferenceQuestion) and question.extra is not None for question in QUESTIONS
    ]

    # The signed protocol holds what the archive gives; one vote more or another winner, and it does not.
    raw_protocol = client.get(f"/votes/{vote.uuid}/protocol.json").content
    checked = protocol.parse_and_verify(raw_protocol)
    protocol.check(checked, io.BytesIO(archive_of(services, vote.uuid)), found, None)
    told = json.loads(raw_protocol)["questions"]
    assert [one.get("winners") for one in told[:3]] == [[0, 1], [0], [0, 1]]
    signed = signed_protocol.verify(raw_protocol, service.protocol_key(services))
    document = protocol_pages.document(service.vote(services, vote.uuid), signed, "en", "Asia/Almaty", "http://x")
    words = str(document.blocks)
    for part in (
        "Elected: Ada, Bek.",
        "single transferable vote",
        "Green: Bek",
        "Who shuffled",
        "no method",
        "the table lists",
    ):
        assert part in words
    flows = [block for block in document.blocks if isinstance(block, Table) and "To candidate" in block.head]
    assert (len(flows), words.count("the table lists")) == (1, 1)
    assert [row[0] for row in flows[0].rows] == sorted(row[0] for row in flows[0].rows)
