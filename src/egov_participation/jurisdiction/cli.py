"""``egov jurisdiction``: rule sets for petitions and consultations, checked and said in words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from egov_participation.clock import system_clock
from egov_participation.i18n import counted
from egov_participation.jurisdiction import telling, telling_consultations
from egov_participation.jurisdiction.consultation_rules import ConsultationRules
from egov_participation.jurisdiction.petition_rules import RuleSet
from egov_participation.jurisdiction.rule_files import CONSULTATIONS, PETITIONS, RuleError
from egov_participation.settings import Settings

Language = Annotated[Literal["kk", "ru", "en"], typer.Option(help="Language of the rules.")]

app = typer.Typer(
    name="jurisdiction", help="Rules for petitions and consultations (docs/jurisdictions.md).", no_args_is_help=True
)


@app.callback()
def _jurisdiction() -> None:
    """Rules for petitions and consultations (docs/jurisdictions.md)."""


@app.command()
def check(
    path: Annotated[Path, typer.Argument(help="A rule set, or a folder of them.", exists=True, show_default=False)],
    lang: Language = "en",
) -> None:
    """Check rule sets and say in words what they rule, each version.

    Exit 0: they hold. 1: something is wrong; all of it is printed with its place. 2: there is nothing to check.
    """
    files = [*sorted(path.glob("*.toml")), *sorted(path.glob("consultations/*.toml"))] if path.is_dir() else [path]
    if not files:
        typer.echo(f"egov: {path} holds no rule set (*.toml)", err=True)
        raise typer.Exit(2)
    problems = 0
    for file in files:
        try:
            versions = (CONSULTATIONS if file.absolute().parent.name == "consultations" else PETITIONS).read(file)
        except RuleError as error:
            typer.echo(str(error), err=True)
            problems += len(error.problems)
            continue
        for version in versions:
            _say(version, lang)
    if problems:
        typer.echo(f"egov: {counted(problems, 'problem')}", err=True)
        raise typer.Exit(1)


@app.command()
def show(
    code: Annotated[str, typer.Argument(help="Code of the rule set; without it, that of EGOV_JURISDICTION.")] = "",
    lang: Language = "en",
) -> None:
    """Say in words what a rule set rules today. Exit 0: said. 1: there is none, or it does not hold."""
    settings = Settings()
    wanted = (code or settings.jurisdiction, system_clock().date(), settings.jurisdiction_dir)
    try:
        for rules in (PETITIONS.load(*wanted), CONSULTATIONS.load(*wanted)):
            _say(rules, lang)
    except RuleError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


def _say(rules: RuleSet | ConsultationRules, lang: str) -> None:
    typer.echo(f"{rules.name.get(lang)} ({rules.code}), {rules.in_force}\n{rules.source.title.get(lang)}")
    typer.echo(rules.source.url)
    found = telling.parts(rules, lang) if isinstance(rules, RuleSet) else telling_consultations.parts(rules, lang)
    for part in found:
        typer.echo(f"\n  {part.title}")
        for sentence in part.sentences:
            typer.echo(f"    – {sentence}")
    typer.echo("")
