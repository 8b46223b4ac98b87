"""A draft's document: the same keys as in the file that a vote is set up from (``docs/vote-file.md``), as JSON.

A text that is not written yet is an empty string, a time that is not chosen yet is null; what is wrong or missing is
said by the reader of that file (`voting.setup_file.read_document`). Trustees do not stand in it: they are invited, and
have a table of their own. All of this is pure: a change takes a document and gives another one.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from egov_participation.voting.kinds import METHODS, RULES, QuestionKind
from egov_participation.voting.setup_file import MAX_ANSWERS, MAX_QUESTIONS, MAX_TRUSTEES
from egov_participation.voting.texts import LANGUAGES, Texts
from egov_participation.writing import one_line

Document = dict[str, Any]
Question = dict[str, Any]
NO_TEXT: Final = dict.fromkeys(LANGUAGES, "")
GRADES: Final = tuple(
    dict(zip(LANGUAGES, grade, strict=True))
    for grade in (
        ("Тамаша", "Отлично", "Excellent"),
        ("Өте жақсы", "Очень хорошо", "Very good"),
        ("Жақсы", "Хорошо", "Good"),
        ("Жарайды", "Приемлемо", "Acceptable"),
        ("Нашар", "Плохо", "Poor"),
        ("Мүлде болмайды", "Неприемлемо", "To be rejected"),
    )
)
"""What a new question of grades begins with, the best first: a scale that is used with majority judgment."""
_LISTED: Final = ("kind", "title", "description", "administrator", "credential_authority", "opens_at", "closes_at")


def blank() -> Document:
    """A draft of which nothing is decided yet."""
    return {
        "kind": None,
        "title": dict(NO_TEXT),
        "description": dict(NO_TEXT),
        "administrator": dict(NO_TEXT),
        "credential_authority": dict(NO_TEXT),
        "opens_at": None,
        "closes_at": None,
        "roll": None,
        "questions": [],
        "needed": None,
    }


def copy_of(document: Document) -> Document:
    """What a new draft takes over from an earlier one: everything but the times; a list of voters is uploaded anew."""
    taken = copy.deepcopy(document)
    taken["opens_at"] = taken["closes_at"] = None
    if isinstance(taken["roll"], dict):
        taken["roll"].pop("age_on", None)
    return taken


def load(text: str) -> Document:
    """The document as it is kept."""
    document: Document = json.loads(text)
    return document


def dump(document: Document) -> str:
    """The document to be kept."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def from_file(parsed: Mapping[str, Any]) -> Document:
    """A draft's document from a vote's file: what does not have the right shape is left empty, and then is missing.

    The file's trustees are left out: they are invited. So is its list of voters, which is uploaded.
    """
    document = blank()
    document["kind"] = parsed.get("kind") if parsed.get("kind") in ("consultative", "binding") else None
    for key in ("title", "description", "administrator", "credential_authority"):
        document[key] = _three(parsed.get(key))
    for key in ("opens_at", "closes_at"):
        moment = parsed.get(key)
        document[key] = moment.isoformat() if isinstance(moment, datetime) and moment.tzinfo is not None else None
    document["roll"] = _roll(parsed.get("roll"))
    asked = parsed.get("questions")
    questions = [item for item in asked if isinstance(item, dict)] if isinstance(asked, list) else []
    document["questions"] = [_question(item) for item in questions[:MAX_QUESTIONS]]
    needed = parsed.get("needed")
    document["needed"] = needed if type(needed) is int and 1 <= needed <= MAX_TRUSTEES else None
    return document


def from_vote(
    kind: str, title: Texts, description: Texts, names: tuple[Texts, Texts], questions: list[dict[str, Any]]
) -> Document:
    """A draft's document from a vote that was held: who could vote in it is known to the registrar alone."""
    texts = (title, description, *names)
    keys = ("title", "description", "administrator", "credential_authority")
    return blank() | {
        "kind": kind,
        **{key: text.as_dict() for key, text in zip(keys, texts, strict=True)},
        "questions": questions,
    }


