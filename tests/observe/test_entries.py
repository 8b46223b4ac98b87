"""The log leafed through: every entry can be found, and says in words what it says in bytes."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.ledger.observer import an_entry
from tests.ledger.test_publishing import enter
from tests.voting.making import MadeVote, make_vote
from tests.web.looking import Reader

from egov_crypto import entry as entries
from egov_crypto.merkle import leaf_hash
from egov_crypto.note import VerifierKey
from egov_crypto.tlog_proof import TlogProof
from egov_participation.i18n import LANGUAGES
from egov_participation.ledger import service as ledger
from egov_participation.ledger.service import TYPES, EntryView
from egov_participation.observe import asking
from egov_participation.observe.telling import TYPE_NAMES, tell
from egov_participation.services import Services
from egov_participation.voting import service as voting

EXAMPLES = re.findall(r"^```json\n(.+?)\n```$", Path("docs/log.md").read_text("utf-8"), re.MULTILINE)


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html.partition("<main")[2])).split())


def read(client: TestClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return text_of(answer.text)


def looked_for(client: TestClient, typed: str) -> str:
    """Where the search leads; empty if there is nothing."""
    answer = client.get("/en/observe/entries", params={"q": typed})
    if answer.status_code == 404:
        assert "no such entry" in text_of(answer.text)
        return ""
    assert answer.status_code == 303
    return answer.headers["location"].removeprefix("/en/observe/entries")


def test_an_empty_log_says_what_that_means(services: Services, client: TestClient) -> None:
    assert "still empty" in read(client, "/en/observe/entries")
    ledger.publish(services)
    assert "still empty" in read(client, "/en/observe/entries")


def test_entries_are_listed_with_the_vote_that_they_are_about(client: TestClient, vote: MadeVote) -> None:
    shown = read(client, "/en/observe/entries")
    assert shown.count("A ballot was put on the board") == 3
    assert shown.index("No. 3") < shown.index("No. 2") < shown.index("No. 1")
    assert "A trial vote" in shown
    assert "Пробное голосование" in read(client, "/ru/observe/entries")


def test_many_entries_are_leafed_through_without_losing_one(services: Services, client: TestClient) -> None:
    enter(services, *(an_entry(height) for height in range(60)))
    ledger.publish(services)
    seen: list[int] = []
    path, ways = "/en/observe/entries?type=vote.event", []
    while path:
        answer = client.get(path)
        found = [address for address in Reader(answer.text).addresses if "/observe/entries/" in address]
        seen += [int(address.rpartition("/")[2]) for address in found]
        ways.append(path)
        onward = re.search(r'href="([^"]+)" rel="next"', answer.text)
        path = unescape(onward[1]) if onward else ""
    assert seen == list(range(59, -1, -1))
    assert len(ways) == 3
    back = re.search(r'href="([^"]+)" rel="prev"', client.get(ways[-1]).text)
    assert back
    before = client.get(unescape(back[1]))
    assert re.findall(r"/observe/entries/(\d+)", before.text) == [str(index) for index in range(34, 9, -1)]


def test_entries_are_filtered_by_type_and_vote(client: TestClient, vote: MadeVote) -> None:
    whole = f"/en/observe/entries?type=vote.event&subject={vote.uuid}"
    assert read(client, whole).count("A ballot was put on the board") == 3
    assert "No entry fits" in read(client, "/en/observe/entries?type=log.key")
    assert "No entry fits" in read(client, "/en/observe/entries?subject=bvdC51SBUQAbs2")
    assert (
        read(client, "/en/observe/entries?type=nothing&subject=%E2%80%AE&before=x&after=-1").count("on the board") == 3
    )


@pytest.mark.both
def test_an_entry_is_found_by_number_hash_and_vote(services: Services, client: TestClient, vote: MadeVote) -> None:
    with services.database.read() as session:
        found = ledger.browse(session, type="vote.event", subject=vote.uuid)
    for entry in found:
        assert looked_for(client, str(entry.index)) == f"/{entry.index}"
        assert looked_for(client, entry.leaf.hex().upper()) == f"/{entry.index}"
        assert looked_for(client, " ".join(re.findall("....", entry.value["hash"]))) == f"/{entry.index}"
    assert looked_for(client, vote.uuid) == f"?subject={vote.uuid}"


def test_what_is_not_in_the_log_is_said_not_to_be(client: TestClient, vote: MadeVote) -> None:
    for typed in ("999999", "ab" * 32, "bvdC51SBUQAbs2", "0x12", "٣", "<script>", "12" * 90):
        assert looked_for(client, typed) == ""


def test_what_was_typed_is_told_apart_by_its_form() -> None:
    assert asking.read(" 1 7 ") == asking.Asked(index=17)
    assert asking.read("AB" * 32) == asking.Asked(hash="ab" * 32)
    assert asking.read("11111111111111") == asking.Asked(index=11111111111111, subject="11111111111111")
    assert asking.read("007") == asking.read("") == asking.Asked()


def test_the_page_of_an_entry_has_its_bytes_its_hash_and_the_commands(client: TestClient, vote: MadeVote) -> None:
    raw = client.get("/api/v1/log/entries/2").content
    shown = read(client, "/en/observe/entries/2")
    assert raw.decode() in shown
    assert leaf_hash(raw).hex() in shown.replace(" ", "")
    assert "egov-verify log http://localhost --key 'localhost/log+" in shown
    assert vote.uuid in shown
    assert "A trial vote" in shown


def test_an_entry_is_proved_by_two_files(services: Services, client: TestClient, vote: MadeVote) -> None:
    key = VerifierKey.parse(ledger.verifier_keys(services)[0])
    raw, proof = (client.get(f"/api/v1/log/entries/2{part}") for part in ("", "/proof"))
    assert TlogProof.parse(proof.content).verify(raw.content, key).checkpoint.size >= 4
    assert proof.headers["content-disposition"] == 'attachment; filename="entry-2.tlog-proof"'
    assert proof.headers["access-control-allow-origin"] == raw.headers["access-control-allow-origin"] == "*"


def test_there_is_no_page_for_what_is_not_there(client: TestClient, vote: MadeVote) -> None:
    for index in ("999", "-1", "01", "x", "9" * 40, "9" * 5000):
        data = f"/api/v1/log/entries/{index}"
        for path in (f"/en/observe/entries/{index}", data, f"{data}/proof"):
            assert client.get(path).status_code == 404


def test_entries_come_as_data_too(client: TestClient, vote: MadeVote) -> None:
    page = client.get("/api/v1/log/entries", params={"type": "vote.event", "subject": vote.uuid}).json()
    assert [one["entry"]["height"] for one in page["entries"]] == [3, 2, 1, 0]
    assert page["next"] is None
    first = page["entries"][0]
    assert first["leaf"] == leaf_hash(entries.dump(first["entry"])).hex()
    assert client.get(first["links"]["proof"]).status_code == 200
    for asked in ("type=vote.evnt", "subject=%01", "before=-1", "before=x"):
        refused = client.get(f"/api/v1/log/entries?{asked}")
        assert (refused.status_code, refused.headers["content-type"]) == (400, "application/problem+json"), asked
        assert refused.json()["code"] == f"query.{asked.partition('=')[0]}"


def test_data_is_paged_like_the_pages(services: Services, client: TestClient) -> None:
    enter(services, *(an_entry(height) for height in range(30)))
    ledger.publish(services)
    page = client.get("/api/v1/log/entries?type=vote.event").json()
    following = client.get(page["next"]).json()
    assert [one["index"] for one in page["entries"] + following["entries"]] == list(range(29, -1, -1))
    assert following["next"] is None


def view(value: dict[str, Any]) -> EntryView:
    raw = entries.dump(value)
    return EntryView(7, value["type"], "", raw, leaf_hash(raw))


@pytest.mark.parametrize(
    "example", EXAMPLES, ids=lambda example: ".".join(re.findall(r'"(?:type|state)": "([^"]+)"', example))
)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_documented_entry_is_told_in_words(example: str, lang: str) -> None:
    value = json.loads(example)
    told = tell(view(value), {"KMLMr96HM3M2nQ": "Дауыс"}, lang, "Asia/Almaty")
    assert told.title != value["type"]
    assert told.about == ("Дауыс" if "vote" in value else value.get("petition", value.get("consultation", "")))
    said = " ".join(
        [told.title, *(text for label, (_, text) in told.rows), *(text for file in told.files for text in file)]
    )
    for name, found in value.items():
        if isinstance(found, str) and re.fullmatch("[0-9a-f]{64}", found):
            assert found in said, name
    assert all(label and text for label, (_, text) in told.rows)


def test_what_a_later_version_enters_is_shown_as_it_stands() -> None:
    told = tell(
        view({"type": "petition.signature", "version": 3, "at": "2026-11-01T04:00:00Z", "new": 1}), {}, "en", "UTC"
    )
    assert told.title == "petition.signature"
    assert ("When", ("text", "1\u00a0November\u00a02026, 04:00")) in told.rows


def test_every_type_has_a_name() -> None:
    assert set(TYPES) == set(TYPE_NAMES)


@pytest.mark.both
def test_where_a_votes_events_stand_is_known(services: Services, vote: MadeVote) -> None:
    with services.database.read() as session:
        found = voting.in_log(session, vote.uuid)
        assert found is not None
        assert (found.last - found.first, found.count) == (3, 4)
        assert voting.in_log(session, "bvdC51SBUQAbs2") is None
        assert voting.titles(session, {vote.uuid, "bvdC51SBUQAbs2"})[vote.uuid].en == "A trial vote"
        assert voting.event_with(session, "ab" * 32) is None


def test_the_evidence_of_a_vote_says_where_its_events_stand(
    services: Services, client: TestClient, vote: MadeVote
) -> None:
    with services.database.read() as session:
        found = voting.in_log(session, vote.uuid)
    assert found is not None
    shown = read(client, f"/en/votes/{vote.uuid}/verify")
    assert f"holds 4 entries of this archive, from its entry {found.first} to {found.last}." in shown
    onward = f"/en/observe/entries?type=vote.event&subject={vote.uuid}"
    assert onward in Reader(client.get(f"/en/votes/{vote.uuid}/verify").text).addresses
    assert read(client, onward).count("A ballot was put on the board") == 3


def test_a_vote_that_is_not_in_the_log_yet_says_so(services: Services, client: TestClient) -> None:
    made = make_vote(services)
    assert "None of it is in the public log yet" in read(client, f"/en/votes/{made.uuid}/verify")
