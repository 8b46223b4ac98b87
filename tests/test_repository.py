"""What every file of the repository must keep to."""

from __future__ import annotations

import re
import subprocess
import tomllib
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 420  # "about 400"
CODE = {".py", ".js", ".mjs", ".css", ".scss", ".html", ".sh", ".go"}
# Compiled or generated, or other people's.
NOT_OURS = ("static/vendor/", "static/site.css", "alembic/versions/", "requirements/", "LICENCE", "crypto/LICENCE")
# Written in two parts, so that this file does not name them itself.
REGISTRIES = [
    re.compile(host)
    for host in (
        r"pypi\." + "org",
        r"python" + r"hosted\.org",
        r"registry\.npm" + r"js\.org",
        r"deb\.debian" + r"\.org",
        r"security\.debian" + r"\.org",
        r"proxy\.golang" + r"\.org",
    )
]
MACHINE_PATHS = [
    re.compile(r"(?<![\w}.])" + path)
    for path in ("/wo" + "rk/", "/ro" + "ot/", r"/ho" + r"me/\w", "/op" + "t/pypi", "/op" + "t/wheels")
]
INDEX_OPTIONS = re.compile(r"^\s*(-i|-f|--index-url|--extra-index-url|--find-links|--trusted-host)\b", re.MULTILINE)


def tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def texts() -> list[tuple[str, str]]:
    found = []
    for path in tracked():
        try:
            found.append((path.relative_to(ROOT).as_posix(), path.read_text("utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def test_no_file_of_code_holds_two_things() -> None:
    long = {
        name: lines
        for name, text in texts()
        if Path(name).suffix in CODE and not name.startswith(NOT_OURS) and (lines := text.count("\n")) > LONGEST
    }
    assert not long, f"over {LONGEST} lines: {long}"


@pytest.mark.parametrize("host", REGISTRIES, ids=lambda host: host.pattern)
def test_no_file_names_a_package_registry(host: re.Pattern[str]) -> None:
    assert [name for name, text in texts() if host.search(text)] == []


@pytest.mark.parametrize("path", MACHINE_PATHS, ids=lambda path: path.pattern)
def test_no_file_names_a_path_of_the_machine_it_was_written_on(path: re.Pattern[str]) -> None:
    assert [name for name, text in texts() if not name.startswith("static/vendor/") and path.search(text)] == []


def test_pins_have_a_version_and_a_digest_each_and_no_address() -> None:
    for file in (ROOT / "requirements").glob("*.txt"):
        text = file.read_text("utf-8")
        assert INDEX_OPTIONS.search(text) is None, file
        assert "://" not in text, file
        entries = re.split(r"\n(?=[a-zA-Z0-9])", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).strip())
        assert len(entries) > 3
        for entry in entries:
            assert re.match(r"[a-z0-9][a-z0-9.-]*==[0-9]", entry), f"{file}: {entry[:60]}"
            assert "--hash=sha256:" in entry, f"{file}: {entry[:60]}"


def test_the_pins_for_tests_hold_the_pins_for_running() -> None:
    def versions(name: str) -> set[str]:
        return set(re.findall(r"^[a-z0-9.-]+==\S+", (ROOT / "requirements" / name).read_text("utf-8"), re.MULTILINE))

    assert versions("build.txt") <= versions("runtime.txt") <= versions("dev.txt")


@pytest.mark.parametrize("folder", ["", "crypto"])
def test_each_package_names_its_licence_and_carries_its_text(folder: str) -> None:
    project = tomllib.loads((ROOT / folder / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["license"] == "EUPL-1.2"
    licence = (ROOT / folder / project["license-files"][0]).read_text("utf-8")
    assert licence.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")


def test_every_dependency_of_a_package_is_pinned() -> None:
    pinned = set(
        re.findall(r"^([a-z0-9.-]+)==", (ROOT / "requirements" / "runtime.txt").read_text("utf-8"), re.MULTILINE)
    )
    for folder in ("", "crypto"):
        project = tomllib.loads((ROOT / folder / "pyproject.toml").read_text("utf-8"))["project"]
        wanted = [*project["dependencies"], *chain(*project.get("optional-dependencies", {}).values())]
        names = {re.match(r"[A-Za-z0-9.-]+", line)[0].lower() for line in wanted} - {"egov-crypto"}
        assert names <= pinned


def test_alembic_is_no_package_since_it_would_shadow_the_library() -> None:
    assert not list((ROOT / "alembic").rglob("__init__.py"))


def test_tests_skip_nothing() -> None:
    skipping = re.compile(r"pytest\.(mark\.)?(skip|xfail|importorskip)|unittest\.skip")
    files = [(name, text) for name, text in texts() if "tests/" in name and name != "tests/test_repository.py"]
    assert [name for name, text in files if skipping.search(text)] == []


def test_nothing_is_left_to_do_later() -> None:
    marker = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    assert [name for name, text in texts() if not name.startswith(NOT_OURS) and marker.search(text)] == []
