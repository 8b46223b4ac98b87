"""What every test run here shares: Hypothesis profiles, the reference tool, and no skipping."""

from __future__ import annotations

import gc
import os
import signal
import ssl
import subprocess
from collections.abc import Generator, Iterator
from functools import cache
from pathlib import Path

import hypothesis
import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from egov_crypto import sealing

ROOT = Path(__file__).resolve().parent
CACHE = ROOT / ".cache"
CHROMIUM = Path("/usr/bin/chromium")
HEADLESS_SHELL = Path("/usr/bin/chromium-headless-shell")
# Root and a small /dev/shm are usual where tests run; nothing shall be asked of other machines.
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
# A run in the background has interrupts ignored, and so would have the programs that tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# Of expectations, whichever tests are run: 5 s, the default, is too little while others use the same two cores, and
# waiting costs nothing where it is not needed. tests.web.looking.PATIENCE is the same for what else a page waits for.
expect.set_options(timeout=120_000)

# No deadline, no complaint about slow examples: two cores shared by two workers make single ones slow at random. The
# same examples at each run: a change is not refused for what another change brought in. `make fuzz` looks for others.
hypothesis.settings.register_profile(
    "default",
    max_examples=50,
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.register_profile(
    "fuzz", parent=hypothesis.settings.get_profile("default"), max_examples=5000, derandomize=False
)
hypothesis.settings.load_profile("default")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skipped test proves nothing: it counts as failed, so that something missing on a machine is seen."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which counts as failed here: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a module that skips itself whole."""
    report = yield
    if report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped, which counts as failed here: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Nothing that is collected is given up again before the end: looking for garbage among it took a quarter of the
    time then, and a part of it with each look during the tests.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def quick() -> Iterator[None]:
    """What takes its time and matters to no test: nothing here outlives the machine, so no file is waited for until it
    is on the disk; the certificates of the web's authorities, which every HTTP client reads, are read once; and of a
    passphrase and its salt, a third of a second each time, the key is derived once.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _file: None)
        patch.setattr(ssl, "create_default_context", cache(ssl.create_default_context))
        patch.setattr(sealing, "_derive", cache(sealing._derive))
        yield


@pytest.fixture(scope="session", autouse=True)
def trustees_memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """`egov-ballot trustee decrypt` remembers in a folder of this run's, not in that of whoever runs it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EGOV_BALLOT_STATE", str(tmp_path_factory.mktemp("egov-ballot")))
        yield


@pytest.fixture(scope="session")
def belenios_tool() -> Path:
    """The path of belenios-tool 3.0, which `make test` has fetched; the environment's BELENIOS_TOOL goes before."""
    tool = Path(os.environ.get("BELENIOS_TOOL", CACHE / "belenios" / "belenios-tool"))
    version = subprocess.run([tool, "--version"], capture_output=True, text=True, check=True).stdout
    assert version.startswith("3.0"), (
        f"belenios-tool 3.0 is wanted, this is {version}: run scripts/get_test_prerequisites"
    )
    return tool


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright, once for the whole run: it does not start twice in one process."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Chromium as people have it, one for the whole run."""
    yield from _launched(playwright, CHROMIUM)


@pytest.fixture(scope="session")
def headless_shell(playwright: Playwright) -> Iterator[Browser]:
    """The same engine without a browser around it, for what is only laid out and read: it takes a quarter less."""
    yield from _launched(playwright, HEADLESS_SHELL)


def _launched(playwright: Playwright, program: Path) -> Iterator[Browser]:
    assert program.exists(), f"{program} is not installed: run scripts/get_test_prerequisites"
    browser = playwright.chromium.launch(executable_path=program, args=list(CHROMIUM_FLAGS))
    yield browser
    browser.close()
