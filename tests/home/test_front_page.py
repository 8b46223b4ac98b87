"""The front page with nothing on it, with an open vote, and with a result; and what one line says of a result."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from starlette.testclient import TestClient
from tests.petitions.making import Petitions
from tests.voting.making import BLANK, NO, YES, YES_NO, make_vote, tallied

from egov_crypto.question import Question
from egov_participation.home.outcomes import Outcome, outcome
from egov_participation.services import Services
from egov_participation.voting import service
from egov_participation.voting.texts import Texts, join

TITLE = {"kk": "Сынақ дауыс беру", "ru": "Пробное голосование", "en": "A trial vote"}
SEVERAL = Question(YES_NO.answers, join(Texts("Қайсысы?", "Какие?", "Which?")), 0, 2, blank=False)


def outcome_of(services: Services, choices: list[list[list[int]]], **how: object) -> Outcome:
    """The outcome of a vote in which each of the voters makes one of the choices."""
    made = make_vote(services, voters=max(2, len(choices)), **how)  # type: ignore[arg-type]
    for voter, chosen in enumerate(choices):
        service.cast(services, made.uuid, made.people[voter], made.ballot(voter, chosen))
    tallied(services, made)
    return outcome(service.vote(services, made.uuid))


@pytest.mark.parametrize("lang", TITLE)
def test_an_empty_front_page_says_that_nothing_is_open_and_where_to_go(client: TestClient, lang: str) -> None:
    text = client.get(f"/{lang}").text
    assert f'<a class="govuk-link" href="/{lang}/votes">' in text
    assert TITLE[lang] not in text


@pytest.mark.parametrize("lang", TITLE)
def test_an_open_vote_stands_on_the_front_page_with_the_days_it_has_left(
    client: TestClient, services: Services, lang: str
) -> None:
    made = make_vote(services, lasts=timedelta(days=3, hours=1))
    text = client.get(f"/{lang}").text
    assert f"/{lang}/votes/{made.uuid}" in text
    assert TITLE[lang] in text
    assert {"kk": "3 күн", "ru": "3 дня", "en": "3 days"}[lang] in text


def test_a_vote_that_has_not_opened_is_not_on_the_front_page(client: TestClient, services: Services) -> None:
    made = make_vote(services, opens_in=timedelta(days=1))
    assert made.uuid not in client.get("/en").text


def test_the_petitions_that_many_sign_now_stand_on_the_front_page(client: TestClient, services: Services) -> None:
    petitions = Petitions(services)
    assert "many sign now" not in client.get("/en").text
    (signer,) = petitions.residents(1)
    signed, newer = petitions.make(), petitions.make()
    petitions.sign(signed, signer)
    petitions.round()
    services.clock.advance(hours=1)  # type: ignore[attr-defined]  # for so long what was read is kept
    main = client.get("/en").text.split("Petitions that many sign now")[1]
    assert main.index(signed) < main.index(newer)


def test_a_result_stands_on_the_front_page_with_the_leading_answer_and_the_turnout(
    client: TestClient, services: Services
) -> None:
    found = outcome_of(services, [YES, YES, NO])
    text = client.get("/en").text
    assert f"/en/votes/{found.vote.uuid}/result" in text
    assert "Yes: <strong>66.67%</strong>" in text
    assert "turnout 100.00%" in text


def test_the_leading_answer_is_named_with_its_share_of_all_ballots_blank_ones_among_them(services: Services) -> None:
    found = outcome_of(services, [YES, YES, NO, BLANK])
    assert found.answer == Texts("Иә", "Да", "Yes")
    assert found.share == 0.5


@pytest.mark.parametrize(
    "choices", [[YES, NO], [], [BLANK, BLANK, YES]], ids=["a tie", "nobody voted", "most votes blank"]
)
def test_no_answer_is_named_where_none_leads(services: Services, choices: list[list[list[int]]]) -> None:
    assert outcome_of(services, choices).answer is None


def test_no_answer_is_named_where_several_may_be_chosen_or_several_are_asked(services: Services) -> None:
    assert outcome_of(services, [[[1, 0]]], questions=(SEVERAL,)).answer is None
    assert outcome_of(services, [[*YES, *YES]], questions=(YES_NO, YES_NO)).answer is None


@pytest.mark.parametrize(
    ("lang", "said", "could"),
    [
        (
            "en",
            [
                ("Do you agree?", "Most votes: Yes, 66.67%."),
                ("Which?", "As many votes for each: Yes, No, 66.67%."),
                ("Do you agree?", "Most votes are blank: 66.67%."),
                ("and 1 more question", ""),
            ],
            (
                "One answer could be chosen.",
                "Up to 2 answers could be chosen, or none.",
                "could also be answered blank",
            ),
        ),
        (
            "ru",
            [
                ("Поддерживаете?", "Больше всего голосов: Да, 66,67 %."),
                ("Какие?", "Голосов поровну: Да, Нет, по 66,67 %."),
                ("Поддерживаете?", "Больше всего пустых ответов: 66,67 %."),
                ("и ещё 1 вопрос", ""),
            ],
            (
                "Можно было выбрать один ответ.",
                "Можно было выбрать не больше 2 ответов или ни одного.",
                "Можно было дать и",
            ),
        ),
        (
            "kk",
            [
                ("Қолдайсыз ба?", "Ең көп дауыс алған: Иә, 66,67 %."),
                ("Қайсысы?", "Дауыстар тең: Иә, Жоқ, әрқайсысы 66,67 %."),
                ("Қолдайсыз ба?", "Дауыстардың көбі бос: 66,67 %."),
                ("және тағы 1 сұрақ", ""),
            ],
            (
                "Бір жауапты таңдауға болатын.",
                "Ең көбі 2 жауапты таңдауға немесе ешқайсысын таңдамауға болатын.",
                "бос жауап беруге де",
            ),
        ),
    ],
    ids=["en", "ru", "kk"],
)
def test_what_came_out_of_several_questions_and_how_they_could_be_answered(
    client: TestClient, services: Services, lang: str, said: list[tuple[str, str]], could: tuple[str, ...]
) -> None:
    questions = (YES_NO, SEVERAL, YES_NO, YES_NO)
    choices = [[*YES, [1, 0], *BLANK, *YES], [*YES, [1, 1], *BLANK, *YES], [*NO, [0, 1], *YES, *NO]]
    found = outcome_of(services, choices, questions=questions)
    page = client.get(f"/{lang}").text.replace("\N{NO-BREAK SPACE}", " ")
    asked = re.findall(r'<p class="egov-list__text">(.*?)(?:<br><strong>(.*?)</strong>)?</p>', page)
    start = next(place for place, (_, outcome) in enumerate(asked) if outcome)
    assert asked[start : start + 4] == said

    page = client.get(f"/{lang}/votes/{found.vote.uuid}/result").text
    hints = re.findall(r'<p class="govuk-hint">(.*?)</p>', page)
    assert [hint.count(could[0]) for hint in hints] == [1, 0, 1, 1]
    assert [hint.count(could[1]) for hint in hints] == [0, 1, 0, 0]
    assert [hint.count(could[2]) for hint in hints] == [1, 0, 1, 1]


@pytest.mark.parametrize(("lang", "word"), [("kk", "хеш"), ("ru", "хеш"), ("en", "hash")])
def test_observers_are_told_which_line_of_the_program_to_write_down_and_the_site_calls_it_alike(
    lang: str, word: str, client: TestClient
) -> None:
    observe, help_page = (client.get(f"/{lang}/{page}").text for page in ("observe/how", "help/voting"))

    assert "Head" in observe
    assert observe.count(word) >= 2
    assert word in help_page
