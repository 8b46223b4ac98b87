"""The questions of a description that `egov-ballot setup` reads."""

from typing import Any, Final

from egov_crypto.counting import Method
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.lists import ListsQuestion
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.question import AnyQuestion, Question

LANGUAGES: Final = ("kk", "ru", "en")
SEPARATOR: Final = " / "


def read_question(value: Any, number: int) -> AnyQuestion:
    """The ``number``-th question, as described. Raises :class:`UsageError`."""
    place = f"question {number}"
    if not isinstance(value, dict):
        raise UsageError(f"{place} is no table")
    try:
        if "lists" in value:
            return _lists(value, place)
        return _preference(value, place) if "method" in value else _choice(value, place)
    except VerificationError as error:
        raise UsageError(f"{place}: {error.message}") from None


def _choice(value: dict[str, Any], place: str) -> Question:
    refuse_unknown(value, {"question", "answers", "min", "max", "blank"}, place)
    least, most, blank = value.get("min", 1), value.get("max", 1), value.get("blank", False)
    if type(least) is not int or type(most) is not int or not isinstance(blank, bool):
        raise UsageError(f"{place}: min and max are numbers, blank is true or false")
    return Question(_texts(value, place), text(value.get("question"), place), least, most, blank)


def _preference(value: dict[str, Any], place: str) -> PreferenceQuestion:
    refuse_unknown(value, {"question", "answers", "method"}, place)
    try:
        given = value["method"]
        if isinstance(given, dict) and isinstance(given.get("grades"), list):
            given = given | {"grades": [text(grade, f"{place}, a grade") for grade in given["grades"]]}
        method = Method.from_json(given)
    except ValueError as error:
        raise UsageError(f"{place}: its method cannot be: {error}") from None
    return PreferenceQuestion(_texts(value, place), text(value.get("question"), place), method.to_json())


def _lists(value: dict[str, Any], place: str) -> ListsQuestion:
    refuse_unknown(value, {"question", "lists"}, place)
    if not isinstance(value["lists"], list) or not all(isinstance(list_, list) for list_ in value["lists"]):
        raise UsageError(f"{place}: each list is its name, and its candidates after it")
    lists = tuple(tuple(text(one, f"{place}, a list") for one in list_) for list_ in value["lists"])
    return ListsQuestion(lists, text(value.get("question"), place))


def _texts(value: dict[str, Any], place: str) -> tuple[str, ...]:
    if not isinstance(value.get("answers"), list):
        raise UsageError(f"{place} has no answers")
    return tuple(text(answer, f"{place}, an answer") for answer in value["answers"])


def text(value: Any, place: str) -> str:
    """A text as it stands, or three languages of it joined with `` / ``, as the platform's pages split them."""
    if isinstance(value, dict) and set(value) == set(LANGUAGES):
        parts = [value[language] for language in LANGUAGES]
        if all(isinstance(part, str) and part.strip() == part != "" and SEPARATOR not in part for part in parts):
            return SEPARATOR.join(parts)
        raise UsageError(f"{place}: none of the languages may be empty, or hold a slash between blanks")
    if not isinstance(value, str):
        raise UsageError(f"{place}: a text is wanted, or one each for {', '.join(LANGUAGES)}")
    return value


def refuse_unknown(value: dict[str, Any], known: set[str], place: str) -> None:
    """Raise :class:`UsageError` if a table has other entries."""
    unknown = sorted(set(value) - known)
    if unknown:
        raise UsageError(f"{place}: {', '.join(unknown)} is not known")
