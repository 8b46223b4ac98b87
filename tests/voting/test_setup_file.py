"""The file that a vote is set up from."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from egov_crypto import trustee, wire
from egov_participation.voting.roll_file import ListedRoll
from egov_participation.voting.rules import VoteKind
from egov_participation.voting.setup_file import RegistryRoll, SetupError, read
from egov_participation.voting.texts import Texts

NOW = datetime(2031, 10, 1, tzinfo=UTC)
DOCUMENTED = Path(__file__).parents[2] / "docs" / "vote-file.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the documentation's example as ``vote.toml``, and its trustees' keys."""
    (example,) = re.findall(r"```toml\n(.*?)```", DOCUMENTED.read_text("utf-8"), re.DOTALL)
    (tmp_path / "vote.toml").write_text(example, "utf-8")
    for name in ("aigul", "ivan"):
        (tmp_path / f"{name}.pub.json").write_bytes(wire.dump(trustee.generate()[1].to_json()) + b"\n")
    return tmp_path


def replaced(folder: Path, *changes: tuple[str, str]) -> Path:
    """The example with each ``(old, new)`` replaced once."""
    path = folder / "vote.toml"
    text = path.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, "utf-8")
    return path


def problems(path: Path) -> list[str]:
    with pytest.raises(SetupError) as refused:
        read(path, NOW)
    return [str(problem) for problem in refused.value.problems]


def test_the_documented_example_can_be_read(folder: Path) -> None:
    setup = read(folder / "vote.toml", NOW)
    assert setup.kind is VoteKind.CONSULTATIVE
    assert setup.title == Texts("Кітапхананың жұмыс уақыты", "Часы работы библиотеки", "The library's opening hours")
    assert setup.opens_at == datetime(2031, 11, 1, 4, 0, tzinfo=UTC)
    assert setup.roll == RegistryRoll(18, ("KZ-75",))
    assert [(question.min, question.max, question.blank) for question in setup.questions] == [
        (1, 1, True),
        (0, 2, False),
    ]
    assert setup.questions[0].answers == ("Иә / Да / Yes", "Жоқ / Нет / No")
    assert setup.trustees[1].name == Texts("Ivan Petrov", "Ivan Petrov", "Ivan Petrov")
    assert setup.administrator == "Сайлау комиссиясы / Избирательная комиссия / Election commission"


def test_every_key_that_the_reader_knows_is_documented() -> None:
    source = (Path(__file__).parents[2] / "src/egov_participation/voting/setup_file.py").read_text("utf-8")
    tables = re.findall(r"(?:_TOP: Final = |table, )\{(.*?)\}", source, re.DOTALL)
    known = {key for table in tables for key in re.findall(r'"(\w+)"', table)}
    documented = DOCUMENTED.read_text("utf-8").partition("| key |")[2]
    assert len(known) > 15
    assert {key for key in known if f"`{key}" not in documented and f".{key}`" not in documented} <= {
        "from",
        "questions",
    }


def test_everything_that_is_wrong_is_said_at_once_with_its_path(folder: Path) -> None:
    path = replaced(
        folder,
        ('kind = "consultative"', 'kind = "advice"'),
        ('ru = "Часы работы библиотеки", ', ""),
        ("closes_at = 2031-11-01T20:00:00+05:00", "closes_at = 2031-11-01T20:00:00"),
        ("min = 1\nmax = 1", "min = 2\nmax = 1"),
        ("max = 2", "max = 4"),
        ('"KZ-75"', '"KZ-99"'),
        ('public_key_file = "ivan.pub.json"', 'public_key_file = "nobody.json"'),
        ("blank = true", 'blank = true\ncolour = "red"'),
    )
    found = problems(path)
    assert [line.split(":")[0] for line in found] == [
        "kind",
        "title.ru",
        "closes_at",
        "questions[1].colour",
        "questions[1].min",
        "questions[2].max",
        "roll.territories",
        "trustees[2].public_key_file",
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('kind = "consultative"', 'kind = "binding"', "trustees: A binding vote has at least 3 trustees"),
        ("Келісесіз бе?", "Иә / жоқ?", "questions[1].text: A text may not hold a slash between spaces"),
        ('kk = "Жоқ", ru = "Нет", en = "No"', 'kk = "Иә", ru = "Да", en = "Yes"', "questions[1].answers: Two answers"),
        ('ru = "Нет"', 'ru = "  "', "questions[1].answers[2].ru: A text is missing."),
        ('ru = "Нет"', r'ru = "Н\u0000ет"', "questions[1].answers[2].ru: A text may not hold control characters."),
        ("administrator = {", "administrator = 7 # {", "administrator: A name is wanted: one text for all languages"),
        ("opens_at = 2031-11-01T09", "opens_at = 2031-11-02T09", "closes_at: The vote would close before it opens."),
        (
            "2031-11-01T09:00:00+05:00\ncloses_at = 2031",
            "2030-11-01T09:00:00+05:00\ncloses_at = 2030",
            "closes_at: The closing",
        ),
        ("opens_at = 2031-11-01T09:00:00+05:00", 'opens_at = "tomorrow"', "opens_at: A date and time is wanted"),
        ("min = 0", "min = -1", "questions[2].min: A whole number is wanted"),
        ("min = 0", "min = true", "questions[2].min: A whole number is wanted"),
        ("max = 2", "max = 0\ntype = 'mixnet'", "questions[2].type: Only questions of the type"),
        ('from = "registry"', 'from = "everybody"', "roll.from: Say who may vote"),
        ('"ivan.pub.json"', '"aigul.pub.json"', "trustees[2]: Two trustees have the same public key."),
        ("[[trustees]]", "[[trustee]]", "trustee: There is no such key here. Is it misspelt?"),
        ('kind = "consultative"', "kind = consultative", "The file is not TOML in UTF-8"),
    ],
)
def test_each_mistake_has_its_sentence(folder: Path, old: str, new: str, problem: str) -> None:
    found = problems(replaced(folder, (old, new)))
    assert any(line.startswith(problem) for line in found), found


