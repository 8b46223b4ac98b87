"""The booth's JavaScript, run by node and judged by the reference implementation."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import segno
from tests.belenios import Belenios

from egov_crypto import ballot
from egov_crypto.election import Election

HERE = Path(__file__).parent
UNITS = sorted(path.name for path in HERE.glob("*.test.mjs"))


def question(count: int, least: int, most: int, *, blank: bool = False) -> dict[str, Any]:
    answers = [f"Ұсыныс {at} / Предложение {at} / Proposal {at}" for at in range(count)]
    extra = {"blank": True} if blank else {}
    return {"answers": answers, **extra, "min": least, "max": most, "question": "Қалай? / Как? / How?"}


def ranked(count: int, **extra: Any) -> dict[str, Any]:
    answers = [f"Үміткер {at} / Кандидат {at} / Candidate {at}" for at in range(count)]
    return {"type": "NonHomomorphic", "value": {"answers": answers, "question": "?"}, "extra": extra}


def lists(*sizes: int) -> dict[str, Any]:
    answers = [[f"Тізім {at}", *(f"{at}.{number}" for number in range(size))] for at, size in enumerate(sizes)]
    return {"type": "Lists", "value": {"answers": answers, "question": "?"}}


def chosen(*places: int) -> dict[str, Any]:
    return {"chosen": list(places)}


BLANK = {"blank": True}

ELECTIONS: dict[str, tuple[list[dict[str, Any]], list[list[dict[str, Any]]]]] = {
    "referendum": ([question(2, 1, 1, blank=True)], [[chosen(0)], [chosen(1)], [BLANK]]),
    "one of five": ([question(5, 1, 1)], [[chosen(0)], [chosen(4)]]),
    "none or some": ([question(3, 0, 3)], [[chosen()], [chosen(1)], [chosen(0, 1, 2)]]),
    "none, some or blank": ([question(3, 0, 2, blank=True)], [[chosen()], [chosen(0, 2)], [BLANK]]),
    "exactly two": ([question(4, 2, 2)], [[chosen(1, 3)]]),
    "two at least, or blank": ([question(3, 2, 3, blank=True)], [[chosen(0, 1)], [chosen(0, 1, 2)], [BLANK]]),
    "one to five of twenty": ([question(20, 1, 5)], [[chosen(7)], [chosen(0, 5, 9, 12, 19)]]),
    "a single answer": ([question(1, 0, 1), question(1, 1, 1)], [[chosen(), chosen(0)], [chosen(0), chosen(0)]]),
    "several questions": (
        [question(2, 1, 1, blank=True), question(3, 1, 2), question(4, 0, 4, blank=True)],
        [[chosen(1), chosen(0, 2), BLANK], [BLANK, chosen(1), chosen(0, 1, 2, 3)]],
    ),
    "ranked": ([ranked(30, type="IRV", blank=True)], [[list(range(30, 0, -1))], [[0] * 30]]),
    "graded, ranked, listed and chosen": (
        [
            ranked(3, type="MajorityJudgment", blank=False, grades=["Жақсы", "Орташа", "Жаман"]),
            question(2, 1, 1),
            lists(1, 3),
            ranked(4, type="STV", blank=False, rules="scottish", seats=2),
        ],
        [
            [[3, 1, 3], chosen(1), [[0, 0], [1, 1, 0, 1]], [0, 2, 0, 1]],
            [[0, 0, 1], chosen(0), [[1, 1], [0, 0, 0, 0]], [1, 0, 0, 0]],
        ],
    ),
    "a single list": ([lists(2)], [[[[1, 0, 1]]], [[[1, 1, 1]]]]),
}


def make_ballots(node: str, election: Path, votes: list[dict[str, Any]]) -> list[dict[str, str]]:
    asked = json.dumps({"election": str(election), "votes": votes})
    done = subprocess.run(
        [node, str(HERE / "make_ballots.mjs")], input=asked, check=True, capture_output=True, text=True, timeout=240
    )
    made: list[dict[str, str]] = json.loads(done.stdout)
    return made


def template(questions: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "description": 'Сипаттама «тырнақша» "quotes" \\ 🗳 / Описание / Description',
        "name": "Ұлттық дауыс беру / Национальное голосование / A national vote",
        "questions": questions,
        "administrator": "Комиссия",
        "credential_authority": "Тіркеуші",
    }


@pytest.mark.parametrize("unit", UNITS)
def test_the_modules_do_what_their_own_tests_say(node: str, unit: str) -> None:
    done = subprocess.run([node, "--test", str(HERE / unit)], capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.belenios
@pytest.mark.parametrize("name", ELECTIONS)
def test_the_reference_accepts_every_ballot_the_booth_makes(
    node: str, belenios: Belenios, tmp_path: Path, name: str
) -> None:
    questions, votes = ELECTIONS[name]
    credentials = belenios.setup(tmp_path, template(questions), voters=len(votes))
    asked = [{"credential": c, "choices": v} for c, v in zip(credentials, votes, strict=True)]
    made = make_ballots(node, tmp_path / "election.json", asked)
    assert len(made) == len(votes)
    election = Election.parse((tmp_path / "election.json").read_bytes())
    for one in made:
        belenios.verify_ballot(tmp_path, one["ballot"])
        assert ballot.parse_and_verify(election, one["ballot"].encode()).tracker == one["tracker"]
        file = json.loads(one["challenge"])
        ballot.check_opening(election, file["ballot"], file["plaintext"], file["randomness"])


@pytest.mark.belenios
def test_the_reference_refuses_a_ballot_changed_after_the_booth_made_it(
    node: str, belenios: Belenios, tmp_path: Path
) -> None:
    (credential,) = belenios.setup(tmp_path, template([question(2, 1, 1)]), voters=1)
    (made,) = make_ballots(node, tmp_path / "election.json", [{"credential": credential, "choices": [chosen(0)]}])
    ballot = json.loads(made["ballot"])
    answer = ballot["answers"][0]
    answer["choices"].reverse()
    with pytest.raises(subprocess.CalledProcessError):
        belenios.verify_ballot(tmp_path, json.dumps(ballot, separators=(",", ":")))


FULL = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213)
"""Bytes that fill a QR code of version 1, 2, … 10. (Into a code with room to spare segno writes another padding.)"""


def test_qr_codes_are_those_of_another_implementation(node: str) -> None:
    asked = [
        (("https://example.kz/Қ-1/" * 12).encode()[:size].decode(errors="ignore"), mask)
        for size in FULL
        for mask in range(8)
    ]
    asked = [
        (text + "!" * (size - len(text.encode())), mask)
        for (text, mask), size in zip(asked, sorted(FULL * 8), strict=True)
    ]
    done = subprocess.run(
        [node, str(HERE / "qr_matrices.mjs")],
        input=json.dumps(asked),
        check=True,
        capture_output=True,
        text=True,
        timeout=240,
    )
    for (text, mask), drawn in zip(asked, json.loads(done.stdout), strict=True):
        other = segno.make(
            text, error="m", mode="byte", mask=mask, boost_error=False, micro=False, encoding="utf-8", eci=False
        )
        assert ["".join(map(str, row)) for row in other.matrix] == drawn, (len(text), mask)


def test_a_qr_code_of_a_trackers_address_chooses_a_mask_by_itself(node: str) -> None:
    address = "https://vote.example.kz/kk/votes/bvdC51SBUQAbs2/ballots/" + "A" * 43
    done = subprocess.run(
        [node, str(HERE / "qr_matrices.mjs")],
        input=json.dumps([[address, mask] for mask in (None, *range(8))]),
        check=True,
        capture_output=True,
        text=True,
        timeout=240,
    )
    chosen, *all_masks = json.loads(done.stdout)
    assert chosen in all_masks
