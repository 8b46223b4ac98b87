"""The living page of all components: nothing that pages are made of is missing, and every example is its own source."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient
from tests.officials import MakeOfficial

from egov_participation import paths
from egov_participation.actions import Role
from egov_participation.i18n import LANGUAGES
from egov_participation.office.patterns import PARTS, examples

_MACRO = re.compile(r"\{%-? macro ([a-z]\w*)\(")
_SHOWN = re.compile(r'<section class="egov-shown" id="pattern-(\w+)".*?egov-shown__example">(.*?)<pre', re.DOTALL)
_LANGUAGE = re.compile(r"[әғқңөұүһі]", re.IGNORECASE)
FOLDER = paths.templates_dir() / "macros"


def macros() -> dict[str, list[str]]:
    """The macros for pages by the file they stand in; those that begin with _ are the files' own."""
    return {file.stem: _MACRO.findall(file.read_text("utf-8")) for file in sorted(FOLDER.glob("*.html"))}


@pytest.fixture
def client(official: MakeOfficial) -> TestClient:
    return official(Role.MODERATOR).client


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_component_is_shown_in_every_language(client: TestClient, lang: str) -> None:
    page = client.get(f"/{lang}/office/patterns").text

    shown = dict(_SHOWN.findall(page))

    assert set(shown) == {name for names in macros().values() for name in names}
    assert all(example.strip() for example in shown.values())


def test_every_component_can_be_used_by_pages() -> None:
    handed_on = re.findall(
        r"\{% set (\w+) = from_(\w+)\.(\w+) %\}", (paths.templates_dir() / "_macros.html").read_text()
    )

    assert {(file, name) for name, file, same in handed_on if name == same} == {
        (file, name) for file, names in macros().items() for name in names
    }
    assert set(macros()) == set(PARTS)


def test_every_component_says_what_it_is_for() -> None:
    undescribed = [
        name
        for file in FOLDER.glob("*.html")
        for name in _MACRO.findall(file.read_text("utf-8"))
        if not re.search(r"-?#\}\n\{%-? macro " + name + r"\(", file.read_text("utf-8"))
    ]

    assert undescribed == []


def test_the_page_shows_how_each_component_is_called(client: TestClient) -> None:
    page = client.get("/en/office/patterns").text

    assert all(f"ui.{name}(" in source for name, source in examples().items())
    assert "{{ ui.state(&#34;open&#34;, ngettext(" in page


def test_the_examples_are_in_the_language_of_the_page(client: TestClient) -> None:
    kazakh, english = (client.get(f"/{lang}/office/patterns").text for lang in ("kk", "en"))

    assert _LANGUAGE.search(" ".join(example for _, example in _SHOWN.findall(kazakh)))
    assert not _LANGUAGE.search(" ".join(example for _, example in _SHOWN.findall(english)))


def test_a_panel_is_a_page_of_its_own_and_a_fragment_for_htmx(client: TestClient) -> None:
    page = client.get("/en/office/patterns/panel").text
    fragment = client.get("/en/office/patterns/panel", headers={"HX-Request": "true"}).text

    assert page.startswith("<!doctype html>")
    assert fragment.strip().startswith("<h1")
    assert fragment.strip() in page


def test_who_is_not_in_the_office_does_not_see_it(official: MakeOfficial) -> None:
    somebody = official(Role.MODERATOR).client
    somebody.cookies.clear()

    assert somebody.get("/en/office/patterns").status_code == 303
