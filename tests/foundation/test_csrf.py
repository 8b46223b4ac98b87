"""Requests that another site causes in somebody's name."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

CROSS_SITE = [
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
    {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "http://booth.localhost", "Sec-Fetch-Site": "same-site"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {},
]


def token_of(client: TestClient) -> str:
    found = re.search(r'name="csrf_token" value="(\w*)"', client.get("/en/form").text)
    assert found is not None
    return found.group(1)


def without_origin(client: TestClient) -> TestClient:
    del client.headers["origin"], client.headers["sec-fetch-site"]
    return client


@pytest.mark.parametrize("headers", CROSS_SITE)
def test_a_form_that_another_site_posts_is_refused(signed_in: TestClient, headers: dict[str, str]) -> None:
    token = token_of(signed_in)

    answer = without_origin(signed_in).post("/en/form", data={"name": "Абай", "csrf_token": token}, headers=headers)

    assert answer.status_code == 403
    assert "came from another site" in answer.text


@pytest.mark.parametrize("headers", [{"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}])
def test_one_of_the_two_headers_is_enough(client: TestClient, headers: dict[str, str]) -> None:
    assert without_origin(client).post("/en/form", data={"name": "Абай"}, headers=headers).status_code == 200


def test_a_form_of_a_session_needs_the_sessions_token(signed_in: TestClient) -> None:
    token = token_of(signed_in)

    assert signed_in.post("/en/form", data={"name": "Абай", "csrf_token": token}).status_code == 200
    assert signed_in.post("/en/form", data={"name": "Абай"}).status_code == 403
    assert signed_in.post("/en/form", data={"name": "Абай", "csrf_token": "0" * 64}).status_code == 403
    assert signed_in.post("/en/form", data={"name": "Абай", "csrf_token": "ж"}).status_code == 403


def test_the_token_is_found_in_a_multipart_form_and_in_a_header(signed_in: TestClient) -> None:
    token = token_of(signed_in)
    file = {"file": ("key.json", b"{}")}

    in_form = signed_in.post("/en/form", data={"name": "Абай", "csrf_token": token}, files=file)
    in_header = signed_in.post("/raw", content=b"12345", headers={"X-CSRF-Token": token})

    assert in_form.text == "Абай [] b'{}'"
    assert in_header.text == "5"
    assert signed_in.post("/en/form", data={"name": "Абай"}, files=file).status_code == 403
    assert signed_in.post("/raw", json={"csrf_token": token}).status_code == 403


def test_two_sessions_have_different_tokens_and_no_session_has_none(client: TestClient) -> None:
    assert token_of(client) == ""
    client.cookies.set("session", "main-token")
    assert len(token_of(client)) == 64


def test_the_booth_takes_one_form_from_the_main_site_and_from_no_other(booth: TestClient) -> None:
    without_origin(booth).cookies.set("booth", "booth-token")
    main = {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"}

    assert booth.post("/handoff", data={"token": "t"}, headers=main).status_code == 200
    for origin in ("https://evil.example", "http://booth.localhost", "null"):
        assert booth.post("/handoff", data={"token": "t"}, headers={"Origin": origin}).status_code == 403
    assert booth.post("/handoff", data={"token": "t"}, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 403


def test_reading_needs_neither_origin_nor_token(signed_in: TestClient) -> None:
    assert without_origin(signed_in).get("/en/me").status_code == 200
