"""Headers, and hosts that are not ours."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from egov_participation.services import Site
from egov_participation.settings import Settings
from egov_participation.web.security import content_security_policy, security_headers

HTTPS = Settings(base_url="https://vote.example.org", booth_url="https://booth.example.org:8443")


@pytest.mark.parametrize("path", ["/en/page", "/en/nothing", "/en/crash", "/health", "/static/nothing.js", "/page"])
def test_every_answer_bears_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers

    assert headers["content-security-policy"] == content_security_policy(Site.MAIN, Settings.for_tests(HTTPS.keys_dir))
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert "strict-transport-security" not in headers


def test_the_booth_may_do_less_than_the_main_site(booth: TestClient) -> None:
    headers = booth.get("/en/page").headers

    assert headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; worker-src 'self'"
    )
    assert "camera=(self)" in headers["permissions-policy"]


@pytest.mark.parametrize("site", Site)
def test_no_policy_allows_anything_inline_or_from_elsewhere(site: Site) -> None:
    policy = content_security_policy(site, HTTPS)

    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "*" not in policy
    assert [word for word in policy.split() if "://" in word] in ([], ["https://booth.example.org:8443;"])


def test_forms_of_the_main_site_may_go_to_the_booth() -> None:
    assert "form-action 'self' https://booth.example.org:8443;" in content_security_policy(Site.MAIN, HTTPS)


def test_only_over_tls_browsers_are_told_to_stay_there() -> None:
    assert security_headers(Site.MAIN, HTTPS)["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("host", ["evil.example", "localhost:8000", "127.0.0.1", "", "localhost.evil.example"])
def test_a_host_that_is_not_ours_is_refused(client: TestClient, host: str) -> None:
    assert client.get("/en/page", headers={"Host": host}).status_code == 421


def test_the_case_of_the_host_does_not_matter(client: TestClient) -> None:
    assert client.get("/health", headers={"Host": "LocalHost"}).status_code == 200


def test_what_machines_read_other_sites_may_read_too(client: TestClient) -> None:
    data, page = client.get("/api/v1/refuse"), client.get("/en/page")

    assert data.headers["access-control-allow-origin"] == "*"
    assert data.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "access-control-allow-origin" not in page.headers
    assert page.headers["cross-origin-resource-policy"] == "same-origin"


def test_a_ports_own_number_is_left_out_of_the_host() -> None:
    settings = Settings(base_url="https://Vote.example.org:443", booth_url="https://booth.example.org:8443")

    assert settings.base_url == "https://vote.example.org"
    assert settings.booth_url == "https://booth.example.org:8443"
