"""Generated voters: where they live, what they weigh, and how they vote."""

from __future__ import annotations

from egov_crypto.question import Question
from egov_participation.commission import rehearsing
from egov_participation.registrar.generated import is_generated


def test_generated_voters_choose_what_their_questions_allow_and_the_same_each_time() -> None:
    questions = [
        Question(("a", "b", "c"), "?", least, most, blank=blank)
        for least in range(4)
        for most in range(least, 4)
        for blank in (True, False)
    ]
    for turn in range(60):
        chosen = rehearsing.choices("1234567ABCDEFG", turn, questions)
        assert chosen == rehearsing.choices("1234567ABCDEFG", turn, questions)
        for question, choice in zip(questions, chosen, strict=True):
            question.check_choices(choice)


def test_generated_voters_live_where_the_draft_says_and_weigh_what_its_list_says() -> None:
    made = rehearsing.voters("1234567ABCDEFG", 60, {1: 3, 5: 1}, ["751210000", "KZ-71"])
    assert {voter.territory for voter in made} == {"KZ-75", "KZ-71"}
    assert {voter.weight for voter in made} == {1, 5}
    assert all(is_generated(voter.person_id) for voter in made)
    assert len({voter.person_id for voter in made}) == 60
    turns = rehearsing.turns("1234567ABCDEFG", 60)
    assert len(set(turns)) == 48
    assert len(turns) > 48
