"""``egov registry import``: all or nothing, with every problem by its line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from egov_participation.database import Database
from egov_participation.registry import cli, fake
from egov_participation.registry.csv_file import FileProblems
from egov_participation.registry.keys import IinKeys
from egov_participation.registry.models import Resident
from egov_participation.registry.rules import Entry
from egov_participation.registry.service import Changes, EmbeddedRegistry, import_file
from egov_participation.settings import Settings

NOW = dt.datetime(2024, 10, 6, 7, 0, tzinfo=dt.UTC)
COLUMNS = [
    *("iin", "family_name", "given_name", "patronymic", "birth_date", "mail", "territory", "language"),
    *("district", "address"),
]

Import = Callable[[str | bytes], Changes]


def row(entry: Entry, **cells: str) -> list[str]:
    found = {name: str(getattr(entry, name)) for name in COLUMNS} | {"iin": entry.iin.digits} | cells
    return [found[name] for name in COLUMNS]


def table(rows: Iterable[list[str]], delimiter: str = ",", end: str = "\n") -> str:
    # Addresses have commas of their own.
    quoted = ([f'"{cell}"' if delimiter in cell and '"' not in cell else cell for cell in cells] for cells in rows)
    return "".join(delimiter.join(cells) + end for cells in [COLUMNS, *quoted])


@pytest.fixture
def people() -> list[Entry]:
    return list(fake.residents(5))


@pytest.fixture
def load(database: Database, settings: Settings, tmp_path: Path) -> Import:
    def load(content: str | bytes) -> Changes:
        path = tmp_path / "people.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return import_file(database, IinKeys.open(settings.keys_dir, settings.registrar_keys_dir), path, NOW)

    return load


def problems(load: Import, content: str | bytes) -> list[str]:
    with pytest.raises(FileProblems) as refusal:
        load(content)
    return [str(problem) for problem in refusal.value.problems]


def count(database: Database) -> int:
    with database.read() as session:
        return len(session.exec(select(Resident)).all())


def test_a_file_is_entered_and_entered_again_without_a_change(load: Import, people: list[Entry]) -> None:
    content = table(row(person) for person in people)
    assert load(content) == Changes(5, 0, 0)
    assert load(content) == Changes(0, 0, 5)


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_byte_order_marks_semicolons_and_windows_line_ends_are_read(
    load: Import, people: list[Entry], delimiter: str, mark: bytes, end: str
) -> None:
    content = mark + table((row(person) for person in people), delimiter, end).encode()
    assert load(content) == Changes(5, 0, 0)


def test_a_missing_birth_date_comes_from_the_iin_and_a_missing_language_is_kazakh(
    load: Import, people: list[Entry], database: Database
) -> None:
    person = people[0]
    load(f"territory,MAIL,given_name,family_name,iin\nKZ-71,a@mail.example,Айгүл,Омарова,{person.iin.digits}\n")
    with database.read() as session:
        resident = session.exec(select(Resident)).one()
    assert (resident.birth_date, resident.language, resident.patronymic) == (person.birth_date, "kk", "")


def test_districts_and_addresses_are_entered_where_they_are_known(
    load: Import, people: list[Entry], database: Database, settings: Settings
) -> None:
    keys = IinKeys.open(settings.keys_dir)
    registry = EmbeddedRegistry(keys)
    head = "iin,family_name,given_name,mail,territory,district,address\n"
    one, other = (f"{person.iin.digits},Омаров,Ерлан,a@mail.example,KZ-75," for person in people[:2])
    load(head + one + '751210000,"Абай даңғылы,  5"\n' + other + ",\n")
    with database.read() as session:
        found, bare = (registry.find(session, person.iin) for person in people[:2])
        assert found is not None
        assert bare is not None
        assert (found.district, registry.address(session, found.person_id)) == ("751210000", "Абай даңғылы, 5")
        assert (bare.district, registry.address(session, bare.person_id)) == ("", "")
        assert b"\xd0\x90" not in (session.get_one(Resident, found.person_id).address_sealed or b"")
    assert load(head + one + '751210000,"Абай даңғылы, 5"\n' + other + ",\n") == Changes(0, 0, 2)
    assert load(head + one + "751210000,\n" + other + "751110000,\n") == Changes(0, 2, 0)
    with database.read() as session:
        assert registry.address(session, found.person_id) == ""


def test_dates_are_read_in_both_ways_of_writing_them(load: Import, people: list[Entry], database: Database) -> None:
    load(table([row(people[0], birth_date=f"{people[0].birth_date:%d.%m.%Y}")]))
    with database.read() as session:
        assert session.exec(select(Resident)).one().birth_date == people[0].birth_date


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("iin", "", "the IIN is missing"),
        ("iin", "12345", "an IIN has 12 digits"),
        ("iin", "90010130012x", "digits only"),
        ("family_name", "", "family_name is empty"),
        ("given_name", "Robert<script>", "given_name must consist of letters"),
        ("family_name", "я" * 101, "family_name is longer than 100 characters"),
        ("birth_date", "06/10/1990", "birth_date must be written"),
        ("birth_date", "1990-02-30", "not a date of the calendar"),
        ("birth_date", "1991-01-01", "birth_date is not the one in the IIN"),
        ("mail", "", "mail is empty"),
        ("mail", "aigul", "mail is not a mail address"),
        ("mail", "a@mail.example\r\nBcc: x@mail.example", "mail is not a mail address"),
        ("mail", "айгүл@mail.example", "mail is not a mail address"),
        ("territory", "KZ-99", "territory must be the ISO 3166-2 code"),
        ("territory", "Астана", "territory must be the ISO 3166-2 code"),
        ("district", "711110000", "district must be the code"),
        ("district", "KZ-75", "district must be the code"),
        ("address", "я" * 301, "address is longer than 300 characters"),
        ("address", "Абай\u202eдаңғылы", "address has signs that cannot be printed"),
        ("language", "de", "language must be kk, ru or en"),
    ],
)
def test_what_is_wrong_with_a_cell_is_said_with_its_line(
    load: Import, people: list[Entry], database: Database, column: str, value: str, sentence: str
) -> None:
    cell = f'"{value}"' if "\n" in value else value
    found = problems(load, table([row(people[0]), row(people[1], **{column: cell}), row(people[2])]))
    assert len(found) == 1
    assert found[0].startswith("line 3: ")
    assert sentence in found[0]
    assert count(database) == 0


def test_every_problem_of_every_line_is_said_at_once(load: Import, people: list[Entry], database: Database) -> None:
    rows = [
        row(people[0], mail="?", territory="?"),
        row(people[1]),
        row(people[2], language="xx"),
        ["too", "short"],
    ]
    found = problems(load, table(rows))
    assert [text.partition(":")[0] for text in found] == ["line 2", "line 2", "line 4", "line 5"]
    assert count(database) == 0


def test_no_more_than_a_hundred_problems_are_said(load: Import, people: list[Entry]) -> None:
    assert len(problems(load, table([row(people[0], mail="?")] * 300))) == 100


def test_somebody_twice_in_the_file_is_a_problem_that_does_not_print_the_iin(
    load: Import, people: list[Entry], database: Database
) -> None:
    found = problems(load, table([row(people[0]), row(people[1]), row(people[0], mail="other@mail.example")]))
    assert found == [f"line 4: the same IIN ({people[0].iin.mask}) stands on line 2"]
    assert count(database) == 0


def test_one_wrong_line_at_the_end_leaves_the_register_as_it_was(
    load: Import, people: list[Entry], database: Database
) -> None:
    load(table([row(people[0])]))
    moved = [
        row(people[0], territory="KZ-71", district=""),
        *(row(person) for person in people[1:]),
        row(people[4], iin="1"),
    ]
    problems(load, table(moved))
    with database.read() as session:
        resident = session.exec(select(Resident)).one()
    assert resident.territory == people[0].territory


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("", "the column iin is missing"),
        ("iin,family_name,given_name,mail", "the column territory is missing"),
        ("iin,family_name,given_name,mail,territory,phone", "unknown column “phone”"),
        ("iin,iin,family_name,given_name,mail,territory", "the column iin stands there twice"),
    ],
)
def test_a_wrong_first_line_is_named(load: Import, header: str, sentence: str) -> None:
    assert f"line 1: {sentence}" in problems(load, header + "\n")


def test_a_file_without_people_is_refused(load: Import) -> None:
    assert problems(load, table([])) == ["line 1: the file lists nobody"]


def test_a_byte_that_is_not_utf_8_is_found_on_its_line(load: Import, people: list[Entry]) -> None:
    content = table(row(person) for person in people).encode().split(b"\n")
    content[3] = "Иванов".encode("cp1251") + content[3]
    assert problems(load, b"\n".join(content)) == ["line 4: not UTF-8: save the file as “CSV UTF-8”"]


@pytest.mark.parametrize("broken", ['"never closed', "a\x00b", '"a"b'])
def test_a_file_that_is_not_csv_is_refused_with_the_line(load: Import, people: list[Entry], broken: str) -> None:
    found = problems(load, table([row(people[0])]) + broken + "\n")
    assert len(found) == 1
    assert found[0].startswith("line 3: ")


def test_lines_are_counted_through_quoted_line_breaks_and_empty_lines(load: Import, people: list[Entry]) -> None:
    quoted = row(people[0], patronymic='"Аскар\nұлы"')
    found = problems(load, table([quoted]) + "\n" + table([row(people[1], mail="?")]).partition("\n")[2])
    assert [text.partition(":")[0] for text in found] == ["line 5"]


def test_birth_in_the_future_is_refused(load: Import, people: list[Entry]) -> None:
    from egov_participation.registry import iin

    unborn = iin.make(dt.date(2024, 10, 8), male=True, number=7)
    assert unborn is not None
    found = problems(load, table([row(people[0], iin=unborn.digits, birth_date="")]))
    assert found == ["line 2: birth_date is in the future"]


class TestCommand:
    @pytest.fixture
    def run(
        self, database: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> Callable[[str | None], tuple[int, str]]:
        monkeypatch.setenv("EGOV_DATABASE_URL", settings.database_url)
        monkeypatch.setenv("EGOV_KEYS_DIR", str(settings.keys_dir))
        monkeypatch.setenv("EGOV_REGISTRAR_KEYS_DIR", str(settings.registrar_keys_dir))

        def run(content: str | None) -> tuple[int, str]:
            path = tmp_path / "people.csv"
            if content is not None:
                path.write_text(content, "utf-8")
            result = CliRunner().invoke(cli.app, ["import", str(path)])
            return result.exit_code, result.output

        return run

    def test_exit_0_says_what_changed(self, run: Callable[[str | None], tuple[int, str]], people: list[Entry]) -> None:
        assert run(table(row(person) for person in people)) == (0, "5 added, 0 updated, 0 unchanged\n")

    def test_exit_1_lists_the_problems_and_no_iin(
        self, run: Callable[[str | None], tuple[int, str]], people: list[Entry]
    ) -> None:
        wrong = people[0].iin.digits[:11] + str((int(people[0].iin.digits[11]) + 1) % 10)
        code, output = run(table([row(people[0], iin=wrong), row(people[1]), row(people[1])]))
        assert code == 1
        assert "line 2: the check digit of the IIN does not fit" in output
        assert "line 4: the same IIN" in output
        assert "nothing was entered: 2 problems" in output
        for digits in (wrong, people[0].iin.digits, people[1].iin.digits):
            assert digits not in output
            assert digits[:8] not in output

    def test_exit_2_for_keys_that_were_lost_and_made_anew(
        self, run: Callable[[str | None], tuple[int, str]], people: list[Entry], settings: Settings
    ) -> None:
        run(table([row(people[0])]))
        (settings.keys_dir / "iin-lookup").unlink()
        code, output = run(table([row(people[0])]))
        assert code == 2
        assert "restore them from the backup" in output

    def test_exit_2_for_a_file_that_is_not_there(self, run: Callable[[str | None], tuple[int, str]]) -> None:
        code, output = run(None)
        assert code == 2
        assert "No such file" in output

    def test_exit_2_for_who_has_not_the_registrar_s_key(
        self, run: Callable[[str | None], tuple[int, str]], people: list[Entry], tmp_path: Path, settings: Settings,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        """As the site's user has not: the registrar would take no row that was marked with one made here."""
        monkeypatch.setenv("EGOV_REGISTRAR_URL", f"unix:{tmp_path}/registrar.sock")
        monkeypatch.setenv("EGOV_REGISTRAR_TOKEN_FILE", str(tmp_path / "token"))
        code, output = run(table([row(people[0])]))
        assert (code, "registrar's user" in output) == (2, True)
        IinKeys.open(settings.keys_dir, settings.registrar_keys_dir)
        assert run(table([row(people[0])])) == (0, "1 added, 0 updated, 0 unchanged\n")
