"""What holds of the HTML of every page: its language, its title, nothing inline, nothing from elsewhere."""

from __future__ import annotations

import re

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.web.looking import INLINE, INLINE_SCRIPT, Reader, address

from egov_participation import paths
from egov_participation.app import room_routes
from egov_participation.i18n import LANGUAGES
from egov_participation.petitions.service import ruling
from egov_participation.services import Services
from egov_participation.web.routing import MAIN, PUBLIC

TEMPLATES = sorted(path.relative_to(paths.templates_dir()).as_posix() for path in paths.templates_dir().rglob("*.html"))
NOT_THERE, SIGN_IN = "/no-such-page", "/sign-in"
PAGES = sorted(
    spec.path
    for spec in room_routes()
    if spec.localized
    and spec.site is MAIN
    and spec.access is PUBLIC
    and "GET" in spec.methods
    and "{" not in spec.path
    and not spec.path.endswith(".atom")  # a feed is no page
)
OFFLINE = ("<style>{{ offline.style }}</style>", "<script>{{ offline.program }}</script>")
"""What the booth's template holds for the booth as one file, whose policy has their hashes. On the site: never."""
ALL_PAGES = [*PAGES, SIGN_IN, NOT_THERE]


def test_every_template_compiles_in_every_language(app: Starlette) -> None:
    for lang in LANGUAGES:
        for name in TEMPLATES:
            app.state.templates.get(lang, name)


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_holds_a_style_or_a_script_or_a_handler(name: str) -> None:
    source = (paths.templates_dir() / name).read_text("utf-8")
    if name == "booth/booth.html":
        for part in OFFLINE:
            source = source.replace(part, "")
    if not name.startswith("mail/"):  # programs that read mail know no style sheet but the one inside
        assert not INLINE.search(source)
    assert not INLINE_SCRIPT.search(source)


@pytest.mark.parametrize("path", ALL_PAGES)
def test_every_page_has_a_title_and_says_its_language_and_loads_nothing_from_elsewhere(
    site: TestClient, services: Services, path: str
) -> None:
    settings = services.settings
    # The texts of the licence and of the law are on their authors' sites: links, which load nothing.
    law = ruling.current(services).source.url
    own = ("#", "?", "/", f"{settings.base_url}/", f"{settings.booth_url}/", "mailto:", settings.data_licence, law)
    for lang in LANGUAGES:
        response = site.get(address(lang, path))
        assert response.status_code == (404 if path == NOT_THERE else 200)
        page = Reader(response.text)
        assert page.language == lang
        assert re.fullmatch(r"\S.* – \S.*", " ".join(page.title.split()))
        assert not INLINE.search(response.text)
        assert not INLINE_SCRIPT.search(response.text)
        assert not [found for found in page.addresses if not found.startswith(own) or found.startswith("//")]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_links_to_itself_in_the_other_languages(site: TestClient, path: str) -> None:
    text = site.get(address("kk", path)).text
    for lang in LANGUAGES:
        assert f'hreflang="{lang}" href="{site.base_url}{address(lang, path)}"' in text


def test_the_style_sheet_asks_for_nothing_from_elsewhere_and_has_no_font_of_its_own() -> None:
    text = (paths.static_dir() / "site.css").read_text("utf-8")
    assert "@font-face" not in text
    assert "@import" not in text
    assert not re.search(r"url\(", text)
    assert "GDS Transport" not in text
