"""The colours are those of the design, and what is written in them can be read, in light and in dark."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser

from egov_participation import paths

Scheme = dict[str, str]
_PROPERTY = re.compile(r"--((?:govuk|egov)-[\w-]+):\s*(#[0-9a-f]{3,6})")


def _schemes() -> dict[str, Scheme]:
    """The custom properties of the style sheet that is served, as light and as dark pages see them."""
    text = (paths.static_dir() / "site.css").read_text("utf-8")
    dark_block = re.search(r"@media screen and \(prefers-color-scheme: ?dark\)\{:root\{(.*?)\}\}", text, re.DOTALL)
    assert dark_block
    light = dict(_PROPERTY.findall(text.replace(dark_block[0], "")))
    return {"light": light, "dark": light | dict(_PROPERTY.findall(dark_block[1]))}


SCHEMES = _schemes()


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    digits = colour.removeprefix("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_colours_are_those_of_the_design() -> None:
    light = SCHEMES["light"]

    assert light["govuk-brand-colour"] == light["egov-header"] == "#005a70"
    assert light["egov-gold"] == light["govuk-focus-colour"] == "#fec50c"
    assert light["govuk-text-colour"] == light["govuk-focus-text-colour"] == "#0b1f26"
    assert light["govuk-secondary-text-colour"] == "#4a5b62"
    assert light["govuk-template-background-colour"] == "#f4f8f9"
    assert light["govuk-success-colour"] == "#1b6e3c"
    assert light["govuk-error-colour"] == "#b3261e"
    assert contrast(light["govuk-brand-colour"], "#ffffff") == pytest.approx(7.8, abs=0.05)


TEXT = [
    *(("govuk-text-colour", ground) for ground in ("govuk-body-background-colour", "govuk-template-background-colour")),
    ("govuk-text-colour", "egov-card"),
    ("govuk-link-colour", "govuk-body-background-colour"),
    ("govuk-link-colour", "egov-card"),
    ("egov-button-text", "egov-button"),
    ("egov-header-text", "egov-header"),
    ("egov-header-text", "egov-header-deep"),
    ("egov-footer-text", "egov-footer"),
    ("govuk-focus-text-colour", "govuk-focus-colour"),
]
"""What one reads and acts on: 7:1."""

FURTHER_TEXT = [
    ("govuk-secondary-text-colour", "govuk-body-background-colour"),
    ("govuk-secondary-text-colour", "govuk-template-background-colour"),
    ("govuk-secondary-text-colour", "egov-card"),
    ("govuk-error-colour", "govuk-body-background-colour"),
    ("govuk-link-visited-colour", "govuk-body-background-colour"),
    ("govuk-text-colour", "egov-added"),
    ("govuk-text-colour", "egov-removed"),
    ("govuk-text-colour", "egov-quiet-button"),
    ("egov-strong-button-text", "egov-warning-button"),
    ("egov-strong-button-text", "egov-filled-success"),
    ("egov-header-quiet", "egov-header"),
    ("egov-header-quiet", "egov-header-deep"),
    ("egov-footer-quiet", "egov-footer"),
    *((f"egov-{kind}-text", f"egov-{kind}") for kind in ("open", "soon", "waiting", "stopped", "over")),
]
"""What is said besides: 4.5:1."""

EDGES = [
    ("govuk-input-border-colour", "govuk-body-background-colour"),
    ("govuk-secondary-text-colour", "govuk-body-background-colour"),
    ("govuk-brand-colour", "govuk-body-background-colour"),
    ("govuk-brand-colour", "egov-over"),
    ("egov-gold", "egov-header-deep"),
]
"""Edges of controls and marks that mean something: 3:1."""


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    ("pairs", "least"), [(TEXT, 7), (FURTHER_TEXT, 4.5), (EDGES, 3)], ids=["text", "further text", "edges"]
)
def test_what_is_written_can_be_read(scheme: str, pairs: list[tuple[str, str]], least: float) -> None:
    colours = SCHEMES[scheme]
    weak = {
        (text, ground): round(found, 2)
        for text, ground in pairs
        if (found := contrast(colours[text], colours[ground])) < least
    }

    assert weak == {}


def test_who_asks_for_less_motion_or_own_colours_is_heard() -> None:
    text = (paths.static_dir() / "site.css").read_text("utf-8")

    assert "prefers-reduced-motion" in text
    assert "forced-colors" in text
    assert "@media print" in text


@pytest.mark.browser
def test_a_word_of_fifteen_letters_in_a_title_is_whole_on_the_narrowest_phone(chromium: Browser) -> None:
    css = (paths.static_dir() / "site.css").read_text("utf-8")
    words = {"xl": "государственных", "l": "редакцияңызды"}
    titles = "".join(f'<h1 class="govuk-heading-{size}"><span>{word}</span></h1>' for size, word in words.items())
    page = chromium.new_page(viewport={"width": 320, "height": 640})
    page.set_content(
        f'<style>{css}</style><body class="govuk-template__body"><div class="govuk-width-container">{titles}</div>'
    )
    lines = page.evaluate("[...document.querySelectorAll('span')].map(word => word.getClientRects().length)")
    page.close()
    assert lines == [1, 1]
