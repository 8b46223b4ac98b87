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

from egov_participation.voting.setup_file import MAX_ANSWERS, MAX_QUESTIONS
from egov_participation.voting.texts import LANGUAGES, Texts
from egov_participation.writing import one_line

Document = dict[str, Any]
NO_TEXT: Final = dict.fromkeys(LANGUAGES, "")
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


def _question(value: Mapping[str, Any]) -> dict[str, Any]:
    answers = value.get("answers")
    least, most = value.get("min", 1), value.get("max", 1)
    return {
        "text": _three(value.get("text")),
        "answers": [_three(answer) for answer in answers[:MAX_ANSWERS]] if isinstance(answers, list) else [],
        "min": least if type(least) is int else 1,
        "max": most if type(most) is int else 1,
        "blank": value.get("blank", False) is True,
    }


def new_question() -> dict[str, Any]:
    """A question with room for two answers."""
    answers = [dict(NO_TEXT), dict(NO_TEXT)]
    return {"text": dict(NO_TEXT), "answers": answers, "min": 1, "max": 1, "blank": False}


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


def to_toml(document: Document, trustees: list[dict[str, Any]]) -> str:
    """The document as a vote's file; what is missing is left out, with a line that says so.

    Args:
        trustees: ``{"name": {kk, ru, en}, "public_key": JSON or None}``, in their order.
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
    lines += ["", *_roll_lines(document["roll"])]
    for question in document["questions"]:
        lines += ["", "[[questions]]", f"text = {_inline(question['text'])}", "answers = ["]
        lines += [f"    {_inline(answer)}," for answer in question["answers"]]
        lines += ["]", f"min = {question['min']}", f"max = {question['max']}"]
        lines += [f"blank = {str(question['blank']).lower()}"]
    for trustee in trustees:
        lines += ["", "[[trustees]]", f"name = {_inline(trustee['name'])}"]
        key = trustee["public_key"]
        lines += [f"public_key = {_string(key)}" if key else "# this trustee has not handed in a key yet"]
    return "\n".join(lines) + "\n"


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
