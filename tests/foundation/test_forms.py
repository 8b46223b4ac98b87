"""Forms come back filled in, with a sentence at each field that does not fit."""

from __future__ import annotations

from starlette.testclient import TestClient


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
