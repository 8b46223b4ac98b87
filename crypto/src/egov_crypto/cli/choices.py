"""Choices as people write them, and as they read them."""

import json
from collections.abc import Sequence
from typing import Any

from egov_crypto.cli import console
from egov_crypto.counting import Method
from egov_crypto.counting.ballots import prepare
from egov_crypto.election import Election
from egov_crypto.errors import UsageError
from egov_crypto.lists import ListsQuestion
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.question import AnyQuestion, Question

HELP = (
    "once for each question, in order: the numbers of the answers, with commas ('2', '1,3'), 'none' or 'blank'; of "
    "ranks from the first on ('3>1>2', equal ones '3>1=2'); of grades one for each answer ('1,4,2'); of lists the list "
    "and its candidates ('2:1,3'); or once for all, as JSON in the protocol's form ('[[0,1],[1,0,1]]'). Better leave "
    "it out and be asked: other users of the machine can see options"
)


def parse(election: Election, words: Sequence[str]) -> list[list[Any]]:
    """The protocol's form of choices given as words, one a question, or as one JSON text.

    Raises :class:`UsageError`; that they keep to the questions' bounds, ``ballot.encrypt`` checks.
    """
    if len(words) == 1 and words[0].lstrip().startswith("["):
        try:
            value = json.loads(words[0])
        except (ValueError, RecursionError):
            raise UsageError("these choices are not JSON") from None
        if not isinstance(value, list) or any(not isinstance(question, list) for question in value):
            raise UsageError("choices in JSON are a list of lists")
        return value
    if len(words) != len(election.questions):
        raise UsageError(f"there are {console.count(len(election.questions), 'question')}, but {len(words)} choices")
    return [parse_one(question, word) for question, word in zip(election.questions, words, strict=True)]


def parse_one(question: AnyQuestion, word: str) -> list[Any]:
    """The choices of one question, checked; raises :class:`UsageError`."""
    word = word.strip().lower()
    match question:
        case Question():
            values: list[Any] = _chosen(question, word)
        case PreferenceQuestion():
            values = _numbers(question, word)
        case ListsQuestion():
            values = _of_a_list(question, word)
    question.check_choices(values)
    return values


def _chosen(question: Question, word: str) -> list[int]:
    values = [0] * question.size
    if word == "blank":
        if not question.blank:
            raise UsageError("a blank vote is not allowed on this question")
        values[0] = 1
    elif word != "none":
        for place in _places(word, len(question.answers)):
            values[place + question.blank] = 1
    return values


def _of_a_list(question: ListsQuestion, word: str) -> list[list[int]]:
    list_, colon, candidates = word.partition(":")
    if not colon:
        raise UsageError("a list and its candidates are wanted, as in '2:1,3'")
    values = question.nested([0] * question.size)
    chosen = values[_place(list_, len(values))]
    chosen[0] = 1
    for place in _places(candidates, len(chosen) - 1):
        chosen[place + 1] = 1
    return values


def _numbers(question: PreferenceQuestion, word: str) -> list[int]:
    """Ranks or grades. As JSON a voter can write any; as words only such as count."""
    method = Method.of(question.extra)
    if word in {"blank", "none"}:
        values = [0] * len(question.answers)
    elif method is not None and method.graded:
        values = _grades(question, method, word)
    elif "," in word and "=" not in word:
        values = [_number(text) for text in word.split(",")]
    else:
        values = _ranks(question, word, each_once=method is not None and not method.equal_ranks)
    question.check_choices(values)
    if method is not None and prepare(method, len(question.answers), [values]).invalid:
        raise UsageError("such a vote is not valid by this question's method of counting")
    return values


def _grades(question: PreferenceQuestion, method: Method, word: str) -> list[int]:
    values = [_number(text) for text in word.split(",")]
    if len(values) != len(question.answers) or any(value > len(method.grades) for value in values):
        raise UsageError(
            f"a grade from 1 to {len(method.grades)}, or 0, is wanted for each of {len(question.answers)} answers"
        )
    return values