def _three(value: object) -> dict[str, str]:
    if isinstance(value, str):
        return dict.fromkeys(LANGUAGES, one_line(value))
    if not isinstance(value, dict):
        return dict(NO_TEXT)
    return {lang: one_line(value.get(lang)) for lang in LANGUAGES}


def _roll(value: object) -> dict[str, Any] | None:
    if not isinstance(value, dict) or value.get("from") not in ("registry", "file"):
        return None
    if value["from"] == "file":
        return {"from": "file"}
    age, day, places = value.get("min_age", 18), value.get("age_on"), value.get("territories", [])
    roll: dict[str, Any] = {
        "from": "registry",
        "min_age": age if type(age) is int else 18,
        "territories": [place for place in places if isinstance(place, str)] if isinstance(places, list) else [],
    }
    if isinstance(day, date) and not isinstance(day, datetime):
        roll["age_on"] = day.isoformat()
    return roll


def kind_of(question: Mapping[str, Any]) -> QuestionKind:
    """What a voter does with its answers."""
    return QuestionKind(question.get("type", QuestionKind.CHOICE))


def _question(value: Mapping[str, Any]) -> Question:
    try:
        kind = kind_of(value)
    except ValueError:
        kind = QuestionKind.CHOICE
    text, blank = _three(value.get("text")), value.get("blank", False) is True
    if kind is QuestionKind.LISTS:
        given = value.get("lists")
        lists = [item for item in given if isinstance(item, dict)] if isinstance(given, list) else []
        return {
            "type": kind.value,
            "text": text,
            "lists": [
                {"name": _three(item.get("name")), "candidates": _several(item.get("candidates"))}
                for item in lists[:MAX_ANSWERS]
            ],
        }
    question: Question = {"type": kind.value, "text": text, "answers": _several(value.get("answers"))}
    if kind is QuestionKind.CHOICE:
        return question | {"min": _count(value, "min"), "max": _count(value, "max"), "blank": blank}
    if kind is QuestionKind.GRADING:
        return question | {"grades": _several(value.get("grades")), "blank": blank}
    method = value.get("method")
    return question | counted(
        method if isinstance(method, str) and method in METHODS else None,
        blank=blank,
        seats=_count(value, "seats"),
        rules=value["rules"] if value.get("rules") in RULES else RULES[0],
    )


def counted(method: str | None, *, blank: bool, seats: int = 1, rules: str = RULES[0]) -> Question:
    """How rankings are counted, as a question's keys; seats and rules are those of the single transferable vote."""
    transferable = {"seats": seats, "rules": rules} if method == "stv" else {}
    return {"method": method, **transferable, "blank": blank}


def _count(value: Mapping[str, Any], key: str) -> int:
    number = value.get(key, 1)
    return number if type(number) is int else 1


def _several(value: object) -> list[dict[str, str]]:
    return [_three(item) for item in value[:MAX_ANSWERS]] if isinstance(value, list) else []


def new_question(kind: QuestionKind = QuestionKind.CHOICE) -> Question:
    """A question with room for two answers, or for two lists of two candidates."""
    two = [dict(NO_TEXT), dict(NO_TEXT)]
    match kind:
        case QuestionKind.CHOICE:
            more: Question = {"answers": two, "min": 1, "max": 1, "blank": False}
        case QuestionKind.RANKING:
            more = {"answers": two, **counted(None, blank=False)}
        case QuestionKind.GRADING:
            more = {"answers": two, "grades": [dict(grade) for grade in GRADES], "blank": False}
        case QuestionKind.LISTS:
            more = {"lists": [new_list(), new_list()]}
    return {"type": kind.value, "text": dict(NO_TEXT), **more}


def new_list() -> dict[str, Any]:
    """A list with room for two candidates."""
    return {"name": dict(NO_TEXT), "candidates": [dict(NO_TEXT), dict(NO_TEXT)]}


