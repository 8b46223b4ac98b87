"""The file that a vote is set up from."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from egov_crypto import trustee, wire
from egov_crypto.counting import Method, MethodType, Rules
from egov_crypto.lists import ListsQuestion
from egov_crypto.preference import PreferenceQuestion
from egov_participation.voting import mock_keys
from egov_participation.voting.roll_file import ListedRoll
from egov_participation.voting.rules import VoteKind
from egov_participation.voting.setup_file import RegistryRoll, SetupError, read
from egov_participation.voting.texts import Texts

NOW = datetime(2031, 10, 1, tzinfo=UTC)
DOCUMENTED = Path(__file__).parents[2] / "docs" / "vote-file.md"
EXAMPLES = re.findall(r"```toml\n(.*?)```", DOCUMENTED.read_text("utf-8"), re.DOTALL)
"""A whole file; questions of other kinds; what stands instead of keys where fewer trustees than all are needed;
one more who is needed always."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the documentation's example as ``vote.toml``, and its trustees' keys."""
    (tmp_path / "vote.toml").write_text(EXAMPLES[0], "utf-8")
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
    room = Path(__file__).parents[2] / "src/egov_participation/voting"
    source = "".join((room / f"{name}_file.py").read_text("utf-8") for name in ("setup", "question", "trustee"))
    tables = re.findall(r"(?:_TOP: Final = |table, |known = |known \| \()\{(.*?)\}", source, re.DOTALL)
    known = {key for table in tables for key in re.findall(r'"(\w+)"', table)}
    documented = DOCUMENTED.read_text("utf-8").partition("| key |")[2]
    assert len(known) > 25
    assert {key for key in known if f"`{key}" not in documented and f".{key}`" not in documented} <= {
        "from",
        "questions",
        "name",
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
        ("max = 2", "max = 0\ntype = 'mixnet'", "questions[2].type: Say “homomorphic”, “ranking”"),
        ('from = "registry"', 'from = "everybody"', "roll.from: Say who may vote"),
        ('"ivan.pub.json"', '"aigul.pub.json"', "trustees[2]: Two trustees have the same public key."),
        ("[[trustees]]", "[[trustee]]", "trustee: There is no such key here. Is it misspelt?"),
        ('kind = "consultative"', "kind = consultative", "The file is not TOML in UTF-8"),
    ],
)
def test_each_mistake_has_its_sentence(folder: Path, old: str, new: str, problem: str) -> None:
    found = problems(replaced(folder, (old, new)))
    assert any(line.startswith(problem) for line in found), found


NINE_GRADES = "".join(f'{{ kk = "{n}", ru = "{n}", en = "{n}" }}, ' for n in range(9))


@pytest.fixture
def mixed(folder: Path) -> Path:
    """The example with the documentation's other kinds of questions."""
    return replaced(folder, ("[[trustees]]", f"{EXAMPLES[1]}\n[[trustees]]"))


def test_questions_of_all_kinds_become_what_the_election_asks(folder: Path, mixed: Path) -> None:
    _, _, ranked, graded, lists = read(mixed, NOW).questions
    assert isinstance(ranked, PreferenceQuestion)
    assert isinstance(graded, PreferenceQuestion)
    assert isinstance(lists, ListsQuestion)
    assert Method.of(ranked.extra) == Method(MethodType.STV, blank=True, rules=Rules.SCOTTISH, seats=2)
    assert ranked.answers[0] == "Айгүл / Айгуль / Aigul"
    grades = ("Жақсы / Хорошо / Good", "Жарайды / Приемлемо / Acceptable", "Нашар / Плохо / Poor")
    assert Method.of(graded.extra) == Method(MethodType.MAJORITY_JUDGMENT, grades=grades)
    assert lists.lists == (
        ("Орталық / Центр / Centre", "Ерлан / Ерлан / Yerlan", "Мария / Мария / Maria"),
        ("Дала / Степь / Steppe", "Жанар / Жанар / Zhanar"),
    )
    replaced(folder, ('from = "registry"\nmin_age = 18\nterritories = ["KZ-75"]', 'from = "file"\nfile = "roll.csv"'))
    (folder / "roll.csv").write_text("iin,weight\n900101300017,1\n910101300019,1\n")
    assert len(read(mixed, NOW).questions) == 5
    (folder / "roll.csv").write_text("iin,weight\n900101300017,1\n910101300019,2\n")
    (found,) = problems(mixed)
    assert found.startswith("roll.file: Where answers are ranked or graded every ballot counts once")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('method = "stv"', 'method = "plurality"', "questions[3].method: Say how the rankings are counted"),
        ('method = "stv"', 'method = "borda"', "questions[3].seats: There is no such key here"),
        ("seats = 2", "seats = 4", "questions[3].seats: There must be at least one seat, and fewer seats than"),
        ("seats = 2", "seats = 0", "questions[3].seats: There must be at least one seat"),
        ("seats = 2", "seats = 'two'", "questions[3].seats: A whole number is wanted"),
        ('rules = "scottish"', 'rules = "irish"', "questions[3].rules: Say “scottish” or “meek”."),
        ('rules = "scottish"', "min = 1", "questions[3].min: There is no such key here"),
        ('ru = "Плохо"', 'ru = ""', "questions[4].grades[3].ru: A text is missing."),
        (EXAMPLES[1],
         EXAMPLES[1].replace("Жарайды", "Жақсы").replace("Приемлемо", "Хорошо").replace("Acceptable", "Good"),
         "questions[4].grades: Two grades"),
        ("grades = [", f"grades = [{NINE_GRADES}", "questions[4].grades: Between 2"),
        ("grades = [", "grades = 7\nlists = [", "questions[4].grades: Grades are wanted"),
        ('    { kk = "Көпір", ru = "Мост", en = "The bridge" },\n', "", "questions[4].answers: Between 2 and 30"),
        (EXAMPLES[1], EXAMPLES[1].replace("Дала", "Орталық").replace("Степь", "Центр").replace("Steppe", "Centre"),
         "questions[5].lists: Two lists"),
        ('        { kk = "Жанар", ru = "Жанар", en = "Zhanar" },\n', "",
         "questions[5].lists[2].candidates: There is no candidate"),
        (EXAMPLES[1], EXAMPLES[1].replace("Мария", "Ерлан").replace("Maria", "Yerlan"),
         "questions[5].lists[1].candidates: Two candidates"),
        ("lists = [", "blank = true\nlists = [", "questions[5].blank: There is no such key here"),
        ("lists = [", "lists = []\nnames = [", "questions[5].lists: There is no list yet."),
    ],
)  # fmt: skip
def test_each_mistake_in_other_kinds_of_questions_has_its_sentence(
    folder: Path, mixed: Path, old: str, new: str, problem: str
) -> None:
    found = problems(replaced(folder, (old, new)))
    assert any(line.startswith(problem) for line in found), found


