"""The log of requests holds nothing that tells who did what."""

from __future__ import annotations

import json

import pytest
from starlette.testclient import TestClient


def test_a_request_is_logged_by_its_pattern_alone(signed_in: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    signed_in.get("/en/page/KMLMr96HM3M2nQ?name=Aigerim", headers={"User-Agent": "Netscape"})

    line = json.loads(capsys.readouterr().out)
    assert {key: line[key] for key in ("event", "level", "method", "route", "status")} == {
        "event": "request",
        "level": "info",
        "method": "GET",
        "route": "/{lang:language}/page/{ref}",
        "status": 200,
    }
    assert set(line) == {"event", "level", "method", "route", "status", "ms", "timestamp"}


def test_what_no_route_matches_is_logged_without_its_path(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    client.get("/en/nothing/secret")

    line = json.loads(capsys.readouterr().out)
    assert (line["route"], line["status"]) == ("-", 404)


def test_a_crash_is_logged_as_500(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    client.get("/en/crash")

    assert json.loads(capsys.readouterr().out.splitlines()[-1])["status"] == 500
