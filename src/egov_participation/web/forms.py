"""Forms: parsed by a pydantic model; what does not fit comes back filled in, with a sentence at each field."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar, cast, get_origin
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response

from egov_participation.i18n import N_, translate
from egov_participation.web.context import lang

Model = TypeVar("Model", bound=BaseModel)

_FIELDS: Final = 2000
_FILES: Final = 10


@dataclass
class Form(Generic[Model]):
    """A form as it came. `data` is there when there are no `errors`; `values` is what was typed, for showing again."""

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    """Sentences in the visitor's language by field; ``""`` is the whole form's."""
    data: Model | None = None


MAX_TEXT: Final = 4000
"""Characters of a message."""


def written(text: str) -> str:
    """What somebody wrote in sentences, with its line breaks, without signs that turn writing round or are not seen.

    Raises:
        ValueError: it is too short to say anything, or longer than `MAX_TEXT` (msgids).
    """
    found = cleaned(text)
    if len(found.strip()) < 10:
        raise ValueError(N_("Write in a sentence or two what it is about."))
    if len(found) > MAX_TEXT:
        raise ValueError(N_("This is longer than 4000 characters. Shorten it, or send it in two messages."))
    return found.strip()


def cleaned(text: str) -> str:
    """A text with its line breaks, without signs that turn writing round or are not seen."""
    found = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(sign for sign in found if sign == "\n" or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co"))


async def read_body(request: Request) -> None:
    """Read the whole body (its size is limited already) into ``request.state.body``."""
    request.state.body = await request.body()


def read_form(request: Request) -> None:
    """Make ``request.state.form`` of the body, empty if that is no form. In a thread: a form can be written so that it
    takes a second.

    Raises:
        HTTPException: 400, it is damaged, has too many fields, or a sign in it that no text has.
    """
    request.state.form = _parsed(request)
    # PostgreSQL keeps no such sign, and no browser sends it.
    if any("\0" in (value if isinstance(value, str) else value.filename or "") for _, value in _items(request)):
        raise HTTPException(400)


def _items(request: Request) -> list[tuple[str, str | UploadFile]]:
    return cast(FormData, request.state.form).multi_items()


def _parsed(request: Request) -> FormData:
    content = body(request)
    match request.headers.get("content-type", "").partition(";")[0].strip().lower():
        case "application/x-www-form-urlencoded":
            found: list[tuple[str, str | UploadFile]]
            try:
                found = [*parse_qsl(content.decode("latin-1"), keep_blank_values=True, max_num_fields=_FIELDS)]
            except ValueError:
                raise HTTPException(400) from None
            return FormData(found)
        case "multipart/form-data":
            return asyncio.run(_parts(request, content))
        case _:
            return FormData()


async def _parts(request: Request, content: bytes) -> FormData:
    async def whole() -> AsyncGenerator[bytes, None]:
        yield content

    try:
        return await MultiPartParser(request.headers, whole(), max_files=_FILES, max_fields=_FIELDS).parse()
    except MultiPartException:
        raise HTTPException(400) from None


async def close_form(request: Request) -> None:
    """Let go of uploaded files."""
    form = getattr(request.state, "form", None)
    if form is not None:
        await form.close()


def body(request: Request) -> bytes:
    """The request's body, as it came."""
    return cast(bytes, request.state.body)


def upload(request: Request, name: str) -> bytes | None:
    """The content of an uploaded file, or None if none was chosen."""
    file = request.state.form.get(name)
    return file.file.read() if isinstance(file, UploadFile) and file.filename else None


def parse(request: Request, model: type[Model]) -> Form[Model]:
    """Validate the posted form against `model`. Fields typed as lists take every value of their name."""
    posted = cast(FormData, request.state.form)
    values = {key: value for key, value in posted.items() if isinstance(value, str)}
    raw: dict[str, object] = dict(values)
    for name, info in model.model_fields.items():
        if get_origin(info.annotation) is list:
            raw[name] = [value for value in posted.getlist(name) if isinstance(value, str)]
    try:
        return Form(values, data=model.model_validate(raw))
    except ValidationError as error:
        return Form(values, errors=_sentences(_with_their_own(error, model, raw), lang(request)))


def parse_query(request: Request, model: type[Model]) -> Form[Model]:
    """The same for what stands in the address after ``?``; it changes nothing, so it needs no token."""
    values = dict(request.query_params)
    try:
        return Form(values, data=model.model_validate(values))
    except ValidationError as error:
        return Form(values, errors=_sentences(error.errors(), lang(request)))


def kept_by_the_browser(response: Response) -> Response:
    """A page with a form, kept by the browser alone: going back finds what was typed."""
    response.headers["Cache-Control"] = "private, no-cache"
    return response


_SENTENCES = {
    "missing": N_("Fill this in."),
    "string_too_short": N_("This is too short."),
    "string_too_long": N_("This is too long."),
    "string_pattern_mismatch": N_("This is not written as it should be."),
}
_OTHERWISE = N_("This cannot be right. Please check it.")


def _with_their_own(error: ValidationError, model: type[BaseModel], raw: dict[str, object]) -> list[ErrorDetails]:
    """Of choices where nothing is chosen, browsers send nothing. Such a field is asked for in its own words, if it has
    some for one that is empty."""
    problems = error.errors()
    missing = {str(problem["loc"][0]): "" for problem in problems if problem["type"] == "missing"}
    if not missing:
        return problems
    try:
        model.model_validate(raw | missing)
    except ValidationError as again:
        own = {problem["loc"]: problem for problem in again.errors() if problem["type"] == "value_error"}
        return [own.get(problem["loc"], problem) for problem in problems]
    return problems


def _sentences(problems: Sequence[ErrorDetails], lang: str) -> dict[str, str]:
    sentences: dict[str, str] = {}
    for problem in problems:
        name = str(problem["loc"][0]) if problem["loc"] else ""
        if problem["type"] == "value_error":
            message = str(problem["ctx"]["error"])
        else:
            message = _SENTENCES.get(problem["type"], _OTHERWISE)
        sentences.setdefault(name, translate(lang, message))
    return sentences
