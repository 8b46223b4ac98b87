"""What the server signs, `egov-verify receipt` reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.voting.making import archive_of, make_vote

from egov_crypto.cli import verify
from egov_participation.services import Services
from egov_participation.voting import service


def test_the_servers_receipt_is_verified_by_the_command(
    services: Services, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vote = make_vote(services)
    receipts = [service.cast(services, vote.uuid, vote.people[voter], vote.ballot(voter)).receipt for voter in (0, 1)]
    archive, path = tmp_path / "archive.bel", tmp_path / "receipt.json"
    archive.write_bytes(archive_of(services, vote.uuid))
    key = service.receipt_key(services)
    for height, raw in enumerate(receipts, start=1):
        path.write_bytes(raw)
        assert verify.main(["receipt", str(path), "--key", key, str(archive), "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["subject"]["height"] == height
