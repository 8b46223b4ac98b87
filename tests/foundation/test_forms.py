"""Forms come back filled in, with a sentence at each field that does not fit."""

from __future__ import annotations

import importlib
import pkgutil
import threading
from collections.abc import Iterator

import pytest
from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticUndefined
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.testclient import TestClient

import egov_participation
from egov_participation.web import days, routing


def test_a_good_form_is_parsed(client: TestClient) -> None:
    answer = client.post("/en/form", data={"name": "Абай", "tags": ["a", "b"]})

    assert answer.text == "Абай ['a', 'b'] None"


def test_a_form_comes_back_filled_in_with_its_errors_in_the_visitors_language(client: TestClient) -> None:
    answer = client.post("/ru/form", data={"name": "<", "tags": ["a", "b", "c"]})

    assert answer.status_code == 422
    assert "&lt;|Слишком короткo.|".replace("o", "о") in answer.text
    assert "Здесь что-то не так. Проверьте." in answer.text


def test_a_missing_field_is_asked_for(client: TestClient) -> None:
    assert "|Осы жолды толтырыңыз.|" in client.post("/kk/form", data={}).text


def test_a_models_own_sentence_is_translated(client: TestClient) -> None:
    assert "|Такой страницы нет|" in client.post("/ru/form", data={"name": "R2D2"}).text


def test_no_file_chosen_is_none(client: TestClient) -> None:
    answer = client.post("/en/form", data={"name": "Абай"}, files={"file": ("", b"")})

    assert answer.text == "Абай [] None"


def test_a_file_comes_with_its_fields(client: TestClient) -> None:
    files = {"file": ("roll.csv", "ИИН\n".encode())}

    answer = client.post("/en/form", data={"name": "Абай", "tags": ["a"]}, files=files)

    assert answer.text == f"Абай ['a'] {files['file'][1]!r}"


@pytest.mark.parametrize("content", [b"&" * 999_000, b"=" + b"&a" * 2001])
def test_fields_without_anything_in_them_count_too(client: TestClient, content: bytes) -> None:
    answer = client.post("/en/form", content=content, headers={"Content-Type": "application/x-www-form-urlencoded"})

    assert answer.status_code == 400


def test_what_strangers_send_is_not_parsed(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is it on the event loop: a form can be written so that it takes a second."""
    threads: list[str] = []

    def parsed(_request: Request) -> None:
        threads.append(threading.current_thread().name)
        _request.state.form = FormData()

    monkeypatch.setattr(routing, "read_form", parsed)

    assert client.post("/en/account", data={"name": "Абай"}).status_code == 401
    assert threads == []
    assert client.post("/en/form", data={"name": "Абай"}).status_code == 422
    assert ["AnyIO worker thread" in name for name in threads] == [True]


@pytest.mark.parametrize(
    "day", [("2147483648", "1", "1"), ("2024", "9" * 20, "1"), ("2024", "2", "30"), ("2024", "", "")]
)
def test_what_is_no_day_is_said_to_be_none(day: tuple[str, str, str]) -> None:
    with pytest.raises(ValueError, match="no such day"):
        days.read_day(day, "no such day")


def test_a_box_that_is_not_ticked_is_looked_at_like_one_that_says_no() -> None:
    """Browsers send nothing for it, and what stands for nothing is validated only where a form asks for that."""
    for found in pkgutil.walk_packages(egov_participation.__path__, "egov_participation."):
        importlib.import_module(found.name)
    forms = [form for form in _below(BaseModel) if form.__module__.startswith("egov_participation.")]
    assert len(forms) > 100
    passed_over = [
        (form.__name__, name)
        for form in forms
        for name, field in form.model_fields.items()
        if field.default is not PydanticUndefined
        and field.default is not None
        and name in _refused(form, {name: field.default}) - _refused(form, {})
    ]
    # Without a revision it is none that a text has, which the service refuses.
    assert passed_over == [("CorrectionForm", "revision")]


def _below(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for one in model.__subclasses__():
        yield one
        yield from _below(one)


def _refused(form: type[BaseModel], given: dict[str, object]) -> set[str]:
    try:
        form.model_validate(given)
    except ValidationError as error:
        return {str(one["loc"][0]) for one in error.errors() if one["loc"]}
    return set()