def moved(items: list[Any], place: int, by: int) -> list[Any]:
    """The list with the item at `place` (from 0) one up or down; as it is where there is no further."""
    result, other = list(items), place + by
    if 0 <= place < len(items) and 0 <= other < len(items):
        result[place], result[other] = result[other], result[place]
    return result


def without(items: list[Any], place: int) -> list[Any]:
    """The list without the item at `place` (from 0)."""
    return [item for number, item in enumerate(items) if number != place]


# -- as a file ---------------------------------------------------------------------------------------------------------


def to_toml(document: Document, trustees: list[dict[str, Any]], threshold: str | None = None) -> str:
    """The document as a vote's file; what is missing is left out, with a line that says so.

    Args:
        trustees: ``{"name": {kk, ru, en}, "public_key": JSON or None}``, in their order, with ``"always": True`` if
            they are needed always; without ``public_key`` if they make one key together.
        threshold: what they published of it, as JSON.
    """
    lines: list[str] = []
    for key in _LISTED:
        value = document[key]
        if value is None:
            lines.append(f"# {key} is not decided yet")
        elif isinstance(value, dict):
            lines.append(f"{key} = {_inline(value)}")
        else:
            lines.append(f"{key} = {value if key.endswith('_at') else _string(value)}")
    lines += [f"needed = {document['needed']}"] if document.get("needed") is not None else []
    lines += [f"threshold = {_string(threshold)}"] if threshold is not None else []
    lines += ["", *_roll_lines(document["roll"])]
    for question in document["questions"]:
        lines += ["", "[[questions]]", *_question_lines(question)]
    for trustee in trustees:
        lines += ["", "[[trustees]]", f"name = {_inline(trustee['name'])}"]
        lines += ["always = true"] if trustee.get("always") else []
        if "public_key" not in trustee:
            continue
        key = trustee["public_key"]
        lines += [f"public_key = {_string(key)}" if key else "# this trustee has not handed in a key yet"]
    return "\n".join(lines) + "\n"


def _question_lines(question: Question) -> list[str]:
    kind = kind_of(question)
    lines = [f"type = {_string(kind.value)}", f"text = {_inline(question['text'])}"]
    if kind is QuestionKind.LISTS:
        lines += ["lists = ["]
        for item in question["lists"]:
            candidates = ", ".join(map(_inline, item["candidates"]))
            lines += [f"    {{ name = {_inline(item['name'])}, candidates = [{candidates}] }},"]
        return [*lines, "]"]
    lines += _text_lines("answers", question["answers"])
    if kind is QuestionKind.GRADING:
        lines += _text_lines("grades", question["grades"])
    for key in ("method", "rules"):
        if key in question:
            said = question[key]
            lines += [f"{key} = {_string(said)}" if said else f"# {key} is not decided yet"]
    lines += [f"{key} = {question[key]}" for key in ("seats", "min", "max") if key in question]
    return [*lines, f"blank = {str(question['blank']).lower()}"]


def _text_lines(key: str, given: list[dict[str, str]]) -> list[str]:
    return [f"{key} = [", *(f"    {_inline(text)}," for text in given), "]"]


def _roll_lines(roll: dict[str, Any] | None) -> list[str]:
    if roll is None:
        return ["# who may vote is not decided yet"]
    if roll["from"] == "file":
        return [
            "[roll]",
            'from = "file"',
            "# the list itself is not in this file: put it beside it",
            'file = "roll.csv"',
        ]
    lines = ["[roll]", 'from = "registry"', f"min_age = {roll['min_age']}"]
    lines += [f"age_on = {roll['age_on']}"] if "age_on" in roll else []
    places = ", ".join(map(_string, roll["territories"]))
    return [*lines, f"territories = [{places}]"]


def _inline(texts: Mapping[str, str]) -> str:
    return "{ " + ", ".join(f"{lang} = {_string(texts[lang])}" for lang in LANGUAGES) + " }"


def _string(text: str) -> str:
    # A basic string of TOML escapes what JSON escapes, but for the character DEL.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
