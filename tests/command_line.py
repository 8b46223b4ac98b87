"""The command ``egov`` as tests give it."""

from __future__ import annotations

import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

import pytest

from egov_participation.cli import main


def egov(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Give the command within this process: to start one of its own takes three seconds, most of them for importing.

    For what ends by itself and before it serves: a server would take over this process's logs and signals.
    """
    output, errors = StringIO(), StringIO()
    status: object = 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(output), redirect_stderr(errors):
        patch.setattr(sys, "argv", ["egov", *arguments])
        for name, value in environment.items():
            patch.setenv(name, value)
        try:
            main()
        except SystemExit as ended:
            status = ended.code or 0
    assert isinstance(status, int)
    return subprocess.CompletedProcess(arguments, status, output.getvalue(), errors.getvalue())


def egov_process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Give the command to a process of its own, which has this environment and no other."""
    program = [sys.executable, "-c", "from egov_participation.cli import main; main()", *arguments]
    return subprocess.run(program, capture_output=True, text=True, env=environment, check=False)
