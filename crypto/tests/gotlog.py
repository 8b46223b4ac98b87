"""Go's ``sumdb/note`` and ``sumdb/tlog``, which others have written, and the program in ``go/`` that asks them."""

from __future__ import annotations

import fcntl
import functools
import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from egov_crypto.cosignature import WitnessKey
from egov_crypto.note import VerifierKey

SOURCE = Path(__file__).parent / "go"
CACHE = Path(__file__).resolve().parents[2] / ".cache" / "go"
MODULES = Path("/usr/share/gocode")
"""Where Debian's packages of modules lie."""


class GoRefuses(Exception):
    """What does not hold, in the words of the program or of the modules."""


def go_verify(
    where: str | Path,
    key: VerifierKey,
    sizes: Iterable[int] = (),
    *,
    kept: Iterable[Path] = (),
    witnesses: Iterable[WitnessKey] = (),
) -> dict[str, Any]:
    """Verify a log, published at an address (without ``/checkpoint``) or in a folder, whose key is ``key``.

    Its checkpoint, which all ``witnesses`` must have cosigned; every entry, tile and bundle; inclusion of every entry
    (of those of a log of more than 500: of 500 and more); the same for each of ``sizes`` that the log had, with
    consistency between each two of them and with the log's own; and with the checkpoints in the files ``kept``.

    The counts: ``entries``, ``tiles``, ``inclusions``, ``consistencies``, and the ``sizes``. Raises
    :class:`GoRefuses`.
    """
    found: dict[str, Any] = run("log", where, key, sizes=sizes, kept=kept, witnesses=witnesses)
    return found


def go_proofs(where: str | Path, key: VerifierKey, sizes: Iterable[int]) -> dict[str, dict[str, list[list[str]]]]:
    """For each of the sizes, and the log's own: the proofs of ``inclusion`` of each entry, and those of ``consistency``
    with each size from 1 on, their hashes in Base64."""
    found: dict[str, dict[str, list[list[str]]]] = run("proofs", where, key, sizes=sizes)
    return found


def go_receipt(receipt: Path, entry: Path, key: VerifierKey, *, witnesses: Iterable[WitnessKey] = ()) -> dict[str, int]:
    """Verify a tlog-proof and return the log's ``size`` and the entry's ``index``. Raises :class:`GoRefuses`."""
    found: dict[str, int] = run("receipt", receipt, entry, key, witnesses=witnesses)
    return found


def run(
    command: str,
    *arguments: str | Path | VerifierKey,
    sizes: Iterable[int] = (),
    kept: Iterable[Path] = (),
    witnesses: Iterable[WitnessKey] = (),
) -> Any:
    flags = [f"-sizes={size}" for size in sizes]
    flags += [f"-kept={file}" for file in kept]
    flags += [f"-witness={key.text}" for key in witnesses]
    texts = [each.text if isinstance(each, VerifierKey) else str(each) for each in arguments]
    done = subprocess.run(
        [program(), command, *flags, *texts], capture_output=True, text=True, check=False, timeout=240
    )
    if done.returncode:
        assert done.returncode == 1, done.stderr  # anything else is a fault of the program
        raise GoRefuses(done.stderr.strip())
    return json.loads(done.stdout)


@functools.cache
def program() -> Path:
    """The program, built without any network; once, for what has not changed comes from the cache."""
    there = shutil.which("go") and (MODULES / "src/golang.org/x/mod/sumdb").is_dir()
    assert there, "Go and its modules are not installed: run scripts/get_test_prerequisites"
    CACHE.mkdir(parents=True, exist_ok=True)
    built = CACHE / "gotlog"
    environment = {
        **os.environ,
        "GO111MODULE": "off",
        "GOPATH": str(MODULES),
        "GOCACHE": str(CACHE / "build"),
        "GOFLAGS": "",
        # With a compiler for C, Debian's library of Go is used as it is; without, parts of it are compiled anew.
        "CGO_ENABLED": "1" if shutil.which("gcc") else "0",
    }
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run in several processes
        done = subprocess.run(
            ["go", "build", "-o", built, "."], cwd=SOURCE, env=environment, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr
    return built
