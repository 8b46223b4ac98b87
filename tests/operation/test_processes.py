"""The commands as processes: they start, work side by side, count together, and end when told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from tests.ports import free_port

from egov_participation.clock import system_clock
from egov_participation.database import Database
from egov_participation.operation import service
from egov_participation.settings import Settings

PATIENCE = 240.0
Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start(settings: Settings, database: Database, tmp_path: Path) -> Iterator[Start]:
    """Start a command on the test's database; what still runs is ended."""
    started: list[subprocess.Popen[bytes]] = []

    def run(*arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        given = {
            "EGOV_DATABASE_URL": settings.database_url,
            "EGOV_KEYS_DIR": str(settings.keys_dir),
            "EGOV_REGISTRAR_DATABASE_URL": settings.registrar_database_url,
            "EGOV_REGISTRAR_KEYS_DIR": str(settings.registrar_keys_dir),
            "EGOV_DEMO": "true",
        }
        program = [sys.executable, "-c", "from egov_participation.cli import main; main()", *arguments]
        with (tmp_path / "log").open("ab") as log:
            process = subprocess.Popen(
                program, env=os.environ | given | environment, stdout=log, stderr=log, start_new_session=True
            )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def port() -> int:
    return free_port()


def until(what: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not what():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.1)


def answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=PATIENCE) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_a_worker_alone_works_and_ends_when_told_to(
    start: Start, database: Database, port: int, tmp_path: Path
) -> None:
    process = start("worker", "--metrics-port", str(port))

    def heard() -> bool:
        with database.read() as session:
            last = service.last_beat(session)
        return last is not None and system_clock() - last < timedelta(minutes=1)

    until(heard, process, tmp_path / "log")
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE) as answer:
        assert b"egov_jobs_total" in answer.read()
    process.send_signal(signal.SIGTERM)

    assert process.wait(PATIENCE) == 0
    assert '"event": "worker.stopping"' in (tmp_path / "log").read_text()


@pytest.mark.postgresql
def test_several_processes_serve_and_count_together(start: Start, port: int, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("watching")
    origin = {"EGOV_BASE_URL": f"http://localhost:{port}", "EGOV_BOOTH_URL": f"http://booth.localhost:{port}"}
    process = start(
        *("serve", "--host", "localhost", "--port", str(port), "--workers", "2"),
        **origin,
        EGOV_METRICS_TOKEN_FILE=str(token),
        EGOV_WORKER="false",
    )
    site = f"http://localhost:{port}"
    until(lambda: answers(f"{site}/ready"), process, tmp_path / "log")
    for number in range(30):
        assert answers(f"{site}/en/help?n={number}")
    asked = Request(f"{site}/metrics", headers={"Authorization": "Bearer watching"})
    with urlopen(asked, timeout=PATIENCE) as answer:
        text = answer.read().decode()
    with pytest.raises(HTTPError, match="404"):
        urlopen(f"{site}/metrics")
    process.send_signal(signal.SIGTERM)

    assert process.wait(PATIENCE) in (0, -signal.SIGTERM)
    assert 'egov_request_seconds_count{method="GET",route="home.help",status="200"} 30.0' in text
