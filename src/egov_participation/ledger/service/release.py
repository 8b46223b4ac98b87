"""What voters' and trustees' browsers run, entered when it is another one than before."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from typing import Any

from sqlmodel import Session

from egov_participation import offline_file, paths, source
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


def served_otherwise(session: Session) -> list[str]:
    """Addresses of files that are served here and are others than those of the last such entry, or are there and not
    here; none if there is no entry yet."""
    last = next(newest(session, _TYPE), None)
    if last is None:
        return []
    logged, served = ({file["path"]: file["sha256"] for file in entry["files"]} for entry in (last, _entry()))
    return sorted(path for path in logged.keys() | served.keys() if logged.get(path) != served.get(path))


def _entry() -> dict[str, Any]:
    static = paths.static_dir()
    files = {f"/static/{path.relative_to(static).as_posix()}": path for path in static.rglob("*") if path.is_file()}
    contents = {address: path.read_bytes() for address, path in files.items()} | {source.PATH: source.archive()}
    contents |= offline_file.pieces()
    return {
        "type": _TYPE,
        "version": 1,
        "release": version("egov-participation"),
        "files": [
            {"path": address, "sha256": hashlib.sha256(raw).hexdigest(), "size": len(raw)}
            for address, raw in sorted(contents.items())
        ],
    }
