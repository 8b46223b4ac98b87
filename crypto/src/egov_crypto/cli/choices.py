"""Choices as people write them, and as they read them."""

import json
from collections.abc import Sequence

from egov_crypto.cli import console
from egov_crypto.election import Election
from egov_crypto.errors import UsageError
from egov_crypto.question import Question

HELP = (
    "once for each question, in order: the numbers of the answers, with commas ('2', '1,3'), 'none' or 'blank'; "
    "or once for all, as JSON in the protocol's form ('[[0,1],[1,0,1]]'). Better leave it out and be asked: other "
    "users of the machine can see options"
)


def parse(election: Election, words: Sequence[str]) -> list[list[int]]:
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
    return [parse_one(question, word) for question, word in zip(election.homomorphic, words, strict=True)]


def parse_one(question: Question, word: str) -> list[int]:
    """The values of one question, checked; raises :class:`UsageError`."""
    values = [0] * question.size
    match word.strip().lower():
        case "blank":
            if not question.blank:
                raise UsageError("a blank vote is not allowed on this question")
            values[0] = 1
        case "none":
            pass
        case numbers:
            for number in numbers.split(","):
                text = number.strip()
                place = console.natural(text)
                if place is None or not 1 <= place <= len(question.answers):
                    raise UsageError(f"{text!r} is not a number between 1 and {len(question.answers)}")
                values[place - 1 + question.blank] = 1
    question.check_choices(values)
    return values


def ask(election: Election) -> list[list[int]]:
    """Ask at the terminal, question by question, again where the answer cannot be."""
    choices = []
    for question in election.homomorphic:
        console.say("", question.question)
        console.say(*(f"  {number:>3}  {answer}" for number, answer in enumerate(question.answers, start=1)))
        while True:
            try:
                choices.append(parse_one(question, console.ask(_prompt(question))))
                break
            except UsageError as error:
                if not console.is_interactive():
                    raise
                console.say(console.sentence(error))
    return choices


def _prompt(question: Question) -> str:
    if (question.min, question.max) == (1, 1):
        return "Number of exactly one answer" + (", or 'blank'" if question.blank else "")
    bounds = f"{question.min}" if question.min == question.max else f"{question.min} to {question.max}"
    others = (["'none'"] if question.min == 0 else []) + (["'blank'"] if question.blank else [])
    return f"Numbers of {bounds} answers, with commas{''.join(f', or {other}' for other in others)}"


def describe(question: Question, values: Sequence[int]) -> list[str]:
    """What ``values`` choose, in words."""
    if question.blank and values[0]:
        return ["(blank)"]
    chosen = zip(question.answers, values[question.blank :], strict=True)
    return [answer for answer, value in chosen if value] or ["(none)"]
