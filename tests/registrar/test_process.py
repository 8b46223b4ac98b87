"""The registrar's own process, started as its operator starts it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.command_line import egov, egov_process

from egov_participation.database import migrate
from egov_participation.registrar.client import RemoteRegistrar

PATIENCE = 240.0


@pytest.fixture
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("r")
    migrate(f"sqlite:///{folder}/egov.sqlite3")
    return {
        "PATH": os.environ["PATH"],
        "EGOV_DATABASE_URL": f"sqlite:///{folder}/egov.sqlite3",
        "EGOV_KEYS_DIR": f"{folder}/keys",
        "EGOV_REGISTRAR_URL": f"unix:{folder}/registrar.sock",
        "EGOV_REGISTRAR_TOKEN_FILE": f"{folder}/secret",
        "EGOV_REGISTRAR_DATABASE_URL": f"sqlite:///{folder}/own/registrar.sqlite3",
        "EGOV_REGISTRAR_KEYS_DIR": f"{folder}/own-keys",
    }


def registrar(*words: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return egov("registrar", *words, **environment)


@pytest.fixture
def process(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    secret = environment["EGOV_REGISTRAR_TOKEN_FILE"]
    assert registrar("secret", secret, environment=environment).returncode == 0
    assert Path(secret).stat().st_mode & 0o777 == 0o600
    before = registrar("serve", environment=environment)
    assert (before.returncode, "egov registrar migrate" in before.stderr) == (1, True)
    assert registrar("migrate", environment=environment).returncode == 0
    process = subprocess.Popen([Path(sys.executable).with_name("egov"), "registrar", "serve"], env=environment)
    yield process
    process.send_signal(signal.SIGTERM)
    process.wait(PATIENCE)


def test_it_answers_with_a_key_of_its_own_and_is_well(
    environment: dict[str, str], process: subprocess.Popen[bytes]
) -> None:
    socket = environment["EGOV_REGISTRAR_URL"].removeprefix("unix:")
    begun = time.monotonic()
    while not Path(socket).is_socket():
        assert process.poll() is None
        assert time.monotonic() - begun < PATIENCE
        time.sleep(0.05)
    with httpx.Client(transport=httpx.HTTPTransport(uds=socket), timeout=PATIENCE) as http:
        assert http.get("http://registrar/health").json() == {"status": "ok"}
        assert http.post("http://registrar/v1/key", json={}).status_code == 401
    client = RemoteRegistrar(environment["EGOV_REGISTRAR_URL"], Path(environment["EGOV_REGISTRAR_TOKEN_FILE"]))
    key = client.key
    client.close()
    assert registrar("check", environment=environment).stdout.strip() == key
    second = egov_process("registrar", "serve", **environment)
    assert (second.returncode, "answers at EGOV_REGISTRAR_URL already" in second.stderr) == (1, True)
    assert process.poll() is None
    assert sorted(file.name for file in Path(environment["EGOV_REGISTRAR_KEYS_DIR"]).iterdir()) == [
        "register-rows",
        "registrar-owners",
        "registrar-signing",
        "registrar-storage",
    ]


def test_without_an_address_or_a_real_secret_it_does_not_start(environment: dict[str, str]) -> None:
    without = {name: value for name, value in environment.items() if not name.startswith("EGOV_REGISTRAR_")}
    assert registrar("serve", environment=without).returncode == 1
    Path(environment["EGOV_REGISTRAR_TOKEN_FILE"]).write_text("short")
    refused = registrar("serve", environment=environment)
    assert (refused.returncode, "EGOV_REGISTRAR_TOKEN_FILE: the secret must have" in refused.stderr) == (1, True)


def test_it_does_not_start_if_a_passkey_would_count_at_once(environment: dict[str, str]) -> None:
    refused = registrar("serve", environment=environment | {"EGOV_REGISTRAR_PASSKEY_HOURS": "0"})
    assert (refused.returncode, "EGOV_REGISTRAR_PASSKEY_HOURS: must be 1" in refused.stderr) == (1, True)
