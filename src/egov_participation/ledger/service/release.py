"""What voters' and trustees' browsers run, entered when it is another one than before."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from typing import Any

from egov_participation import paths, source
from egov_participation.database import Database
from egov_participation.ledger.service.entering import enter, newest

_TYPE = "release.files"


def enter_release(database: Database) -> None:
    """Enter what this version serves, unless the last entry says the same. Called at the start of who publishes."""
    made = _entry()
    with database.uow() as tx:
        tx.lock(_TYPE)  # of several processes that start, one enters it
        if next(newest(tx.session, _TYPE), None) != made:
            enter(tx, made)
            tx.commit()


def _entry() -> dict[str, Any]:
    static = paths.static_dir()
    files = {f"/static/{path.relative_to(static).as_posix()}": path for path in static.rglob("*") if path.is_file()}
    contents = {address: path.read_bytes() for address, path in files.items()} | {source.PATH: source.archive()}
    return {
        "type": _TYPE,
        "version": 1,
        "release": version("egov-participation"),
        "files": [
            {"path": address, "sha256": hashlib.sha256(raw).hexdigest(), "size": len(raw)}
            for address, raw in sorted(contents.items())
        ],
    }
