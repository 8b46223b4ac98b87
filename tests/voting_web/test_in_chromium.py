"""Charts as Chromium shows them under the site's content policy, and the way to the booth without a script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.testclient import TestClient
from tests.voting.making import NO, YES, MadeVote, close, make_vote, tallied
from tests.voting_web.conftest import fields_of
from tests.web.looking import barriers, go, settle, too_wide, visit

from egov_participation.i18n import LANGUAGES
from egov_participation.services import Services
from egov_participation.voting import service

BLUE = "rgb(0, 114, 178)"
_OF_CHART = """() => [...document.querySelectorAll("figure svg")].filter(svg => svg.checkVisibility()).map(svg => ({
  bars: [...svg.querySelectorAll("path")].map(path => getComputedStyle(path).fill),
  texts: [...svg.querySelectorAll("text")].map(text => getComputedStyle(text).fill),
  size: Math.min(...[...svg.querySelectorAll("text")].map(text => text.getBoundingClientRect().height)),
  font: getComputedStyle(svg.querySelector("text")).fontFamily,
  inside: [...svg.querySelectorAll("text")].every(text => {
    const box = text.getBoundingClientRect(), whole = svg.getBoundingClientRect();
    return box.left >= whole.left - 1 && box.right <= whole.right + 1;
  }),
}))"""


@pytest.fixture
def counted(services: Services) -> MadeVote:
    made = make_vote(services)
    for voter, choices in ((0, YES), (1, YES), (2, NO)):
        service.cast(services, made.uuid, made.people[voter], made.ballot(voter, choices))
    tallied(services, made)
    return made


def shown(page: Page) -> tuple[list[dict[str, object]], str, str]:
    """The charts that can be seen, and the page's text colour and font."""
    colour, font = page.evaluate(
        "() => { const s = getComputedStyle(document.querySelector('main p')); return [s.color, s.fontFamily] }"
    )
    return page.evaluate(_OF_CHART), colour, font


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 1000], ids=["phone", "desk"])
def test_charts_are_coloured_legible_and_written_in_the_pages_own_font(
    dark: bool, width: int, chromium: Browser, client: TestClient, counted: MadeVote
) -> None:
    page = visit(chromium, client, f"/kk/votes/{counted.uuid}", dark=dark)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.set_viewport_size({"width": width, "height": 800})
    go(page, f"/kk/votes/{counted.uuid}/result")
    charts, colour, font = shown(page)

    assert said == []
    assert len(charts) == 4  # answers, turnout, the map of regions, their bars: of each the one for this width
    for chart in (charts[0], *charts[2:]):
        assert BLUE in chart["bars"]  # type: ignore[operator]
    assert len(charts[2]["texts"]) > 40  # type: ignore[arg-type] # twenty squares with letters and a number, and the note
    for chart in charts:
        assert "rgb(0, 0, 0)" not in chart["bars"]  # type: ignore[operator]
        assert set(chart["texts"]) == {colour}  # type: ignore[call-overload]
        assert chart["font"] == font
        assert chart["size"] > 11  # type: ignore[operator]
        assert chart["inside"]
    page.close()


@pytest.mark.browser
def test_a_chart_is_read_to_who_does_not_see_it(chromium: Browser, client: TestClient, counted: MadeVote) -> None:
    page = visit(chromium, client, f"/en/votes/{counted.uuid}/result")
    picture = page.get_by_role("img", name="Do you agree?")

    expect(picture).to_have_count(1)
    assert "Yes: 2 (66.67%)" in str(picture.get_attribute("aria-labelledby") and picture.text_content())
    page.get_by_text("The numbers as a table").first.click()
    expect(page.get_by_role("row", name="Yes 2 66.67%")).to_be_visible()
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_pages_with_forms_fit_a_phone_and_can_be_read_by_everybody(
    lang: str, chromium: Browser, signed_in: TestClient, services: Services, vote: MadeVote
) -> None:
    enter, decryption = f"/{lang}/votes/{vote.uuid}/enter", f"/{lang}/votes/{vote.uuid}/decryption"
    page = visit(chromium, signed_in, enter)
    assert (too_wide(page), barriers(page)) == (0, [])
    # The way itself: the page after the button, whose script would send it on at once.
    fields = fields_of(signed_in.get(enter).text) | {"purpose": "booth"}
    page.set_content(signed_in.post(enter, data=fields).text.replace("handoff.js", "site.js"))
    settle(page)
    assert (too_wide(page), barriers(page)) == (0, [])
    close(services, vote)
    for address in (decryption, f"/{lang}/votes/{vote.uuid}", f"/{lang}/votes/{vote.uuid}/result"):
        go(page, address)
        assert (too_wide(page), barriers(page)) == (0, [])
    page.close()