def test_fewer_trustees_than_all_hold_keys_that_they_made_together(folder: Path) -> None:
    path = folder / "vote.toml"
    text = path.read_text("utf-8")
    at_top, trustees = EXAMPLES[2].split("\n\n", 1)
    path.write_text(f"{at_top}\n{text[: text.index('[[trustees]]')]}{trustees}", "utf-8")
    _, parameters = mock_keys.together(3, 2)
    (folder / "threshold.json").write_bytes(wire.dump(parameters.to_json()) + b"\n")
    setup = read(path, NOW)
    assert (len(setup.keys), setup.keys.required) == (3, 2)
    assert [member.key for member in setup.trustees] == list(parameters.keys)
    assert setup.trustees[1].name.en == "Ivan Petrov"

    for old, new, problem in (
        ("needed = 2", "needed = 1", "needed: All 3 trustees can be needed, or fewer, but at least two."),
        ("needed = 2", "needed = 4", "needed: 4 trustees are to be enough, and there are only 3"),
        ("needed = 2", "needed = 3", "threshold_file: Keys made together are only for votes"),
        ("threshold_file = ", "# ", "threshold_file: Fewer than all trustees are needed: give threshold_file"),
        ('"threshold.json"', '"none.json"', "threshold_file: The file cannot be read"),
        ('"threshold.json"', '"vote.toml"', "threshold_file: These are not keys that trustees made together"),
        (
            'name = "Saule Omarova"',
            'name = "Saule Omarova"\npublic_key = "x"',
            "trustees[3].public_key: There is no such",
        ),
    ):
        kept = path.read_text("utf-8")
        found = problems(replaced(folder, (old, new)))
        assert any(line.startswith(problem) for line in found), (problem, found)
        path.write_text(kept, "utf-8")

    # Beside one who is needed always, and stands first in the election.
    text, third = path.read_text("utf-8"), EXAMPLES[3]
    path.write_text(f"{text}\n{third}", "utf-8")
    (folder / "daulet.pub.json").write_bytes(wire.dump(trustee.generate()[1].to_json()))
    setup = read(path, NOW)
    assert [member.name.en for member in setup.trustees][::3] == ["Daulet Serik", "Saule Omarova"]
    assert (len(setup.keys), setup.keys.required, setup.keys.enough((2, 3, 4))) == (4, 3, False)
    assert setup.keys.keys == tuple(member.key for member in setup.trustees)
    path.write_text(f"{text}\n{third.replace('true', '1')}", "utf-8")
    assert any(line.startswith("trustees[4].always: Say true or false") for line in problems(path))
    named = text.replace("needed = 2", "needed = 4")
    path.write_text(f"{named}\n{third}", "utf-8")
    assert problems(path) == ["needed: 4 trustees are to be enough, and there are only 3 besides those always needed."]
    path.write_text(named.partition("[[trustees]]")[0] + third, "utf-8")
    assert problems(path) == ["needed: 4 trustees are to be enough, and there are only 0 besides those always needed."]
    (folder / "daulet.pub.json").write_bytes(wire.dump(parameters.keys[1].to_json()))
    path.write_text(f"{text}\n{third}", "utf-8")
    assert problems(path) == ["trustees: Two trustees have the same public key."]
    path.write_text(text, "utf-8")

    (folder / "threshold.json").write_bytes(wire.dump(mock_keys.together(3, 3)[1].to_json()))
    assert problems(path)[0].startswith("threshold_file: These keys were made by 3 trustees of whom 3 are needed")


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
