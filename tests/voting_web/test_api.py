"""Votes as data: as the OpenAPI document says, with entity tags, for any site's programs."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any

import pytest
from nacl.signing import VerifyKey
from starlette.testclient import TestClient
from tests.consultations import world as consultations
from tests.petitions.making import Petitions
from tests.voting.making import BLANK, NO, MadeVote, make_vote, tallied
from tests.voting.protocols import sign

from egov_crypto import ballot
from egov_participation.i18n import LANGUAGES, translate
from egov_participation.incidents import service as incidents
from egov_participation.incidents.rules import Kind
from egov_participation.ledger import service as ledger
from egov_participation.services import Services
from egov_participation.voting import rules, service
from egov_participation.voting.service import casting
from egov_participation.voting.texts import Texts
from egov_participation.voting.trackers import to_address

TITLE = Texts("Сынақ дауыс беру", "Пробное голосование", "A trial vote")

Json = dict[str, Any]


@pytest.fixture
def description(client: TestClient) -> Json:
    found: Json = client.get("/api/v1/openapi.json").json()
    return found


def misfits(value: Any, schema: Json, description: Json, place: str = "") -> list[str]:
    """Where a value is not as its schema says: as much of JSON Schema as our document uses."""
    if "$ref" in schema:
        return misfits(
            value, description["components"]["schemas"][schema["$ref"].rpartition("/")[2]], description, place
        )
    if "oneOf" in schema:
        found = [misfits(value, option, description, place) for option in schema["oneOf"]]
        return [] if [] in found else [f"{place}: none of the possible forms"]
    if "const" in schema or "enum" in schema:
        return [] if value in schema.get("enum", [schema.get("const")]) else [f"{place}: {value!r}"]
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool}
    if schema["type"] == "null":
        return [] if value is None else [f"{place}: not null"]
    if not isinstance(value, kinds[schema["type"]]):
        return [f"{place}: not {schema['type']}"]
    wrong = []
    if isinstance(value, dict):
        known = schema.get("properties", {})
        wrong += [f"{place}.{name}: missing" for name in schema.get("required", []) if name not in value]
        other = schema.get("additionalProperties", False)
        for name, member in value.items():
            if other is True and name not in known:
                continue  # anything
            part = known.get(name) or (other if isinstance(other, dict) else None)
            wrong += (
                misfits(member, part, description, f"{place}.{name}") if part else [f"{place}.{name}: not described"]
            )
    if isinstance(value, list):
        wrong += [
            w for at, item in enumerate(value) for w in misfits(item, schema["items"], description, f"{place}[{at}]")
        ]
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        wrong.append(f"{place}: {value!r} is not {schema['pattern']}")
    return wrong


def test_a_vote_is_as_described_in_every_state(
    client: TestClient, services: Services, vote: MadeVote, description: Json
) -> None:
    schema = {"$ref": "#/components/schemas/VoteInFull"}
    shown = client.get(f"/api/v1/votes/{vote.uuid}").json()
    assert misfits(shown, schema, description) == []
    assert (shown["state"], shown["result"], shown["voters"]) == ("open", None, 0)

    service.cast(services, vote.uuid, vote.people[0], vote.ballot(0, NO))
    service.cast(services, vote.uuid, vote.people[1], vote.ballot(1, BLANK))
    service.cast(services, vote.uuid, vote.people[1], vote.ballot(1, NO))
    tallied(services, vote)
    shown = client.get(f"/api/v1/votes/{vote.uuid}").json()

    assert misfits(shown, schema, description) == []
    assert (shown["state"], shown["result"], shown["voters"], shown["ballots"]) == ("tallied", [[0, 0, 2]], 2, 3)
    assert shown["turnout"]["percent"] == 66.67
    assert shown["opens_at"] == "2024-10-06T07:00:00Z"
    assert all(trustee["decrypted"] for trustee in shown["trustees"])
    assert shown["questions"][0]["question"] == {"kk": "Қолдайсыз ба?", "ru": "Поддерживаете?", "en": "Do you agree?"}


def test_every_address_in_a_vote_leads_somewhere(client: TestClient, services: Services, vote: MadeVote) -> None:
    tallied(services, vote)
    shown = client.get(f"/api/v1/votes/{vote.uuid}").json()

    for path in (shown["url"], shown["archive_url"], *shown["links"].values()):
        assert client.get(path).status_code == 200


HELD_ELSEWHERE = {
    "/votes/{uuid}/count-{number}.json",  # test_counted.py
    "/votes/{uuid}/ballots-{number}.json",
    "/votes/{uuid}/ballots-{number}.csv",
    "/votes/{uuid}/ballots-{number}.blt",
    "/petitions/{reference}/signatures/proof/{pseudonym}",  # tests/petitions/test_signing_pages.py
    "/petitions/{reference}/documents/{sha256}.pdf",  # tests/petitions/test_documents.py
    "/consultations/{reference}/papers/{sha256}",  # tests/consultations_web
    "/consultations/{reference}/comments/{number}/files/{sha256}",
    "/consultations/{reference}/report.json",
    "/consultations/{reference}/report.csv",
    "/consultations/{reference}/report-words.csv",
}


def test_every_described_address_answers_as_described(
    client: TestClient, services: Services, vote: MadeVote, description: Json
) -> None:
    raw = vote.ballot(0)
    service.cast(services, vote.uuid, vote.people[0], raw)
    tallied(services, vote)
    sign(services, vote.uuid)
    ledger.publish(services)
    size = client.get("/log/checkpoint").text.split("\n")[1]
    names = {
        "uuid": vote.uuid,
        "tracker": to_address(ballot.tracker(raw)),
        "dataset": "votes",
        "lang": "kk",
        "type": "vote.event",
        "path": f"0/000.p/{size}",
        "index": "0",
        "number": "1",
    }
    petition, consultation = Petitions(services).make(), consultations.put(services)

    readable = {path: operations for path, operations in description["paths"].items() if "get" in operations}
    assert len(readable) == len(description["paths"]) - 1  # but for the one that takes ballots
    for path, operations in readable.items():
        if path in HELD_ELSEWHERE:
            continue
        reference = consultation if "/consultations/" in path else petition
        answer = client.get(path.format(reference=reference, **names), headers={"Accept": "application/json"})
        (media_type, content), *_ = operations["get"]["responses"]["200"]["content"].items()
        assert answer.headers["content-type"].partition(";")[0] == media_type
        if media_type == "application/json" and content["schema"] != {"type": "object"}:  # else: files of their own
            assert misfits(answer.json(), content["schema"], description) == []
        assert answer.headers["access-control-allow-origin"] == "*"


def test_what_was_decided_and_reported_is_told_with_its_reasons_and_nobodys_words(
    client: TestClient, services: Services, vote: MadeVote, description: Json
) -> None:
    reason = Texts("Қате", "Ошибка", "A mistake")
    with services.database.uow() as tx:
        service.cancel(services, tx, vote.uuid, reason, "ab" * 32)
        number = incidents.report(
            tx, services, once="cd" * 16, vote_uuid=vote.uuid, kind=Kind.OTHER, text="my secret",
            mail="a@mail.example", person=None, network="203.0.113.7", lang="en",
        )  # fmt: skip
        tx.commit()
    answer = client.get(f"/api/v1/votes/{vote.uuid}")
    shown = answer.json()

    assert misfits(shown, {"$ref": "#/components/schemas/VoteInFull"}, description) == []
    assert (shown["state"], shown["rehearsal"]) == ("cancelled", False)
    assert shown["cancelled_at"] is not None
    assert [(act["kind"], act["reason"]) for act in shown["acts"]] == [("cancelled", reason.as_dict())]
    assert [one["reference"] for one in shown["incidents"]] == [number]
    assert "secret" not in answer.text
    assert "mail.example" not in answer.text
    assert shown["setup_hash"] == hashlib.sha256(client.get(shown["links"]["setup"]).content).hexdigest()


def test_what_has_not_changed_is_not_sent_again(client: TestClient, services: Services, vote: MadeVote) -> None:
    for address in ("/api/v1/votes", f"/api/v1/votes/{vote.uuid}"):
        first = client.get(address)
        again = client.get(address, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        service.cast(services, vote.uuid, vote.people[0], vote.ballot(0))
        assert client.get(address, headers={"If-None-Match": first.headers["etag"]}).status_code == 200


def test_it_is_the_same_for_everybody_in_any_language(
    signed_in: TestClient, client: TestClient, vote: MadeVote
) -> None:
    address = f"/api/v1/votes/{vote.uuid}"

    assert signed_in.get(address, headers={"Accept-Language": "ru"}).content == client.get(address).content


def test_the_list_comes_in_pages_that_miss_nothing(client: TestClient, services: Services, vote: MadeVote) -> None:
    made = {vote.uuid, *(make_vote(services, voters=1, trustees=1).uuid for _ in range(2))}
    seen, address = [], "/api/v1/votes?limit=1"
    while address:
        page = client.get(address).json()
        seen += [found["uuid"] for found in page["votes"]]
        address = page["next"]

    assert sorted(seen) == sorted(made)


def test_the_board_comes_in_pages_that_miss_nothing(client: TestClient, services: Services, vote: MadeVote) -> None:
    voters = (0, 1, 0, 2, 1)
    cast = [vote.ballot(voter) for voter in voters]
    for voter, raw in zip(voters, cast, strict=True):
        service.cast(services, vote.uuid, vote.people[voter], raw)
    seen, address = [], f"/api/v1/votes/{vote.uuid}/ballots?limit=2"
    while address:
        page = client.get(address).json()
        assert len(page["ballots"]) <= 2
        seen += [(found["tracker"], found["status"]) for found in page["ballots"]]
        address = page["next"]

    statuses = ["superseded", "superseded", "waiting", "waiting", "waiting"]
    assert seen == list(zip([ballot.tracker(raw) for raw in cast], statuses, strict=True))


def test_what_is_not_there_is_said_as_a_problem(client: TestClient, description: Json) -> None:
    answer = client.get("/api/v1/votes/11111111111111", headers={"Accept-Language": "kk"})

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert misfits(answer.json(), {"$ref": "#/components/schemas/Problem"}, description) == []
    assert answer.json()["detail"] == "Мұндай дауыс беру жоқ."


def test_a_tracked_ballot_is_found_in_each_way_of_writing_its_tracker_with_a_receipt_that_verifies(
    client: TestClient, services: Services, vote: MadeVote
) -> None:
    raw = vote.ballot(0)
    while not {"+", "/"} <= set(ballot.tracker(raw)):
        raw = vote.ballot(0)
    tracker = ballot.tracker(raw)
    service.cast(services, vote.uuid, vote.people[0], raw)
    written = [tracker, to_address(tracker), tracker.replace("/", "%2F").replace("+", "%2B"), tracker + "="]
    shown = [
        client.get(f"/votes/{vote.uuid}/ballots/{one}", headers={"Accept": "application/json"}).json()
        for one in written
    ]

    assert shown == [shown[0]] * len(written)
    assert shown[0] | {"receipt": None} == {
        "tracker": tracker, "height": 1, "day": "2024-10-06", "status": "waiting", "receipt": None, "log_index": None
    }  # fmt: skip
    receipt = dict(shown[0]["receipt"])
    signature = base64.b64decode(receipt.pop("signature") + "==")
    signed = json.dumps(receipt, ensure_ascii=False, separators=(",", ":")).encode()
    VerifyKey(base64.b64decode(service.receipt_key(services) + "=")).verify(signed, signature)
    bare = client.get(f"/votes/{vote.uuid}/receipts/{to_address(tracker)}")
    assert bare.content == service.ballot(services, vote.uuid, tracker).receipt
    assert "attachment" in bare.headers["content-disposition"]


def test_a_browser_is_led_from_the_data_to_the_page(client: TestClient, vote: MadeVote) -> None:
    answer = client.get(f"/votes/{vote.uuid}/ballots/{'+/' * 21}A")

    assert answer.status_code == 303
    assert answer.headers["location"] == f"/en/votes/{vote.uuid}/ballots/{'-_' * 21}A"


@pytest.mark.parametrize("tracker", ["x", "A" * 42, "A" * 44, "A" * 42 + "!", "../" * 14 + "A"])
def test_what_is_no_tracker_is_no_ballot(tracker: str, client: TestClient, vote: MadeVote) -> None:
    answer = client.get(f"/votes/{vote.uuid}/ballots/{tracker}", headers={"Accept": "application/json"})

    assert answer.status_code == 404


def test_before_another_sites_program_asks_it_is_told_that_it_may(
    client: TestClient, services: Services, vote: MadeVote
) -> None:
    tracker = "A" * 43
    for address in (
        f"/api/v1/votes/{vote.uuid}",
        f"/votes/{vote.uuid}/archive.bel",
        f"/votes/{vote.uuid}/ballots/{tracker}",
        f"/votes/{vote.uuid}/receipts/{tracker}",
    ):
        asked = {"Origin": "https://observer.example", "Access-Control-Request-Headers": "range"}
        told = client.options(address, headers=asked | {"Access-Control-Request-Method": "GET"})
        assert (told.status_code, told.content) == (204, b"")
        assert told.headers["access-control-allow-origin"] == "*"
        assert told.headers["access-control-allow-methods"] == "GET, HEAD"
        assert {"Range", "If-None-Match"} <= set(told.headers["access-control-allow-headers"].split(", "))
        assert "access-control-allow-credentials" not in told.headers
    page = client.options(f"/en/votes/{vote.uuid}", headers={"Access-Control-Request-Method": "GET"})
    assert (page.status_code, "access-control-allow-origin" in page.headers) == (405, False)


DATA = ("heads.json", "setup.json", "registrar.json", "protocol.json", "result.csv", "turnout.json")
"""What observers' programs read of a vote besides its archive."""


