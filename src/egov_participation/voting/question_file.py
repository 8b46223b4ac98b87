"""The questions of the file that a vote is set up from, each read by its kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from egov_crypto.counting import Method, MethodType, Rules
from egov_crypto.lists import ListsQuestion
from egov_crypto.preference import MAX_ANSWERS as MAX_PREFERENCES
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.question import AnyQuestion, Question
from egov_participation.i18n import N_
from egov_participation.voting import texts
from egov_participation.voting.file_values import Table, Values, at
from egov_participation.voting.kinds import MAX_GRADES, METHODS, MIN_GRADES, RULES, QuestionKind
from egov_participation.voting.texts import Texts

MAX_QUESTIONS: Final = 20
MAX_ANSWERS: Final = 500
"""Over all questions, lists and their candidates among them: a ballot then stays below the 1 MB that is taken."""


def read_questions(values: Values) -> list[AnyQuestion]:
    """All questions that hold."""
    questions = [_question(values, path, table) for path, table in values.tables("questions", MAX_QUESTIONS)]
    found = [question for question in questions if question is not None]
    if sum(len(question.texts) for question in found) > MAX_ANSWERS:
        values.problems.add(
            "questions",
            N_("There may be at most %(number)s answers in all questions together."),
            number=MAX_ANSWERS,
        )
    return found


def _question(values: Values, path: str, table: Table) -> AnyQuestion | None:
    kind = table.get("type", QuestionKind.CHOICE.value)
    if kind not in tuple(QuestionKind):
        values.problems.add(at(path, "type"), N_("Say “homomorphic”, “ranking”, “grading” or “lists”."))
        return None
    return _READERS[QuestionKind(kind)](values, path, table)


def _choice(values: Values, path: str, table: Table) -> Question | None:
    values.unknown(path, table, {"type", "text", "answers", "min", "max", "blank"})
    text = values.texts("text", path, table)
    answers = _answers(values, path, table)
    least = values.number(table, "min", path, 1)
    most = values.number(table, "max", path, 1)
    blank = values.truth(table, "blank", path)
    if least is not None and most is not None and least > most:
        values.problems.add(at(path, "min"), N_("The smallest number of answers is larger than the largest."))
    elif most is not None and answers and not 1 <= most <= len(answers):
        values.problems.add(
            at(path, "max"), N_("Between 1 and %(number)s answers can be allowed here."), number=len(answers)
        )
    elif text is not None and least is not None and most is not None and answers and blank is not None:
        return Question(_joined(answers), texts.join(text), least, most, blank)
    return None


def _ranking(values: Values, path: str, table: Table) -> PreferenceQuestion | None:
    transferable = table.get("method") == "stv"
    known = {"type", "text", "answers", "method", "blank"}
    values.unknown(path, table, known | ({"seats", "rules"} if transferable else set()))
    text = values.texts("text", path, table)
    answers = _preferences(values, path, table)
    blank = values.truth(table, "blank", path)
    method = table.get("method")
    if not isinstance(method, str) or method not in METHODS:
        values.problems.add(
            at(path, "method"),
            N_("Say how the rankings are counted: “schulze”, “condorcet”, “borda”, “instant-runoff” or “stv”."),
        )
        return None
    more = _transferable(values, path, table, len(answers)) if transferable else (None, 1)
    if text is None or not answers or blank is None or more is None:
        return None
    counted = Method(METHODS[method], blank, *more)
    return PreferenceQuestion(_joined(answers), texts.join(text), counted.to_json())


def _transferable(values: Values, path: str, table: Table, candidates: int) -> tuple[Rules, int] | None:
    """By which rules the single transferable vote is counted, and how many seats it fills."""
    seats = values.number(table, "seats", path, 1)
    rules = table.get("rules", RULES[0])
    if rules not in RULES:
        values.problems.add(at(path, "rules"), N_("Say “scottish” or “meek”."))
        return None
    if seats is None:
        return None
    if candidates and not 1 <= seats < candidates:
        values.problems.add(
            at(path, "seats"),
            N_("There must be at least one seat, and fewer seats than answers (%(number)s)."),
            number=candidates,
        )
        return None
    return Rules(rules), seats


def _grading(values: Values, path: str, table: Table) -> PreferenceQuestion | None:
    values.unknown(path, table, {"type", "text", "answers", "grades", "blank"})
    text = values.texts("text", path, table)
    answers = _preferences(values, path, table)
    blank = values.truth(table, "blank", path)
    grades = _several(values, at(path, "grades"), table.get("grades"), _GRADES)
    if grades and not MIN_GRADES <= len(grades) <= MAX_GRADES:
        values.problems.add(
            at(path, "grades"),
            N_("Between %(least)s and %(most)s grades can be used."),
            least=MIN_GRADES,
            most=MAX_GRADES,
        )
    elif text is not None and answers and grades and blank is not None:
        counted = Method(MethodType.MAJORITY_JUDGMENT, blank, grades=_joined(grades))
        return PreferenceQuestion(_joined(answers), texts.join(text), counted.to_json())
    return None


def _lists(values: Values, path: str, table: Table) -> ListsQuestion | None:
    values.unknown(path, table, {"type", "text", "lists"})
    text = values.texts("text", path, table)
    given = table.get("lists")
    where = at(path, "lists")
    if given == []:
        values.problems.add(where, N_("There is no list yet."))
        return None
    if not isinstance(given, list) or not given or not all(isinstance(item, dict) for item in given):
        values.problems.add(where, N_("Lists are wanted, each a table with name and candidates."))
        return None
    read = [_list(values, f"{where}[{number}]", item) for number, item in enumerate(given, 1)]
    if len(read) == 1:
        values.problems.add(where, N_("At least two lists are needed, so that there is a choice."))
    names = [found[0] for found in read if found]
    if len(set(names)) < len(names):
        values.problems.add(where, N_("Two lists have the same name."))
    if text is None or not all(read):
        return None
    return ListsQuestion(tuple(_joined(found) for found in read), texts.join(text))


def _list(values: Values, path: str, table: Table) -> list[Texts]:
    """A list's name and its candidates if all of them hold, else nothing."""
    values.unknown(path, table, {"name", "candidates"})
    name = values.texts("name", path, table)
    candidates = _several(values, at(path, "candidates"), table.get("candidates"), _CANDIDATES)
    return [name, *candidates] if name is not None and candidates else []


