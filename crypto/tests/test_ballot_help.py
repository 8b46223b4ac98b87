"""`egov-ballot` can be driven by what it prints itself."""

from __future__ import annotations

import re
import shlex
import textwrap

from crypto.tests.office import Office, chosen, ok, refused

from egov_crypto.cli import ballot


def test_choices_may_stand_before_the_archive_as_the_usage_prints_them(office: Office) -> None:
    usage = " ".join(ok("vote", "--help").split())
    assert "[--choices CHOICE] " in usage
    ok("vote", "--credential-file", office.credential("ann"), *chosen("1", "1,3"), office.archive)
    assert office.report().ballots == 1


def test_the_example_of_the_help_is_a_description_that_set_up_takes(office: Office) -> None:
    told = ok("setup", "--help")
    assert "required, unless the description has it" in " ".join(told.split())
    example = textwrap.dedent(told[told.index("  name = ") :])
    office.write("example.toml", example)
    made = ("--private", office / "three.csv", "--public", office / "three.json")
    told = ok("credentials", "--count", 3, *made)  # all of one weight, as a question that is ranked needs it
    ok(
        *("setup", office / "example.toml", office / "example.bel", "--uuid", told.split()[1]),
        *("--credentials", office / "three.json", "--trustee", office / "1.public.json"),
    )


def test_after_the_credentials_the_next_command_is_told(office: Office) -> None:
    lists = ("--private", office / "p.csv", "--public", office / "of all.json")
    told = ok("credentials", "--count", 2, *lists)
    lines = re.findall(r"^  (egov-ballot setup .*)$", told, re.MULTILINE)
    assert len(lines) == 1
    words = shlex.split(lines[0])
    assert words[words.index("--credentials") + 1] == str(office / "of all.json")
    words[words.index("FILE")] = str(office / "1.public.json")
    words[words.index("description.toml")] = str(office / "description.toml")
    options = ballot._parser().parse_args(words[1:])
    assert options.uuid in told.splitlines()[0]
    archive = words[words.index(f"{options.uuid}.bel")]
    words[words.index(archive)] = str(office / archive)
    ok(*words[1:])


def test_one_answer_is_not_said_as_between_1_and_1(office: Office) -> None:
    credential = ("--credential-file", office.credential("ann"))
    assert "Exactly one answer is to be chosen, not 2." in refused(
        "vote", office.archive, *credential, *chosen("1,2", "1")
    )
    assert (
        "between 0 and 2 answers are to be chosen"
        in refused("vote", office.archive, *credential, *chosen("1", "1,2,3")).lower()
    )
