"""A petition is written page by page: what was typed is never lost, and nobody but its creator sees it."""

from __future__ import annotations

from tests.officials import MakeCitizen
from tests.petitions.drafting import hand_in


def test_a_petition_is_written_handed_in_and_gets_a_number(citizen: MakeCitizen) -> None:
    client = citizen(level=3).client
    reference = hand_in(client)
    assert reference == "P-2024-0001"
    page = client.get(f"/en/me/petitions/{reference}")
    assert "Автобустар" in page.text
    assert reference in client.get("/en/me/petitions").text
