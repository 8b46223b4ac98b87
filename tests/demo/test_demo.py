"""The demonstration's command and what it invents."""

from __future__ import annotations

import socket
from pathlib import Path

from typer.testing import CliRunner

from egov_participation.cli import app
from egov_participation.demo import votes
from egov_participation.demo.fill import guests, people


def test_a_port_in_use_is_said_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("localhost", 0)) as taken:
        port = taken.getsockname()[1]
        result = CliRunner().invoke(app, ["demo", "--port", str(port), "--folder", str(tmp_path / "demo")])

    assert result.exit_code == 1
    assert f"port {port} is in use" in result.output
    assert not (tmp_path / "demo").exists()


def test_the_guests_are_three_different_people_of_the_country() -> None:
    entries = guests()

    assert len({entry.iin for entry in entries} & {entry.iin for entry in people()}) == 3
    assert len({entry.family_name for entry in entries}) == len({entry.given_name for entry in entries}) == 3


def test_the_referendum_is_the_real_one_scaled() -> None:
    counted = votes.BLANK + votes.FOR + votes.AGAINST

    assert round(counted / votes.REGISTERED, 3) == 0.636
    assert (round(votes.FOR / counted, 2), round(votes.AGAINST / counted, 2)) == (0.71, 0.26)
