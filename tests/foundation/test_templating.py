"""Pages and fragments."""

from __future__ import annotations

import pytest
from jinja2 import DictLoader
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.testclient import TestClient

from egov_participation.services import Services, Site
from egov_participation.web.addresses import Addresses
from egov_participation.web.templating import Templates


def test_what_a_template_prints_is_escaped(client: TestClient) -> None:
    assert "<ul>Абай &amp; &lt;b&gt;</ul>" in client.get("/en/page").text


def test_htmx_gets_the_block_of_the_same_page(client: TestClient) -> None:
    page, fragment = client.get("/en/page"), client.get("/en/page", headers={"HX-Request": "true"})

    assert fragment.text == "<ul>Абай &amp; &lt;b&gt;</ul>"
    assert fragment.text in page.text
    assert page.headers["vary"] == fragment.headers["vary"] == "HX-Request"


def asked(app: Starlette, site: Site) -> Request:
    return Request({"type": "http", "app": app, "path": "/ru/page", "state": {"site": site, "lang": "ru"}})


def test_addresses_are_in_the_language_of_the_page(app: Starlette) -> None:
    addresses: Addresses = app.state.addresses

    assert addresses.url_for(asked(app, Site.MAIN), "test.thing", ref="7") == "/ru/page/7"
    assert addresses.url_for(asked(app, Site.MAIN), "test.thing", ref="7", lang="kk") == "/kk/page/7"
    assert addresses.url_for(asked(app, Site.MAIN), "test.home") == "/ru"


def test_addresses_on_the_other_host_are_written_in_full(app: Starlette) -> None:
    addresses: Addresses = app.state.addresses

    assert addresses.url_for(asked(app, Site.MAIN), "test.handoff") == "http://booth.localhost/handoff"
    assert addresses.url_for(asked(app, Site.BOOTH), "test.handoff") == "/handoff"
    assert addresses.url_for(asked(app, Site.BOOTH), "test.page") == "http://localhost/ru/page"


def test_an_address_that_nobody_has_is_an_error(app: Starlette) -> None:
    with pytest.raises(KeyError):
        app.state.addresses.url_for(asked(app, Site.MAIN), "test.nothing")


def test_the_line_of_a_mail_address_may_end_after_its_signs_and_that_of_a_time_nowhere(services: Services) -> None:
    loader = DictLoader({"x": "{{ address|breakable }} {{ time|unbroken }}"})
    template = Templates(services, Addresses([], services.settings), loader).get("en", "x")

    said = template.render(address="a.<b>@mail.example", time="6 October, 12:00")

    assert said == "a.<wbr>&lt;b&gt;@<wbr>mail.<wbr>example 6\u00a0October,\u00a012:00"
