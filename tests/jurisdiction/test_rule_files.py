"""A file of rules that cannot be right is refused with its place and a reason, whatever is in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from typer.testing import CliRunner

from egov_participation.cli import _ready
from egov_participation.jurisdiction import cli
from egov_participation.jurisdiction.calendars import Calendar, Holiday
from egov_participation.jurisdiction.petition_rules import (
    Action,
    Band,
    Gate,
    Identity,
    Names,
    PerTerritory,
    Review,
    RuleSet,
    Scope,
    Threshold,
    Way,
)
from egov_participation.jurisdiction.rule_files import LARGEST, PETITIONS, RuleError
from egov_participation.jurisdiction.versions import Ground, Source
from egov_participation.settings import Settings

KZ = PETITIONS.presets()["kz"].read_text("utf-8")
LINES = KZ.splitlines()
WORDS = [
    *("[", "]", "{", "}", "=", '"', "\n", "#", ",", "1", "-1", "1e9", "0.5", "nan", "inf", "true", "2024-02-30", "x"),
    *("version", "[[version]]", "thresholds", "needed", "percent", "in_force", "2024-01-01T00:00:00Z", "''", "é"),
]


def reasons(text: str) -> list[str]:
    with pytest.raises(RuleError) as caught:
        PETITIONS.parse(text.encode(), "kz.toml")
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("needed = 50_000", "needed = 0", "thresholds[0].needed: input should be greater than or equal to 1"),
        ("needed = 50_000", "", "thresholds[0]: must have one of “needed”, “percent” and “bands”"),
        ("needed = 50_000", 'needed = "50000"', "thresholds[0].needed: input should be a valid integer"),
        ("needed = 50_000", "needed = 50_000\npercent = 1", "thresholds[0]: must have one of"),
        ("percent = 1\n", "percent = 101\n", "thresholds[1].percent: input should be less than or equal to 100"),
        ("percent = 1\n", "percent = nan\n", "thresholds[1].percent: input should be a finite number"),
        ("{ over = 0, percent = 5 }, ", "", "thresholds[3]: “bands” must begin with over = 0 and rise"),
        ("percent = 5 }", "percent = 5, needed = 3 }", "bands[0]: must have either “needed” or “percent”"),
        ('addressee = "government"', 'addressee = "senate"', "thresholds[0].addressee: there is no body “senate”"),
        ('scope = "country"', 'scope = "planet"', "thresholds[0].scope: input should be 'country', 'region'"),
        ('["country", "region", "district"]', '["country", "region"]', "thresholds[3].scope: “district” is not among"),
        ('"district"]', '"district", "city-district"]', "no threshold is of scope “city-district”"),
        ('"40 working days"', '"40 days"', "thresholds[0].answer_due: is no period such as"),
        ('"6 months"', '"999 months"', "collecting: is longer than ten years"),
        ('calendar = "kz"', 'calendar = "mars"', "calendar: there is no calendar “mars”; there are eu, kr, kz"),
        ('calendar = "kz"', 'calendar = { weekend = ["Sunday"] }', "calendar.weekend[0]: “Sunday” is none of monday"),
        ('territories = "kz"', 'territories = "xx"', "territories: there is no table of “xx”"),
        ("level = 3", "level = 4", "identity.level: input should be less than or equal to 3"),
        ('ways = ["passkey", "eid"]', 'ways = ["code"]', "identity: level 3 is not reached by code"),
        ("count = 50", "count = 50\nmuch = 1", "gate.much: there is no such key"),
        ("count = 50", "count = 50\nterritories = 51", "gate: 50 supporters cannot come from 51 territories"),
        ("paper = true", "", "paper: is missing"),
        ('ru = "Казахстан"', 'ru = " "', "name.ru: string should have at least 1 character"),
        ('code = "kz"', 'code = "uk"', "code: must be “kz”, as the file is called"),
        ('code = "offensive"', 'code = "libellous"', "grounds: “libellous” stands there twice"),
        ("https://adilet", "http://adilet", "source.url: string should match pattern"),
        ("in_force = 2024-04-04", "in_force = 2024-04-04T10:00:00", "in_force: input should be a valid date"),
        ("in_force = 2024-04-04", "", "in_force: is missing"),
        ("[[version]]\nin_force = 2024-04-04", "", "version: there must be at least one [[version]]"),
        ("in_force = 2024-04-04", "in_force = 2024-04-04\n[[version]]\nin_force = 2024-04-04", "in the order of"),
        ('code = "kz"', "code = ", "is no TOML"),
        ("min_age = 16", f"min_age = {'9' * 5000}", "is no TOML: a number or nesting is too large"),
        ("min_age = 16", f"min_age = {'[' * 5000}", "is no TOML"),
        ("min_age = 16", "min_age = 1e9999999999999999999", "is no TOML: a number or nesting is too large"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(was: str, becomes: str, says: str) -> None:
    assert was in KZ
    said = reasons(KZ.replace(was, becomes, 1))
    assert any(says in sentence for sentence in said), said


def test_a_problem_names_file_version_and_key() -> None:
    with pytest.raises(RuleError) as caught:
        PETITIONS.parse(KZ.replace("needed = 50_000", "needed = 0").encode(), "/etc/egov/kz.toml")
    assert str(caught.value).startswith("/etc/egov/kz.toml: version of 2024-04-04, thresholds[0].needed: ")


def test_everything_that_is_wrong_is_said_at_once() -> None:
    assert len(reasons(KZ.replace("level = 3", "level = 9").replace("count = 50", "count = 0"))) == 2


def test_a_file_that_is_too_large_or_no_text_is_refused(tmp_path: Path) -> None:
    assert reasons("#" * (LARGEST + 1)) == ["is larger than 512 KiB"]
    with pytest.raises(RuleError, match="is not UTF-8"):
        PETITIONS.parse(b"\xff", "kz.toml")
    with pytest.raises(RuleError, match="No such file"):
        PETITIONS.read(tmp_path / "kz.toml")


@given(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join))
@example("in_force = 1\n[[version]]")
def test_no_toml_ends_in_anything_but_a_rule_error(text: str) -> None:
    with pytest.raises(RuleError) as caught:
        PETITIONS.parse(text.encode(), "kz.toml")
    assert caught.value.problems


@given(st.integers(0, len(LINES) - 1), st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join), st.booleans())
def test_a_rule_set_with_a_line_changed_holds_or_is_refused(at: int, words: str, value_alone: bool) -> None:
    line = f"{LINES[at].partition('=')[0]}= {words}" if value_alone else words
    changed = "\n".join([*LINES[:at], line, *LINES[at + 1 :]]).encode()
    try:
        problems = [] if PETITIONS.parse(changed, "kz.toml")[0].code == "kz" else ["another code"]
    except RuleError as error:
        problems = [] if all(problem.reason for problem in error.problems) else ["no reason"]
    assert problems == []


def test_check_says_the_rules_in_words_or_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "kz.toml").write_text(KZ)
    good = CliRunner().invoke(cli.app, ["check", str(tmp_path)])
    assert good.exit_code == 0
    assert "50,000 signatures: the Government answers within 40 working days." in good.stdout
    (tmp_path / "kz.toml").write_text(KZ.replace("count = 50", "count = 0"))
    bad = CliRunner().invoke(cli.app, ["check", str(tmp_path / "kz.toml")])
    assert bad.exit_code == 1
    assert re.search(r"kz\.toml: version of 2024-04-04, gate\.count: .*\negov: 1 problem\n$", bad.stderr)
    (tmp_path / "kz.toml").unlink()
    assert CliRunner().invoke(cli.app, ["check", str(tmp_path)]).exit_code == 2


def test_show_says_a_preset_and_refuses_what_is_none() -> None:
    shown = CliRunner().invoke(cli.app, ["show", "uk", "--lang", "ru"])
    assert shown.exit_code == 0
    assert "100\u00a0000 подписей" in shown.stdout
    missing = CliRunner().invoke(cli.app, ["show", "xx"])
    assert missing.exit_code == 1
    assert "there are no such rules" in missing.stderr


def test_nothing_is_served_with_rules_that_do_not_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "kz.toml").write_text(KZ.replace("count = 50", "count = 0"))
    with pytest.raises(SystemExit) as caught:
        _ready(Settings.for_tests(tmp_path).model_copy(update={"demo": True, "jurisdiction_dir": tmp_path}))
    assert caught.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("egov: the rules for petitions or consultations (EGOV_JURISDICTION) are not right:\n")
    assert "gate.count" in said


def test_every_key_is_documented() -> None:
    text = Path("docs/jurisdictions.md").read_text("utf-8")
    models = (RuleSet, Source, Identity, Gate, Review, Ground, Band, PerTerritory, Threshold, Calendar, Holiday)
    missing = {name for model in models for name in model.model_fields if f"`{name}`" not in text}
    assert missing == set()
    for words in (Scope, Way, Names, Action):
        assert all(f"`{word.value}`" in text for word in words)