def _ranks(question: PreferenceQuestion, word: str, *, each_once: bool) -> list[int]:
    values = [0] * len(question.answers)
    for rank, tier in enumerate(word.split(">"), start=1):
        places = [_place(text, len(values)) for text in tier.split("=")]
        if each_once and len(places) > 1:
            raise UsageError("no two answers can have the same rank on this question")
        for place in places:
            if values[place]:
                raise UsageError(f"answer {place + 1} is ranked twice")
            values[place] = rank
    return values


def _places(texts: str, size: int) -> list[int]:
    return [_place(text, size) for text in texts.split(",")]


def _place(text: str, size: int) -> int:
    """From 0, of what is numbered from 1."""
    number = console.natural(text.strip())
    if number is None or not 1 <= number <= size:
        raise UsageError(f"{text.strip()!r} is not a number between 1 and {size}")
    return number - 1


def _number(text: str) -> int:
    number = console.natural(text.strip())
    if number is None:
        raise UsageError(f"{text.strip()!r} is not a number")
    return number


def ask(election: Election) -> list[list[Any]]:
    """Ask at the terminal, question by question, again where the answer cannot be."""
    choices = []
    for question in election.questions:
        console.say("", question.question, *_offered(question))
        while True:
            try:
                choices.append(parse_one(question, console.ask(_prompt(question))))
                break
            except UsageError as error:
                if not console.is_interactive():
                    raise
                console.say(console.sentence(error))
    return choices


def _offered(question: AnyQuestion) -> list[str]:
    if not isinstance(question, ListsQuestion):
        return [f"  {number:>3}  {answer}" for number, answer in enumerate(question.answers, start=1)]
    lines = []
    for number, (name, *candidates) in enumerate(question.lists, start=1):
        lines.append(f"  {number:>3}  {name}")
        lines += [f"       {place:>3}  {candidate}" for place, candidate in enumerate(candidates, start=1)]
    return lines


def _prompt(question: AnyQuestion) -> str:
    match question:
        case Question():
            return _prompt_of_choice(question)
        case ListsQuestion():
            return "Number of a list, and those of its candidates ('2:1,3')"
    method = Method.of(question.extra)
    blank = ", or 'blank'" if method is not None and method.blank else ""
    if method is not None and method.graded:
        scale = ", ".join(f"{number} {grade}" for number, grade in enumerate(method.grades, start=1))
        return f"A grade for each answer, with commas (0 for none, {scale}){blank}"
    equal = "" if method is not None and not method.equal_ranks else ", equal ones '3>1=2'"
    return f"Numbers of answers in your order, the first rank first ('3>1>2'{equal}){blank}"


def _prompt_of_choice(question: Question) -> str:
    if (question.min, question.max) == (1, 1):
        return "Number of exactly one answer" + (", or 'blank'" if question.blank else "")
    bounds = f"{question.min}" if question.min == question.max else f"{question.min} to {question.max}"
    others = (["'none'"] if question.min == 0 else []) + (["'blank'"] if question.blank else [])
    return f"Numbers of {bounds} answers, with commas{''.join(f', or {other}' for other in others)}"


def describe(question: AnyQuestion, values: Sequence[Any]) -> list[str]:
    """What ``values``, which have been checked, choose, in words."""
    match question:
        case Question():
            if question.blank and values[0]:
                return ["(blank)"]
            chosen = zip(question.answers, values[question.blank :], strict=True)
            return [answer for answer, value in chosen if value] or ["(none)"]
        case ListsQuestion():
            flat = zip(question.texts, question.flat(values), strict=True)
            return [name for name, value in flat if value]
    given = sorted((value, place) for place, value in enumerate(values) if value)
    return [f"{_meaning(question, value)}  {question.answers[place]}" for value, place in given] or ["(blank)"]


def _meaning(question: PreferenceQuestion, value: int) -> str:
    """A rank, or a grade in its own words."""
    method = Method.of(question.extra)
    graded = method is not None and method.graded and value <= len(method.grades)
    return f"{method.grades[value - 1]}:" if method is not None and graded else f"{value:>3}"
