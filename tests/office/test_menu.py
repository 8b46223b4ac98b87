"""The office's navigation: what an official's roles open, in an order that begins with their work."""

from __future__ import annotations

import re

import pytest
from tests.officials import MakeOfficial

from egov_participation.actions import Role


@pytest.mark.sqlite
@pytest.mark.parametrize("roles", [[Role.DESK_OPERATOR], [Role.ADMINISTRATOR, Role.AUDITOR, Role.DESK_OPERATOR]])
def test_what_awaits_one_stands_first_and_the_page_of_components_is_not_among_the_work(
    official: MakeOfficial, roles: list[Role]
) -> None:
    page = official(*roles).client.get("/en/office").text
    (navigation,) = re.findall(r'<nav class="[^"]*side.*?</nav>', page, re.DOTALL)
    links = re.findall(r'href="([^"]+)"', navigation)
    assert len(links) >= 3
    assert links[0] == "/en/office"
    assert "/en/office/patterns" not in links
