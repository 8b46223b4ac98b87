"""Put what is not Python into the wheel."""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DATA = (
    "templates",
    "static",
    "alembic",
    # The site serves the source of egov_crypto; the package itself is installed, what it is packaged with is not.
    "crypto/LICENCE",
    "crypto/README.md",
    "crypto/pyproject.toml",
)


class DataHook(BuildHookInterface[Any]):
    """Copy the data to egov_participation/_data, where `egov_participation.paths` looks once installed.

    A hook, not the table `force-include`: that one would copy them for an editable install as well, and the copies
    would go stale.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the data to a wheel; an editable install ("editable") reads them from the checkout."""
        if version == "standard":
            build_data["force_include"] |= {path: f"egov_participation/_data/{path}" for path in DATA}
