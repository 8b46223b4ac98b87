"""The browser libraries we serve are the ones that were recorded, and the check notices when they are not."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what the check looks at, to be spoilt."""
    for folder in ("static", "theme"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts/refresh_vendor.py", tmp_path / "scripts")
    return tmp_path


def check(root: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(root / "scripts/refresh_vendor.py"), "--check"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_vendored_files_are_the_recorded_ones() -> None:
    result = check(ROOT)
    assert result.returncode == 0, result.stdout


def test_one_changed_byte_in_the_booths_cryptography_is_noticed(copy: Path) -> None:
    file = copy / "static/vendor/noble-ed25519/index.js"
    file.write_bytes(file.read_bytes().replace(b"const", b"konst", 1))
    result = check(copy)
    assert result.returncode == 1
    assert "static/vendor/noble-ed25519/index.js is not the recorded file" in result.stdout


def test_a_file_that_nobody_recorded_and_one_that_is_gone_are_noticed(copy: Path) -> None:
    (copy / "static/vendor/new.js").write_text("")
    (copy / "static/vendor/htmx/htmx.min.js").unlink()
    result = check(copy)
    assert result.returncode == 1
    assert "static/vendor/new.js is not in the manifest" in result.stdout
    assert "static/vendor/htmx/htmx.min.js is recorded but missing" in result.stdout


def test_a_theme_that_was_changed_and_not_compiled_is_noticed(copy: Path) -> None:
    with (copy / "theme/_colours.scss").open("a") as file:
        file.write(":root { --egov-header: red; }\n")
    result = check(copy)
    assert result.returncode == 1
    assert "theme/ has changed" in result.stdout
