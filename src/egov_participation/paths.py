"""Where the files beside the code are: in a checkout at its root, in an installed wheel under ``_data``."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parents[1]


def _data(name: str) -> Path:
    installed = _PACKAGE / "_data" / name
    return installed if installed.is_dir() else _CHECKOUT / name


def templates_dir() -> Path:
    """The Jinja templates, one folder a room."""
    return _data("templates")


def static_dir() -> Path:
    """What is served under ``/static``."""
    return _data("static")


def alembic_dir() -> Path:
    """The migrations with their ``env.py``."""
    return _data("alembic")


def crypto_dir() -> Path:
    """What `egov_crypto` is packaged with: its project file, README and licence."""
    return _data("crypto")


def locale_dir() -> Path:
    """The gettext catalogues: ``<language>/<room>.po``."""
    return _PACKAGE / "locale"
