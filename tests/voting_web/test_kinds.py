"""A vote with rankings, lists and threshold trustees, on its pages and in the API from open to counted."""

from __future__ import annotations

from starlette.testclient import TestClient
from tests.commission.drafting import text_of
from tests.voting.making import cast, close, decrypt, make_vote, shuffle
from tests.voting.test_shuffling import FIRST, MIXED, SECOND

from egov_participation.services import Services
from egov_participation.voting import service


def test_what_is_asked_how_it_is_counted_and_how_far_it_is_stands_on_the_votes_pages(
    client: TestClient, services: Services
) -> None:
    vote = make_vote(services, questions=MIXED, trustees=3, needed=2)
    at = f"/en/votes/{vote.uuid}"

    def page(path: str = "") -> str:
        for lang in ("kk", "ru"):
            assert client.get(f"/{lang}/votes/{vote.uuid}{path}").status_code == 200
        return text_of(client.get(f"{at}{path}").text)

    seen = page()
    for words in (
        "Put the candidates in your order of preference",
        "How the votes are counted",
        "the strongest chain of them decides (the Schulze method)",
        "nobody can tell whose each is",
        "List: A, B",
        "Choose one list, then at least one candidate on it.",
    ):
        assert words in seen, words
    said = client.get(f"/api/v1/votes/{vote.uuid}").json()
    assert [question["type"] for question in said["questions"]] == ["homomorphic", "ranking", "lists"]
    assert (said["questions"][1]["method"], said["threshold"]) == ("schulze", 2)
    assert said["questions"][2]["lists"][1]["candidates"][0]["en"] == "C"

    for voter, choices in ((0, FIRST), (1, SECOND)):
        cast(services, vote, voter, vote.ballot(voter, choices))
    close(services, vote)
    assert "the ballots are shuffled by 0 of 2 trustees" in page()
    assert "The trustees owe shuffles since voting closed" in page("/verify")
    assert "unless all who shuffled tell how" in page("/verify")
    assert (page("/verify").count("Who shuffles and decrypts"), "decrypts the sum" in page("/verify")) == (2, False)
    service.hand_in_shuffle(services, vote.uuid, 2, shuffle(services, vote))
    assert "the ballots are shuffled by 1 of 2 trustees" in page()
    assert "Trustee 2 shuffled the ballots" in page()
    service.hand_in_shuffle(services, vote.uuid, 3, shuffle(services, vote))
    assert "0 of 2 trustees have decrypted them" in page()
    assert "2 of 3 trustees are needed" in page("/verify")
    file = {"decryption": decrypt(services, vote, 1)}
    assert "1 more trustee is awaited." in text_of(client.post(f"{at}/decryption", files=file).text)
    file = {"decryption": decrypt(services, vote, 3)}
    assert "the result is there" in text_of(client.post(f"{at}/decryption", files=file).text)
    for path in ("", "/result", "/verify", "/board"):
        page(path)
    for path in (f"/votes/{vote.uuid}/result.csv", f"/votes/{vote.uuid}/heads.json", f"/api/v1/votes/{vote.uuid}"):
        assert client.get(path).status_code == 200, path