def test_other_sites_programs_read_what_is_not_there_too(client: TestClient, vote: MadeVote) -> None:
    for address in (
        f"/votes/{vote.uuid}/ballots/{'A' * 43}",
        f"/votes/{vote.uuid}/ballots/nonsense",
        f"/votes/{vote.uuid}/receipts/{'A' * 43}",
        "/votes/11111111111111/archive.bel",
        *(f"/votes/11111111111111/{name}" for name in DATA),
        f"/votes/{vote.uuid}/protocol.json",  # it has no result yet
        f"/votes/{vote.uuid}/result.csv",
        f"/votes/{vote.uuid}/turnout.json",
        "/api/v1/nothing",
    ):
        answer = client.get(address, headers={"Accept": "application/json"})
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (404, "*")
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_list_that_cannot_go_on_from_there_says_so(lang: str, client: TestClient, vote: MadeVote) -> None:
    for address in (
        "/api/v1/votes?after=nonsense",
        f"/api/v1/votes/{vote.uuid}/ballots?after=nonsense",
        f"/api/v1/votes/{vote.uuid}/ballots?after=-1",
    ):
        answer = client.get(address, headers={"Accept-Language": lang})
        assert (answer.status_code, answer.json()["code"]) == (400, "query.after")
        assert answer.json()["detail"] == translate(lang, rules.NO_SUCH_PLACE.sentence)
    assert client.get(f"/api/v1/votes/{vote.uuid}/ballots?after=").status_code == 200


def test_the_description_tells_whole_numbers_from_texts(description: Json) -> None:
    limit = [
        parameter["schema"]
        for path in ("/api/v1/votes", "/api/v1/votes/{uuid}/ballots")
        for parameter in description["paths"][path]["get"]["parameters"]
        if parameter["name"] == "limit"
    ]

    assert limit == [{"type": "integer", "minimum": 1, "maximum": 100}] * 2


def test_the_description_says_how_a_ballot_is_cast_and_with_which_statuses(description: Json) -> None:
    table = re.findall(r"^(\d{3})  ", casting.__doc__ or "", re.MULTILINE)
    path = description["paths"]["/votes/{uuid}/ballots"]

    assert path["servers"] == [{"url": "http://booth.localhost"}]
    assert set(path["post"]["responses"]) == {*table, "401"}  # 401: of the session, before casting begins
