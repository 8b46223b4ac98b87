"""Bodies that are too large."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from egov_participation.web.limits import MAX_BODY


def test_the_largest_body_is_taken(client: TestClient) -> None:
    assert client.post("/raw", content=b"x" * MAX_BODY).text == str(MAX_BODY)


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_one_byte_more_is_refused_in_words(client: TestClient, lang: str) -> None:
    answer = client.post(f"/{lang}/form", content=b"x" * (MAX_BODY + 1))

    assert answer.status_code == 413
    assert {"kk": "1 МБ", "ru": "1 МБ", "en": "1 MB"}[lang] in answer.text


def test_a_body_that_does_not_say_its_size_is_counted(client: TestClient) -> None:
    read = 0

    def chunks() -> Iterator[bytes]:
        nonlocal read
        for _ in range(100):
            read += 1
            yield b"x" * 100_000

    answer = client.post("/raw", content=chunks())

    assert answer.status_code == 413


def test_a_wrong_size_does_not_open_the_door(client: TestClient) -> None:
    answer = client.post("/raw", content=iter([b"x" * MAX_BODY, b"x"]), headers={"Content-Length": "5"})

    assert answer.status_code == 413


def test_more_is_taken_of_whoever_may_send_it_and_of_nobody_else(client: TestClient, signed_in: TestClient) -> None:
    large = b"x" * (2 * MAX_BODY)
    found = re.search(r'name="csrf_token" value="(\w+)"', signed_in.get("/en/form").text)
    assert found is not None
    signed_in.headers["X-CSRF-Token"] = found[1]

    assert signed_in.post("/en/files/mine", content=large).text == str(len(large))
    assert signed_in.post("/en/files/mine", content=large + large).status_code == 413
    signed_in.cookies.clear()
    assert signed_in.post("/en/files/mine", content=large).status_code == 401
    # Its address looks like the other route's, and it is for anybody.
    assert client.post("/en/files/all", content=large).status_code == 413


def test_a_large_file_in_a_form_is_refused(client: TestClient) -> None:
    answer = client.post("/en/form", data={"name": "Абай"}, files={"file": ("a", b"x" * MAX_BODY)})

    assert answer.status_code == 413


def test_a_form_with_too_many_fields_is_refused(client: TestClient) -> None:
    answer = client.post("/en/form", data={f"f{number}": "" for number in range(2001)})

    assert answer.status_code == 400


def test_a_broken_multipart_form_is_refused(client: TestClient) -> None:
    answer = client.post("/en/form", content=b"--x\r\nbroken", headers={"Content-Type": "multipart/form-data"})

    assert answer.status_code == 400
