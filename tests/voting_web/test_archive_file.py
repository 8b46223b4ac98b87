"""The archive as a file: whole, in parts, and what caches are told."""

from __future__ import annotations

import hashlib
import random
from io import BytesIO

import pytest
from starlette.testclient import TestClient
from tests.voting.making import MadeVote, archive_of, tallied

from egov_crypto.verify import verify_archive
from egov_participation.services import Services
from egov_participation.voting import service
from egov_participation.voting.service import archives


@pytest.fixture
def archive(services: Services, vote: MadeVote) -> bytes:
    """With two ballots."""
    for voter in (0, 1):
        service.cast(services, vote.uuid, vote.people[voter], vote.ballot(voter))
    return archive_of(services, vote.uuid)


def address(vote: MadeVote) -> str:
    return f"/votes/{vote.uuid}/archive.bel"


def test_it_is_the_archive_and_verifies(client: TestClient, services: Services, vote: MadeVote, archive: bytes) -> None:
    answer = client.get(address(vote))

    assert answer.status_code == 200
    assert answer.content == archive
    assert answer.headers["content-length"] == str(len(archive))
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["etag"] == f'"{service.vote(services, vote.uuid).head_hash}"'
    assert f'filename="{vote.uuid}.bel"' in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "public, no-cache"
    assert "set-cookie" not in answer.headers
    verify_archive(BytesIO(answer.content))


def test_asking_for_the_headers_alone_gives_the_same_headers(
    client: TestClient, vote: MadeVote, archive: bytes
) -> None:
    answer = client.head(address(vote))

    assert answer.content == b""
    assert dict(answer.headers) == dict(client.get(address(vote)).headers)


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-", 0, None),
        ("bytes=511-1024", 511, 1025),
        ("bytes=1024-999999999", 1024, None),
        ("bytes=-512", -512, None),
        ("bytes=-999999999", 0, None),
        (" bytes = 5 - 9 ", 5, 10),
    ],
)
def test_a_range_is_that_part(
    asked: str, start: int, stop: int | None, client: TestClient, vote: MadeVote, archive: bytes
) -> None:
    answer = client.get(address(vote), headers={"Range": asked})
    first, last = start % len(archive) if start < 0 else start, (stop or len(archive)) - 1

    assert answer.status_code == 206
    assert answer.content == archive[start:stop]
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(archive)}"
    assert answer.headers["content-length"] == str(len(answer.content))


def test_any_range_is_that_part(client: TestClient, vote: MadeVote, archive: bytes) -> None:
    chance = random.Random(5)
    for _ in range(20):
        first, last = sorted(chance.sample(range(len(archive)), 2))

        assert (
            client.get(address(vote), headers={"Range": f"bytes={first}-{last}"}).content == archive[first : last + 1]
        )


@pytest.mark.parametrize(
    "asked", ["bytes=5-4", "bytes=0-1,4-5", "lines=0-1", "bytes=", "bytes=-", "bytes=a-b", "bytes=+1-2"]
)
def test_what_is_no_range_is_not_heeded(asked: str, client: TestClient, vote: MadeVote, archive: bytes) -> None:
    answer = client.get(address(vote), headers={"Range": asked})

    assert (answer.status_code, answer.content) == (200, archive)


@pytest.mark.parametrize("asked", ["bytes={size}-", "bytes=99999999999-", "bytes=-0"])
def test_beyond_the_end_there_is_nothing(asked: str, client: TestClient, vote: MadeVote, archive: bytes) -> None:
    answer = client.get(address(vote), headers={"Range": asked.format(size=len(archive))})

    assert (answer.status_code, answer.content) == (416, b"")
    assert answer.headers["content-range"] == f"bytes */{len(archive)}"


def test_who_has_the_beginning_gets_the_rest(
    client: TestClient, services: Services, vote: MadeVote, archive: bytes
) -> None:
    service.cast(services, vote.uuid, vote.people[2], vote.ballot(2))
    tallied(services, vote)
    rest = client.get(address(vote), headers={"Range": f"bytes={len(archive)}-"}).content

    assert verify_archive(BytesIO(archive + rest)).report.result is not None
    assert archive + rest == client.get(address(vote)).content


def test_an_archive_that_has_not_grown_is_not_sent_again(
    client: TestClient, services: Services, vote: MadeVote, archive: bytes
) -> None:
    etag = client.get(address(vote)).headers["etag"]

    for known in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        again = client.get(address(vote), headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    service.cast(services, vote.uuid, vote.people[2], vote.ballot(2))
    assert client.get(address(vote), headers={"If-None-Match": etag}).status_code == 200


def test_a_part_of_an_older_state_is_not_mixed_up_with_a_newer_one(
    client: TestClient, services: Services, vote: MadeVote, archive: bytes
) -> None:
    etag = client.get(address(vote)).headers["etag"]
    headers = {"Range": "bytes=0-511", "If-Range": etag}

    assert client.get(address(vote), headers=headers).status_code == 206
    service.cast(services, vote.uuid, vote.people[2], vote.ballot(2))
    assert client.get(address(vote), headers=headers).status_code == 200


def test_programs_of_other_sites_may_read_it(client: TestClient, vote: MadeVote) -> None:
    answer = client.get(address(vote), headers={"Origin": "https://observer.example", "Sec-Fetch-Site": "cross-site"})

    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert {"ETag", "Content-Range"} <= set(answer.headers["access-control-expose-headers"].split(", "))


def test_an_unknown_vote_has_no_archive(client: TestClient) -> None:
    answer = client.get("/votes/11111111111111/archive.bel")

    assert (answer.status_code, answer.json()["code"]) == (404, "vote.unknown")


def test_the_booth_gets_what_was_published_byte_for_byte(
    booth: TestClient, services: Services, vote: MadeVote, archive: bytes
) -> None:
    election = booth.get(f"/votes/{vote.uuid}/election.json").content
    trustees = booth.get(f"/votes/{vote.uuid}/trustees.json").content

    assert election == vote.election.raw
    for published in (election, trustees):
        assert hashlib.sha256(published).hexdigest().encode() in archive
        assert published in archive


def test_no_more_is_read_than_was_asked_for(
    services: Services, vote: MadeVote, archive: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []

    def noted(file: service.ArchiveFile, start: int, stop: int) -> bytes:
        piece = original(file, start, stop)
        assert piece == archive[start:stop]
        read.append(len(piece))
        return piece

    original = service.ArchiveFile._read
    monkeypatch.setattr(service.ArchiveFile, "_read", noted)
    file = service.archive_file(services, vote.uuid)
    assert b"".join(file.chunks(0, 1)) == archive[:1]
    assert read == [1]
    monkeypatch.setattr(archives, "_FIRST_PIECE", 256)
    monkeypatch.setattr(archives, "_LARGEST_PIECE", 1024)
    read.clear()
    assert b"".join(file.chunks(100)) == archive[100:]
    assert read[:4] == [256, 512, 1024, 1024]
    assert max(read) == 1024