def _answers(values: Values, path: str, table: Table) -> list[Texts]:
    return _several(values, at(path, "answers"), table.get("answers"), _ANSWERS)


def _preferences(values: Values, path: str, table: Table) -> list[Texts]:
    """What is ranked or graded: as many as a ballot can hold."""
    answers = _answers(values, path, table)
    if answers and not 2 <= len(answers) <= MAX_PREFERENCES:
        values.problems.add(
            at(path, "answers"),
            N_("Between 2 and %(number)s answers can be ranked or graded."),
            number=MAX_PREFERENCES,
        )
        return []
    return answers


_ANSWERS: Final = (
    N_("There is no answer yet."),
    N_("Answers are wanted, each a table with kk, ru and en."),
    N_("Two answers have the same text."),
)
_GRADES: Final = (
    N_("There is no grade yet."),
    N_("Grades are wanted, the best first, each a table with kk, ru and en."),
    N_("Two grades have the same text."),
)
_CANDIDATES: Final = (
    N_("There is no candidate on this list yet."),
    N_("Candidates are wanted, each a table with kk, ru and en."),
    N_("Two candidates of a list have the same name."),
)


def _several(values: Values, path: str, given: object, sentences: tuple[str, str, str]) -> list[Texts]:
    """Texts that differ from each other, if all of them hold, else nothing.

    Args:
        sentences: of what is not written yet, of another shape, or written twice.
    """
    none, wanted, repeated = sentences
    if given == []:
        values.problems.add(path, none)
        return []
    if not isinstance(given, list) or not given:
        values.problems.add(path, wanted)
        return []
    read = [values.three(item, f"{path}[{number}]") for number, item in enumerate(given, 1)]
    found = [text for text in read if text is not None]
    if len(set(found)) < len(found):
        values.problems.add(path, repeated)
        return []
    return found if len(found) == len(read) else []


def _joined(given: list[Texts]) -> tuple[str, ...]:
    """As they stand in the election."""
    return tuple(map(texts.join, given))


_READERS: Final[dict[QuestionKind, Callable[[Values, str, Table], AnyQuestion | None]]] = {
    QuestionKind.CHOICE: _choice,
    QuestionKind.RANKING: _ranking,
    QuestionKind.GRADING: _grading,
    QuestionKind.LISTS: _lists,
}
