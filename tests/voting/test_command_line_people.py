"""Voters and trustees who trust no browser: what `egov-ballot` writes is taken here, and what we publish it takes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.registrar.book import CredentialBook
from tests.voting.making import YES_NO, archive_of, close_at, make_people, verified
from tests.voting.test_shuffling import RANKED

from egov_crypto.trustee import TrusteeKey
from egov_participation.services import Services
from egov_participation.voting import service
from egov_participation.voting.roll_file import ListedRoll
from egov_participation.voting.rules import VoteKind
from egov_participation.voting.setup_file import SetupTrustee, VoteSetup
from egov_participation.voting.texts import Texts

TEXTS = Texts("а", "б", "c")


def egov_ballot(*arguments: str | Path) -> None:
    command = Path(sys.executable).with_name("egov-ballot")
    done = subprocess.run([command, *arguments], capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr


# What is tried is the tool; the votes around it run on PostgreSQL in other tests.
@pytest.mark.sqlite
def test_a_vote_by_people_with_the_command_line_tool(services: Services, tmp_path: Path) -> None:
    key, passphrase, public = (tmp_path / name for name in ("key.json", "passphrase", "public.json"))
    egov_ballot("trustee", "new", key, "--public", public, "--passphrase-to", passphrase)
    trustee = SetupTrustee(TEXTS, TrusteeKey.parse(public.read_bytes().strip()))
    iins, people = make_people(services, 2)
    now = services.clock()
    created = service.create_vote(
        services,
        VoteSetup(
            VoteKind.CONSULTATIVE,
            TEXTS,
            TEXTS,
            "а / б / c",
            "а / б / c",
            now,
            now.replace(hour=20),
            (YES_NO, RANKED),
            ListedRoll(dict.fromkeys(iins, 1), (2, 3)),
            (trustee,),
        ),
    )
    archive, credential = tmp_path / "vote.bel", tmp_path / "code"
    archive.write_bytes(archive_of(services, created.uuid))
    credential.write_text(CredentialBook(services).credential(created.uuid, people[0]), "ascii")
    ballot = tmp_path / "ballot.json"
    egov_ballot("vote", archive, "--credential-file", credential, "--choices", "[[0,1,0],[2,1,0]]", "--out", ballot)
    assert service.cast(services, created.uuid, people[0], ballot.read_bytes().strip()).new

    close_at(services, service.vote(services, created.uuid).closes_at)
    archive.write_bytes(archive_of(services, created.uuid))
    mixed = tmp_path / "shuffle.json"
    egov_ballot("trustee", "shuffle", key, archive, "--out", mixed)
    assert service.hand_in_shuffle(services, created.uuid, 1, mixed.read_bytes()).awaited == 0
    archive.write_bytes(archive_of(services, created.uuid))
    decryption = tmp_path / "decryption.json"
    egov_ballot("trustee", "decrypt", key, archive, "--passphrase-file", passphrase, "--out", decryption)
    assert service.hand_in_decryption(services, created.uuid, decryption.read_bytes()).awaited == 0
    assert verified(services, created.uuid).report.result == [[0, 1, 0], [[2, 1, 0]]]
