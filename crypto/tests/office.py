"""An election office: a folder in which the commands make an election."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from crypto.tests.commands import run
from crypto.tests.making import verdict

from egov_crypto.verify import Report, verify_archive

UUID = "KMLMr96HM3M2nQ"
DESCRIPTION = """
name = { kk = "Сынақ", ru = "Проба", en = "Trial" }
description = "Бір жолмен"
administrator = "Комиссия"

[[questions]]
question = { kk = "Келісесіз бе?", ru = "Согласны?", en = "Agree?" }
answers = ["Иә / Да / Yes", "Жоқ / Нет / No"]
blank = true

[[questions]]
question = "2"
answers = ["a", "b", "c"]
min = 0
max = 2
"""
NAMES = ("TRIAL", "Сынақ / Проба / Trial")


def ok(*arguments: object, stdin: str = "") -> str:
    """What `egov-ballot` prints when it succeeds."""
    done = run("egov-ballot", *arguments, stdin=stdin)
    assert (done.status, done.err) == (0, "")
    return done.out


def chosen(*choices: str) -> list[str]:
    """The options that make these choices, one a question."""
    return [word for choice in choices for word in ("--choices", choice)]


def refused(*arguments: object, status: int = 2, stdin: str = "") -> str:
    """What it says when it refuses (of the election it may have told something before)."""
    done = run("egov-ballot", *arguments, stdin=stdin)
    assert done.status == status, done
    assert "Tracker" not in done.out
    assert "Traceback" not in done.err
    return done.err


class Office:
    """A folder with an election that the commands made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.archive = folder / f"{UUID}.bel"

    def __truediv__(self, name: str) -> Path:
        return self.folder / name

    def write(self, name: str, content: str) -> Path:
        path = self.folder / name
        path.write_text(content, "utf-8")
        return path

    def credential(self, voter: str) -> Path:
        with (self / "private.csv").open(encoding="utf-8") as file:
            texts = {row["id"]: row["credential"] for row in csv.DictReader(file)}
        return self.write(f"{voter}.credential", texts[voter] + "\n")

    def vote(self, voter: str, *choices: str, where: object = None, options: tuple[object, ...] = ()) -> str:
        archive = where or self.archive
        return ok("vote", archive, "--credential-file", self.credential(voter), *chosen(*choices), *options)

    def verdict(self) -> str:
        return verdict(self.archive.read_bytes())

    def report(self) -> Report:
        return verify_archive(io.BytesIO(self.archive.read_bytes())).report


def set_up(office: Office, *options: object) -> str:
    return ok(
        *("setup", office / "description.toml", office.archive, "--uuid", UUID),
        *("--credentials", office / "public.json", "--timestamp", 1_700_000_000),
        *("--trustee", office / "1.public.json", "--trustee", office / "2.public.json", *options),
    )


def decrypt(office: Office, number: int, *options: object, archive: object = None) -> tuple[object, ...]:
    return (
        *("trustee", "decrypt", office / f"{number}.key", archive or office.archive),
        *("--out", office / f"{number}.decryption", "--passphrase-file", office / f"{number}.passphrase", *options),
    )


def tallied(office: Office) -> Office:
    office.vote("ann", "1", "1,3")
    ok("close", office.archive)
    ok("tally", office.archive)
    return office


def refused_decryption(office: Office, number: int, *, status: int = 2, archive: Path | None = None) -> str:
    """What a trustee is told who gets no decryption."""
    error = refused(*decrypt(office, number, archive=archive), status=status)
    assert not (office / f"{number}.decryption").exists()
    return error
