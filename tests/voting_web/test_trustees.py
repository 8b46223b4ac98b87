"""Trustees hand their decryptions in on a page that anybody may open."""

from __future__ import annotations

import json
import re

import pytest
from starlette.testclient import TestClient
from tests.voting.making import MadeVote, close, decrypt, make_vote, verified
from tests.voting_web.test_pages import text_of

from egov_participation import source
from egov_participation.i18n import LANGUAGES, translate
from egov_participation.services import Services
from egov_participation.voting import rules, service, views


def hand_in(client: TestClient, vote: MadeVote, raw: bytes, lang: str = "en") -> tuple[int, str]:
    """The status, and what the page says."""
    answer = client.post(f"/{lang}/votes/{vote.uuid}/decryption", files={"decryption": ("d.json", raw)})
    return answer.status_code, text_of(answer.text)


def test_the_last_decryption_makes_the_result(client: TestClient, services: Services, vote: MadeVote) -> None:
    service.cast(services, vote.uuid, vote.people[0], vote.ballot(0))
    close(services, vote)

    status, text = hand_in(client, vote, decrypt(services, vote, 2) + b"\n")
    assert status == 200
    assert "The decryption of Trustee 2 is recorded in the archive. 1 more trustee is awaited." in text
    status, text = hand_in(client, vote, decrypt(services, vote, 1))
    assert status == 200
    assert "It was the last one: the result is there." in text
    assert verified(services, vote.uuid).report.result is not None


def with_another_proof(raw: bytes) -> bytes:
    """The decryption with one digit of its first proof changed."""
    value = json.loads(raw)
    proof = value["decryption_proofs"][0][0]
    proof["response"] = proof["response"][:-1] + ("1" if proof["response"][-1] != "1" else "2")
    return json.dumps(value, separators=(",", ":")).encode()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_whatever_else_is_handed_in_is_refused_in_words_and_leaves_no_trace(
    lang: str, client: TestClient, services: Services, vote: MadeVote
) -> None:
    close(services, vote)
    other = make_vote(services, voters=1)
    close(services, other)
    good = decrypt(services, vote, 1)
    table = [
        (b"", 422, "Choose the file that your program wrote."),
        (b"{}", 400, rules.DECRYPTION_MALFORMED.sentence),
        (b"\xff" * 99, 400, rules.DECRYPTION_MALFORMED.sentence),
        (decrypt(services, other, 1), 422, rules.DECRYPTION_INVALID.sentence),
        (with_another_proof(good), 422, rules.DECRYPTION_INVALID.sentence),
    ]
    before = service.vote(services, vote.uuid).head_hash

    for raw, expected, sentence in table:
        status, text = hand_in(client, vote, raw, lang)
        assert status == expected
        assert text.count(translate(lang, sentence)) == 2  # above the page and at the field
    assert service.vote(services, vote.uuid).head_hash == before
    hand_in(client, vote, good, lang)
    status, text = hand_in(client, vote, good, lang)
    assert (status, translate(lang, rules.ALREADY_DECRYPTED.sentence) in text) == (409, True)


def test_before_the_tally_there_is_nothing_to_decrypt(client: TestClient, vote: MadeVote) -> None:
    page = client.get(f"/en/votes/{vote.uuid}/decryption").text

    assert "There is nothing to decrypt yet" in text_of(page)
    assert "<form" not in page.partition("<main")[2].partition("</main>")[0]
    assert hand_in(client, vote, b"{}")[0] == 409


def test_where_verifying_takes_minutes_nobody_waits_for_it_here(
    client: TestClient, services: Services, vote: MadeVote, monkeypatch: pytest.MonkeyPatch
) -> None:
    close(services, vote)
    monkeypatch.setattr(views, "VERIFIED_AT_ONCE", -1)
    page = client.get(f"/en/votes/{vote.uuid}/decryption").text
    assert f"egov vote decryption {vote.uuid} decryption.json" in page
    assert "<form" not in page.partition("<main")[2].partition("</main>")[0]
    status, text = hand_in(client, vote, decrypt(services, vote, 1))
    assert (status, rules.DECRYPTION_ELSEWHERE.sentence in text) == (409, True)
    assert not service.vote(services, vote.uuid).trustees[0].decrypted


def test_a_file_that_is_too_large_is_not_read(client: TestClient, services: Services, vote: MadeVote) -> None:
    close(services, vote)

    assert hand_in(client, vote, b" " * 1_100_000)[0] == 413


def test_the_page_says_what_to_run_and_what_to_compare(client: TestClient, services: Services, vote: MadeVote) -> None:
    close(services, vote)
    page = client.get(f"/en/votes/{vote.uuid}/decryption").text

    command = (
        f"egov-ballot trustee decrypt --out decryption.json trustee.key http://localhost/votes/{vote.uuid}/archive.bel"
    )
    assert command in page
    assert f"pip install &#39;./{source.NAME}[threshold]&#39;" in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_trustee_is_shown_the_same_tally_to_compare_whoever_was_first(
    lang: str, client: TestClient, services: Services, vote: MadeVote
) -> None:
    close(services, vote)
    head = verified(services, vote.uuid).report.tallied
    assert head is not None
    said = f"tally height {head.height}, hash {head.hash}"
    address = f"/{lang}/votes/{vote.uuid}/decryption"

    assert said in text_of(re.sub(r"</?span>", "", client.get(address).text))
    hand_in(client, vote, decrypt(services, vote, 2))
    assert service.vote(services, vote.uuid).head_hash != head.hash
    assert said in text_of(re.sub(r"</?span>", "", client.get(address).text))


def test_another_site_hands_nothing_in(client: TestClient, services: Services, vote: MadeVote) -> None:
    close(services, vote)
    answer = client.post(
        f"/en/votes/{vote.uuid}/decryption",
        files={"decryption": ("d.json", decrypt(services, vote, 1))},
        headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    )

    assert answer.status_code == 403
    assert not any(trustee.decrypted for trustee in service.vote(services, vote.uuid).trustees)
