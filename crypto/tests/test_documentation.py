"""What the README promises, held against the code."""

from __future__ import annotations

import re
from pathlib import Path

from crypto.tests.commands import run

from egov_crypto import entries, errors, opening

PACKAGE = Path(errors.__file__).parent
README = Path(__file__).resolve().parents[1] / "README.md"


def test_the_readme_lists_exactly_the_codes_there_are() -> None:
    listed = re.findall(r"^\| `([a-z._]+)` \| (.+) \|$", README.read_text("utf-8"), re.MULTILINE)
    codes = [(code, sentence) for code, sentence in listed if "." in code]
    assert codes == list(errors.CODES.items())


def test_every_code_is_used_and_every_code_used_is_listed() -> None:
    source = "".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py") if path.name != "errors.py")
    families = {code.partition(".")[0] for code in errors.CODES}
    used = {
        code
        for code in re.findall(r'(?<!b)"([a-z_]+(?:\.[a-z_]+)+)"', source)
        if code.partition(".")[0] in families and not code.endswith((".json", ".csv"))
    } - {*entries.TYPES, opening.TYPE}
    assert used == set(errors.CODES)


def test_every_code_is_provoked_by_some_test() -> None:
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert {code for code in errors.CODES if code not in tests} == set()


def test_a_sentence_is_one_sentence() -> None:
    for sentence in errors.CODES.values():
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert "\n" not in sentence


def test_an_error_says_its_code_its_height_and_its_sentence() -> None:
    error = errors.VerificationError("ballot.signature", "detail", 7)
    sentence = errors.CODES["ballot.signature"]
    assert str(error) == f"ballot.signature at height 7: {sentence} (detail)"
    assert str(errors.VerificationError("ballot.signature")) == f"ballot.signature: {sentence}"


def test_the_commands_of_the_readme_exist() -> None:
    commands = set(re.findall(r"`?(egov-(?:verify|ballot|count|witness)(?: [a-z]+)*)", README.read_text("utf-8")))
    assert {"egov-verify vote", "egov-ballot trustee decrypt", "egov-ballot audit", "egov-witness"} <= commands
    for command in commands:
        name, *words = command.split()
        assert run(name, *words, "--help").status == 0, command


def test_nothing_tells_people_to_install_by_a_name_that_is_not_ours() -> None:
    """Whoever registered it at a package index would be run by every trustee."""
    texts = [README, README.parents[1] / "README.md", *PACKAGE.rglob("*.py")]
    for path in texts:
        assert not re.search(r"pip install [^\n]*(?<!/)egov-", path.read_text("utf-8")), path
