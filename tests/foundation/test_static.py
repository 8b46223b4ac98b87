"""Files under /static."""

from __future__ import annotations

import mimetypes

import pytest
from starlette.testclient import TestClient

from egov_participation import paths
from egov_participation.web.static import static_url

SCRIPT = "vendor/noble-ed25519/index.js"


def test_a_module_is_javascript_and_a_drawing_is_svg(client: TestClient) -> None:
    assert client.get(f"/static/{SCRIPT}").headers["content-type"].startswith("text/javascript")
    assert client.get("/static/logo.svg").headers["content-type"] == "image/svg+xml"
    assert mimetypes.guess_type("font.woff2")[0] == "font/woff2"


def test_a_file_under_its_own_version_is_kept_for_good(client: TestClient) -> None:
    answer = client.get(static_url(SCRIPT))

    assert answer.content == (paths.static_dir() / SCRIPT).read_bytes()
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("query", ["", "?v=", "?v=0123456789ab"])
def test_without_its_version_a_file_is_asked_for_again(client: TestClient, query: str) -> None:
    answer = client.get(f"/static/{SCRIPT}{query}")

    assert answer.headers["cache-control"] == "no-cache"
    again = client.get(f"/static/{SCRIPT}{query}", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_the_booth_has_the_same_files(booth: TestClient) -> None:
    assert booth.get(f"/static/{SCRIPT}").status_code == 200


@pytest.mark.parametrize(
    "path", ["../pyproject.toml", "%2e%2e/pyproject.toml", "..%2fpyproject.toml", "", "vendor", "nothing.js"]
)
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    assert client.get(f"/static/{path}").status_code in {403, 404}


def test_a_file_that_is_not_there_has_no_address() -> None:
    with pytest.raises(FileNotFoundError):
        static_url("nothing.js")


def test_a_style_sheet_is_compressed_on_the_way_to_a_phone(client: TestClient) -> None:
    whole = len(client.get("/static/site.css", headers={"Accept-Encoding": "identity"}).content)

    with client.stream("GET", "/static/site.css", headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert sum(len(part) for part in answer.iter_raw()) < whole / 4
