"""Rules for consultations: six presets, each whole in every language, and kept as they were."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from typer.testing import CliRunner

from egov_participation.jurisdiction import cli, telling_consultations
from egov_participation.jurisdiction.consultation_rules import ActKind, ConsultationRules, Stage
from egov_participation.jurisdiction.rule_files import CONSULTATIONS, RuleError

TODAY = dt.date(2026, 11, 28)


@pytest.mark.parametrize("code", ["eu", "kr", "kz", "ru", "uk", "us"])
def test_each_preset_is_said_whole_and_is_kept(code: str) -> None:
    rules = CONSULTATIONS.load(code, TODAY)
    assert list(CONSULTATIONS.presets()) == ["eu", "kr", "kz", "ru", "uk", "us"]
    assert ConsultationRules.restore(rules.canonical()) == rules
    for lang in ("kk", "ru", "en"):
        told = telling_consultations.parts(rules, lang)
        assert len(told) == len(rules.acts) + 1
        assert all(len(part.sentences) >= 3 for part in told)


def test_working_days_end_where_the_calendar_says() -> None:
    rules = CONSULTATIONS.load("kz", TODAY)
    # 16 December is a holiday.
    assert rules.act("service").open.end(dt.date(2026, 12, 4), rules.calendar) == dt.date(2026, 12, 21)


def test_ones_own_rules_win_and_what_is_wrong_in_them_is_said(tmp_path: Path) -> None:
    own = tmp_path / "consultations" / "kz.toml"
    own.parent.mkdir()
    text = CONSULTATIONS.presets()["kz"].read_text("utf-8")
    own.write_text(text.replace('open = "15 working days"', 'open = "30 calendar days"'))
    assert str(CONSULTATIONS.load("kz", TODAY, tmp_path).act("law").open) == "30 calendar days"
    assert CliRunner().invoke(cli.app, ["check", str(tmp_path)]).exit_code == 0
    own.write_text(text.replace('code = "decree"', 'code = "law"').replace("level = 1", "level = 4"))
    with pytest.raises(RuleError) as caught:
        CONSULTATIONS.load("kz", TODAY, tmp_path)
    assert [str(problem) for problem in caught.value.problems] == [
        "version of 2017-01-01, level: input should be less than or equal to 3"
    ]
    own.write_text(text.replace('code = "decree"', 'code = "law"'))
    outcome = CliRunner().invoke(cli.app, ["check", str(tmp_path)])
    assert outcome.exit_code == 1
    assert "“law” stands there twice" in outcome.output


def test_every_key_is_documented() -> None:
    text = Path("docs/jurisdictions.md").read_text("utf-8").partition("## Rules for consultations")[2]
    for model in (ConsultationRules, ActKind, Stage):
        assert not [name for name in model.model_fields if f"`{name}`" not in text]
