"""`egov-ballot credentials` and `setup`: what is there before anybody votes."""

import csv
import io
import json
import shlex
import time
import tomllib
from argparse import Namespace
from pathlib import Path
from typing import Any, Final

from egov_crypto import archive, credential
from egov_crypto.cli import console
from egov_crypto.cli.console import OK, count, say, write_new
from egov_crypto.cli.described import read_question, refuse_unknown, text
from egov_crypto.credential import CredentialList
from egov_crypto.election import Election, random_uuid
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.group import Point
from egov_crypto.threshold.parameters import Parameters
from egov_crypto.trustee import TrusteeKey
from egov_crypto.trustees import Item, Trustees
from egov_crypto.verify import verify_archive

EXAMPLE: Final = """\
the description, for example:

  name = { kk = "Сынақ", ru = "Проба", en = "Trial" }
  description = "What the vote is about"
  administrator = "Election commission"

  [[questions]]
  question = { kk = "Келісесіз бе?", ru = "Вы согласны?", en = "Do you agree?" }
  answers = ["Иә / Да / Yes", "Жоқ / Нет / No"]
  min = 1
  max = 1
  blank = true        # a blank vote is allowed

  [[questions]]
  question = "Whom to elect, in your order"
  answers = ["Ann", "Bob", "Cid"]
  method = { type = "STV", blank = true, rules = "scottish", seats = 2 }
  # or Schulze, Condorcet, Borda, IRV; or { type = "MajorityJudgment", blank = false, grades = ["Good", "Poor"] }

  [[questions]]
  question = "One list, and some of its candidates"
  lists = [["First list", "Ann", "Bob"], ["Second list", "Cid"]]
"""


def make_credentials(options: Namespace) -> int:
    """Make a credential for each voter: a private list for the registrar, a public one for the set-up."""
    console.refuse_existing([options.private, options.public])
    uuid = options.uuid or random_uuid()
    voters = _read_voters(options.voters) if options.voters else [(f"{i + 1}", 1) for i in range(options.count)]
    made = [(name, credential.generate(), weight) for name, weight in voters]
    public = credential.list_to_json((credential.public(uuid, text), weight) for _, text, weight in made)
    CredentialList(public)  # two people with one credential: never, but nobody would notice
    private = io.StringIO(newline="")
    csv.writer(private, lineterminator="\n").writerows([("id", "credential", "weight"), *made])
    write_new(options.private, private.getvalue().encode(), private=True)
    write_new(options.public, public + b"\n")
    say(
        f"Election: {uuid}",
        f"Private credentials of {count(len(made), 'voter')}, for the registrar alone: {options.private}",
        f"Public credentials, for the set-up: {options.public}",
        "",
        "Next, once each trustee has given a public key (`egov-ballot trustee new`):",
        f"  egov-ballot setup description.toml {uuid}.bel --uuid {uuid} "
        f"--credentials {shlex.quote(str(options.public))} --trustee FILE",
        "What stands in description.toml, `egov-ballot setup --help` shows; --trustee FILE once for each trustee.",
    )
    return OK


def _read_voters(path: Path) -> list[tuple[str, int]]:
    """The voters of a CSV file with the columns ``id`` and, if wanted, ``weight``."""
    voters: dict[str, int] = {}
    rows = csv.reader(io.StringIO(console.read_text(path), newline=""), strict=True)
    try:
        for row in rows:
            cells = [cell.strip() for cell in row]
            if not any(cells) or (rows.line_num == 1 and cells[0] == "id"):
                continue
            place = f"{path}, line {rows.line_num}"
            if len(cells) > 2 or not cells[0] or not cells[0].isprintable():
                raise UsageError(f"{place}: an id and perhaps a weight are wanted")
            written = cells[1] if len(cells) == 2 and cells[1] else "1"
            weight = console.natural(written)
            if weight is None or not 1 <= weight < 2**64:
                raise UsageError(f"{place}: {written!r} is not a weight")
            if cells[0] in voters:
                raise UsageError(f"{place}: {cells[0]!r} stands there twice")
            voters[cells[0]] = weight
    except csv.Error as error:
        raise UsageError(f"{path}, line {rows.line_num}: {error}") from None
    if not voters:
        raise UsageError(f"{path} holds no voters")
    return list(voters.items())


def set_up(options: Namespace) -> int:
    """Start an archive from the election's texts, its trustees' public keys and its voters' public credentials."""
    console.refuse_existing([options.archive])
    trustees = Trustees(tuple(_read_key(path) for path in options.trustee))
    described = _read_description(options.description)
    uuid = options.uuid or described.get("uuid")
    if not isinstance(uuid, str):
        raise UsageError("the election's uuid is wanted, with which the credentials were made")
    election = _election(described, uuid, trustees.public_key)
    voters = CredentialList(options.credentials.read_bytes().strip())
    entries = [(Point.from_bytes(voters[i][::-1]), voters.weight(i)) for i in range(len(voters))]
    timestamp = int(time.time()) if options.timestamp is None else options.timestamp
    head, blob = archive.start(timestamp, election.raw, trustees.to_json(), credential.list_to_json(entries))
    verify_archive(io.BytesIO(blob))
    write_new(options.archive, blob)
    say(
        f"Archive: {options.archive}",
        f"Election: {uuid}, fingerprint {election.fingerprint}",
        f"{count(len(entries), 'voter')}, {count(len(trustees), 'trustee')}, "
        f"{count(len(election.questions), 'question')}",
        f"Head: height {head.height}, hash {head.hash}",
    )
    return OK


def _read_key(path: Path) -> Item:
    """A trustee's public key, or the parameters of several of whom some are enough."""
    raw = path.read_bytes().strip()
    try:
        return Parameters.parse(raw) if raw.startswith(b'{"threshold":') else TrusteeKey.parse(raw)
    except VerificationError as error:
        raise UsageError(f"{path}: {error.message}") from None


def _read_description(path: Path) -> dict[str, Any]:
    raw = path.read_bytes()
    try:
        value = json.loads(raw) if path.suffix == ".json" else tomllib.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from None
    if not isinstance(value, dict):
        raise UsageError(f"{path} does not describe an election")
    return value


def _election(described: dict[str, Any], uuid: str, public_key: Point) -> Election:
    known = {"uuid", "name", "description", "administrator", "credential_authority", "questions"}
    refuse_unknown(described, known, "the election")
    questions = described.get("questions")
    if not isinstance(questions, list) or not questions:
        raise UsageError("questions are missing")
    optional = {
        name: text(described[name], name) for name in ("administrator", "credential_authority") if name in described
    }
    return Election.build(
        uuid=uuid,
        name=text(described.get("name"), "name"),
        description=text(described.get("description", ""), "description"),
        public_key=public_key,
        questions=[read_question(value, number) for number, value in enumerate(questions, start=1)],
        **optional,
    )
