#!/usr/bin/env python3
"""Write alembic/versions/0001_initial.py and alembic/registrar/0001_registrar.py anew from the models.

Until the first release there is one migration, so that nobody reads a history that no database ever went through.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command

from egov_participation.database import Schema, alembic_config

ROOT = Path(__file__).resolve().parent.parent
FILES = {
    Schema.PLATFORM: ROOT / "alembic" / "versions" / "0001_initial.py",
    Schema.REGISTRAR: ROOT / "alembic" / "registrar" / "0001_registrar.py",
}


def main() -> None:
    """Write both."""
    for schema, migration in FILES.items():
        write(schema, migration)


def write(schema: Schema, migration: Path) -> None:
    """Compare the models with an empty database; the difference is the migration."""
    with tempfile.TemporaryDirectory() as folder:
        config = alembic_config(f"sqlite:///{folder}/empty.sqlite3", schema)
        config.set_main_option("file_template", "%%(rev)s")
        config.set_main_option("version_locations", folder)  # where it is the first one
        config.set_main_option("path_separator", "os")
        command.revision(config, message="initial", autogenerate=True, rev_id=migration.stem)
        migration.parent.mkdir(exist_ok=True)
        shutil.copy(Path(folder) / migration.name, migration)
    ruff = Path(sys.executable).with_name("ruff")
    subprocess.run([ruff, "check", "--quiet", "--fix", migration], cwd=ROOT, check=True)
    subprocess.run([ruff, "format", "--quiet", migration], cwd=ROOT, check=True)
    print(f"wrote {migration.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
