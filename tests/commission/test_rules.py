"""What a draft lacks and what its commission is warned of: pure rules."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from egov_participation.commission import documents, rules
from egov_participation.commission.rules import Asked, Part, Place, Plan, QuestionPage
from egov_participation.voting.problems import Problem
from egov_participation.voting.setup_file import KeptRoll, SetupError, read_document

HERE = timezone(timedelta(hours=5))
MONDAY = datetime(2031, 10, 6, 12, 0, tzinfo=HERE)
GOOD = Plan(
    now=MONDAY,
    opens_at=MONDAY + timedelta(days=14),
    closes_at=MONDAY + timedelta(days=18, hours=8),
    sizes={1: 1000},
    questions=(Asked(2, 1, blank=True),),
    trustees=3,
    offline=1,
)


def said(plan: Plan) -> str:
    return "\n".join(map(str, rules.warnings(plan)))


def test_a_vote_that_is_well_prepared_is_warned_of_nothing() -> None:
    assert said(GOOD) == said(replace(GOOD, trustees=9, needed=5)) == ""


@pytest.mark.parametrize(
    ("change", "warning"),
    [
        ({"sizes": {1: 9}}, "roll: Fewer than 10 people may vote (9)"),
        ({"sizes": {1: 100, 3: 9}}, "roll: Fewer than 10 people have the weight 3 (9)"),
        ({"sizes": {1: 49}}, "roll: Only 49 people may vote. If an answer comes out unanimous"),
        ({"sizes": {1: 100, 101: 1}}, "roll: One person has more than half of all votes (101 of 201)"),
        (
            {"questions": (Asked(2, 1, False), Asked(1, 1, False))},
            "questions[2].answers: Question 2 has one answer only",
        ),
        (
            {"questions": (Asked(6, 0, False, shuffled=True), Asked(7, 0, False, shuffled=True))},
            "questions[2].answers: Question 2 has more possible orders than there are voters",
        ),
        (
            {"questions": (Asked(4, 0, False, True, grades=5), Asked(5, 0, False, True, grades=5))},
            "questions[2].answers: Question 2 can be graded in more ways than there are voters",
        ),
        ({"trustees": 8, "needed": 4}, "needed: 4 of 8 trustees are enough: half of them or fewer"),
        ({"trustees": 1}, "trustees: There is only one trustee"),
        ({"trustees": 2}, "trustees: There are only two trustees"),
        ({"trustees": 8}, "trustees: There are 8 trustees, and all of them are needed"),
        ({"offline": 0}, "trustees: Every trustee keeps the key on a computer with a network"),
        ({"opens_at": MONDAY.replace(day=20, hour=6)}, "opens_at: The vote opens outside the day"),
        ({"opens_at": MONDAY.replace(day=20, hour=22)}, "opens_at: The vote opens outside the day"),
        ({"opens_at": MONDAY.replace(day=8)}, "opens_at: The vote opens in less than three working days"),
        ({"closes_at": MONDAY + timedelta(days=14, hours=7)}, "closes_at: The vote is open for less than eight hours"),
        ({"closes_at": MONDAY.replace(day=24, hour=23)}, "closes_at: The vote closes outside the day"),
        ({"closes_at": MONDAY.replace(day=26)}, "closes_at: The vote closes on a weekend"),
        ({"closes_at": MONDAY.replace(month=12, day=16)}, "closes_at: The vote closes on a public holiday"),
    ],
)
def test_each_thing_that_may_be_unwise_is_said(change: dict[str, object], warning: str) -> None:
    assert warning in said(replace(GOOD, **change))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"sizes": {1: 50}},
        {"sizes": {1: 100, 100: 10}},
        {"sizes": {}},
        {"questions": (Asked(1, 0, False), Asked(1, 1, True))},
        {"trustees": 7},
        {"trustees": 0, "offline": 0},
        {"opens_at": MONDAY.replace(day=9)},
        {"opens_at": MONDAY.replace(day=20, hour=7)},
        {"opens_at": None, "closes_at": None},
        {"closes_at": MONDAY + timedelta(days=14, hours=8)},
        {"closes_at": MONDAY.replace(day=24, hour=22)},
    ],
)
def test_just_at_the_limit_nothing_is_said(change: dict[str, object]) -> None:
    assert said(replace(GOOD, **change)) == ""  # type: ignore[arg-type]


def test_a_binding_draft_whose_keys_are_all_online_or_whose_opening_has_passed_is_not_frozen() -> None:
    found = rules.own_problems("binding", MONDAY, MONDAY, 3, 0)
    assert [problem.path for problem in found] == ["opens_at", "trustees"]
    assert rules.own_problems("binding", MONDAY + timedelta(minutes=1), MONDAY, 3, 1) == []
    assert rules.own_problems("consultative", None, MONDAY, 3, 0) == []


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("title.kk", Place(Part.TITLE)),
        ("administrator", Place(Part.NAMES)),
        ("closes_at", Place(Part.TIMES)),
        ("roll.file, line 7", Place(Part.VOTERS)),
        ("trustees[2].name", Place(Part.TRUSTEES)),
        ("questions", Place(Part.QUESTIONS)),
        ("questions[3].text.ru", Place(Part.QUESTIONS, 3, QuestionPage.TEXT)),
        ("questions[3].answers[1].ru", Place(Part.QUESTIONS, 3, QuestionPage.ANSWERS)),
        ("questions[12].max", Place(Part.QUESTIONS, 12, QuestionPage.CHOICE)),
    ],
)
def test_every_problem_leads_to_the_page_where_it_is_mended(path: str, place: Place) -> None:
    assert rules.place_of(path) == place
    assert rules.by_part([Problem(path, "", {})])[place.part]


def problems(document: documents.Document, kept: KeptRoll | None = None) -> list[str]:
    with pytest.raises(SetupError) as refused:
        read_document(document, datetime(2031, 10, 1, tzinfo=UTC), kept)
    return [problem.path for problem in refused.value.problems]


def test_of_an_empty_draft_everything_is_missing_and_every_part_is_named() -> None:
    found = problems(documents.blank() | {"trustees": []})
    assert {rules.place_of(path).part for path in found} == set(Part)


@pytest.fixture
def documented() -> documents.Document:
    """The example of the documentation as a draft, with its questions of all kinds."""
    text = (Path(__file__).parents[2] / "docs/vote-file.md").read_text("utf-8")
    example, kinds, *_ = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    return documents.from_file(tomllib.loads(f"needed = 2\n{example}\n{kinds}"))


def test_a_file_a_draft_and_the_file_again_say_the_same(documented: documents.Document) -> None:
    assert problems(documented | {"trustees": []}) == ["trustees"]
    again = documents.to_toml(documented, [{"name": documented["title"], "public_key": None}])
    assert documents.from_file(tomllib.loads(again)) == documented
    assert [documents.kind_of(question).value for question in documented["questions"][2:]] == [
        "ranking",
        "grading",
        "lists",
    ]


def test_texts_with_quotes_and_backslashes_come_back_from_the_file(documented: documents.Document) -> None:
    text = 'a "b" \\ c \x7f ÿ \U0001f5f3 # = [ ]'
    changed = documented | {"title": {"kk": text, "ru": text, "en": text}, "roll": {"from": "file"}}
    assert tomllib.loads(documents.to_toml(changed, []))["title"]["ru"] == text
    assert tomllib.loads(documents.to_toml(changed, []))["roll"]["file"] == "roll.csv"


def test_an_empty_draft_is_a_file_too() -> None:
    assert documents.from_file(tomllib.loads(documents.to_toml(documents.blank(), []))) == documents.blank()


@pytest.mark.parametrize(
    "parsed",
    [
        {"title": 7, "questions": "no", "roll": [], "opens_at": "tomorrow", "kind": "advice"},
        {"questions": [7, "x"], "roll": {"from": "everybody"}},
    ],
)
def test_what_has_not_its_shape_in_a_file_is_left_empty(parsed: dict[str, object]) -> None:
    assert documents.from_file(parsed) == documents.blank()


def test_a_list_of_a_draft_counts_only_when_it_is_there(documented: documents.Document) -> None:
    listed = documented | {"roll": {"from": "file"}, "trustees": []}
    assert problems(listed) == ["roll.file", "trustees"]
    assert problems(listed, KeptRoll(12)) == ["trustees"]


def test_the_age_may_be_reached_on_another_day(documented: documents.Document) -> None:
    rule = {"from": "registry", "min_age": 16, "territories": [], "age_on": "2031-13-01"}
    assert problems(documented | {"roll": rule, "trustees": []}) == ["roll.age_on", "trustees"]
    assert problems(documented | {"roll": rule | {"age_on": "2031-12-01"}, "trustees": []}) == ["trustees"]


def test_moving_past_an_end_changes_nothing() -> None:
    assert documents.moved([1, 2, 3], 0, -1) == [1, 2, 3]
    assert documents.moved([1, 2, 3], 2, 1) == [1, 2, 3]
    assert documents.moved([1, 2, 3], 7, 1) == [1, 2, 3]
    assert documents.moved([1, 2, 3], 1, 1) == [1, 3, 2]
    assert documents.without([1, 2, 3], -1) == [1, 2, 3]