def test_a_key_without_a_proof_of_its_owner_is_refused(folder: Path) -> None:
    key = trustee.generate()[1].to_json()
    forged = {**key, "public_key": trustee.generate()[1].public_key.text}
    (folder / "ivan.pub.json").write_bytes(wire.dump(forged))
    (found,) = problems(folder / "vote.toml")
    assert found.startswith("trustees[2]: This is not a trustee's public key with its proof")


def test_a_key_may_stand_in_the_file_itself(folder: Path) -> None:
    key = (folder / "ivan.pub.json").read_text("ascii").strip()
    path = replaced(folder, ('public_key_file = "ivan.pub.json"', f"public_key = '{key}'"))
    assert wire.dump(read(path, NOW).trustees[1].key.to_json()).decode() == key


def test_a_file_that_is_not_there_is_a_problem_like_any_other(tmp_path: Path) -> None:
    assert problems(tmp_path / "none.toml") == ["The file cannot be read: No such file or directory."]


class TestRollFiles:
    @pytest.fixture
    def listed(self, folder: Path) -> Path:
        return replaced(
            folder, ('from = "registry"\nmin_age = 18\nterritories = ["KZ-75"]', 'from = "file"\nfile = "roll.csv"')
        )

    def write(self, folder: Path, text: str) -> None:
        (folder / "roll.csv").write_text(text, "utf-8")

    def test_a_roll_names_people_with_their_weights(self, folder: Path, listed: Path) -> None:
        self.write(folder, "IIN,weight\n900101300017,2\n\n910101300019,1099511627774\n")
        roll = read(listed, NOW).roll
        assert isinstance(roll, ListedRoll)
        assert [(iin.digits, weight) for iin, weight in roll.weights.items()] == [
            ("900101300017", 2),
            ("910101300019", 1099511627774),
        ]
        assert roll.lines == (2, 4)

    def test_wrong_lines_are_told_by_number_and_never_by_iin(self, folder: Path, listed: Path) -> None:
        rows = ("900101300017,0", "900101300018,1", "910101300019,1", "910101300019,1", "900101300017")
        self.write(folder, "\n".join(("iin,weight", *rows, f"900101300017,{'9' * 5000}")) + "\n")
        found = problems(listed)
        assert [line.split(": ")[0] for line in found] == [f"roll.file (roll.csv), line {n}" for n in (2, 3, 5, 6, 7)]
        assert not any(iin in line for line in found for iin in ("900101300017", "900101300018", "910101300019"))

    @pytest.mark.parametrize("text", ["", "name\n900101300017\n", "iin\n", "iin\n\xff"])
    def test_a_file_that_is_no_roll_is_refused(self, folder: Path, listed: Path, text: str) -> None:
        (folder / "roll.csv").write_bytes(text.encode("latin-1"))
        assert problems(listed)

    def test_weights_that_add_up_too_high_are_refused(self, folder: Path, listed: Path) -> None:
        self.write(folder, f"iin,weight\n900101300017,{2**40}\n910101300019,1\n")
        assert "add up to more" in problems(listed)[0]
