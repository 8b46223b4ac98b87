#!/usr/bin/env python3
"""Write alembic/versions/0001_initial.py anew from the models.

Until the first release there is one migration, so that nobody reads a history that no database ever went through.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command

from egov_participation.database import alembic_config

ROOT = Path(__file__).resolve().parent.parent
VERSIONS = ROOT / "alembic" / "versions"


def main() -> None:
    """Compare the models with an empty database; the difference is the migration."""
    VERSIONS.mkdir(exist_ok=True)
    for old in VERSIONS.glob("*.py"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        config = alembic_config(f"sqlite:///{folder}/empty.sqlite3")
        config.set_main_option("file_template", "%%(rev)s")
        command.revision(config, message="initial", autogenerate=True, rev_id="0001_initial")
    migration = VERSIONS / "0001_initial.py"
    ruff = Path(sys.executable).with_name("ruff")
    subprocess.run([ruff, "check", "--quiet", "--fix", migration], cwd=ROOT, check=True)
    subprocess.run([ruff, "format", "--quiet", migration], cwd=ROOT, check=True)
    print(f"wrote {migration.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
