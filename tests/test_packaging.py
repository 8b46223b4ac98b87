"""Both wheels, installed into an empty environment elsewhere, serve the site without the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import time
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from tests.ports import free_port

from egov_participation import source

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 240.0
"""Seconds that a start may take on a busy machine."""


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("wheels")
    for project in (ROOT / "crypto", ROOT):
        command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, project]
        subprocess.run(command, check=True, capture_output=True)
    return sorted(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory, wheels: list[Path]) -> Path:
    """An environment with our two wheels. What they depend on is read from the environment of the tests by its path;
    a path file in there, such as those of the editable installs, is not followed."""
    folder = tmp_path_factory.mktemp("elsewhere") / "venv"
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    options = ["--quiet", "--no-index", "--no-deps", "--no-cache-dir", "--disable-pip-version-check"]
    subprocess.run([sys.executable, "-m", "pip", "--python", python, "install", *options, *wheels], check=True)
    [site_packages] = folder.glob("lib/python*/site-packages")
    (site_packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


def environment(folder: Path, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("EGOV_", "PYTHON"))}
    return kept | {
        "EGOV_DATABASE_URL": f"sqlite:///{folder}/egov.sqlite3",
        "EGOV_KEYS_DIR": f"{folder}/keys",
        "EGOV_BASE_URL": f"http://localhost:{port}",
        "EGOV_DEMO": "true",
        "EGOV_BOOTH_URL": f"http://booth.localhost:{port}",
    }


@pytest.fixture(scope="module")
def served(elsewhere: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the site, served by the installed command."""
    folder = tmp_path_factory.mktemp("served")
    port = free_port()
    settings, egov = environment(folder, port), elsewhere / "bin" / "egov"
    subprocess.run([egov, "migrate"], cwd=folder, env=settings, check=True)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [egov, "serve", "--port", str(port)], cwd=folder, env=settings, stdout=log, stderr=log
        )
    try:
        wait_until_answered(f"http://localhost:{port}/health", process, folder / "log")
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE)


def wait_until_answered(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        try:
            urlopen(url, timeout=PATIENCE).close()
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"no answer from {url}: {log.read_text()}")


def test_the_wheels_hold_types_translations_and_data_but_no_tests(wheels: list[Path]) -> None:
    names = [name for wheel in wheels for name in zipfile.ZipFile(wheel).namelist()]
    for wanted in (
        "egov_crypto/py.typed",
        "egov_participation/py.typed",
        "egov_participation/locale/kk/web.po",
        "egov_participation/_data/templates/layout.html",
        "egov_participation/_data/static/site.css",
        "egov_participation/_data/alembic/env.py",
        "egov_participation/_data/alembic/versions/0001_initial.py",
    ):
        assert wanted in names
    assert not [name for name in names if "tests/" in name or name.endswith(".pyc")]
    assert sum(name.endswith("licenses/LICENCE") for name in names) == 2


def test_the_installed_packages_are_not_those_of_the_checkout(elsewhere: Path) -> None:
    code = "import egov_crypto, egov_participation; print(egov_crypto.__file__, egov_participation.__file__)"
    out = subprocess.run(
        [elsewhere / "bin" / "python", "-c", code], cwd=elsewhere, capture_output=True, text=True, check=True
    )
    assert out.stdout.count(str(elsewhere)) == 2


@pytest.mark.parametrize("command", ["egov", "egov-verify", "egov-ballot", "egov-count", "egov-witness"])
def test_each_installed_command_answers(elsewhere: Path, command: str) -> None:
    out = subprocess.run(
        [elsewhere / "bin" / command, "--help"], cwd=elsewhere, capture_output=True, text=True, check=True
    )
    assert "usage" in out.stdout.lower()


def test_the_crypto_package_alone_needs_nothing_of_the_platform(elsewhere: Path) -> None:
    """Verifying imports PyNaCl and what it is made of, nothing else that is not Python's own."""
    code = (
        "import sys, egov_crypto.cli.verify, egov_crypto.verify\n"
        "roots = {name.partition('.')[0] for name in sys.modules}\n"
        "print(*sorted(roots - set(sys.stdlib_module_names)))"
    )
    out = subprocess.run(
        [elsewhere / "bin" / "python", "-c", code], cwd=elsewhere, capture_output=True, text=True, check=True
    )
    foreign = {name for name in out.stdout.split() if not name.startswith("_")}
    assert foreign <= {"egov_crypto", "nacl", "cffi", "pycparser", "distutils"}


def test_the_installed_site_is_healthy(served: str) -> None:
    with urlopen(f"{served}/health") as answer:
        assert answer.status == 200


def test_the_installed_site_serves_its_static_files(served: str, elsewhere: Path) -> None:
    with urlopen(f"{served}/static/site.css") as answer:
        assert answer.headers.get_content_type() == "text/css"
        [installed] = elsewhere.glob("lib/python*/site-packages/egov_participation/_data/static/site.css")
        assert answer.read() == installed.read_bytes()


def test_the_installed_site_serves_a_page_in_kazakh(served: str) -> None:
    with urlopen(f"{served}/kk/") as answer:
        page = answer.read().decode()
    assert 'lang="kk"' in page
    assert "дауыс" in page.lower()


def test_the_installed_site_hands_out_the_source_that_verifies_and_it_installs(served: str, tmp_path: Path) -> None:
    with urlopen(f"{served}{source.PATH}") as answer:
        given = answer.read()
    file = tmp_path / source.NAME
    file.write_bytes(given)
    options = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--no-cache-dir"]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", tmp_path, file], check=True)

    assert given == source.archive()  # the checkout's: the same files are the same bytes
    [wheel] = tmp_path.glob("egov_crypto-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    checkout = ROOT / "crypto" / "src"
    assert {name for name in names if name.startswith("egov_crypto/")} == {
        path.relative_to(checkout).as_posix()
        for path in (checkout / "egov_crypto").rglob("*")
        if path.suffix == ".py" or path.name == "py.typed"
    }
