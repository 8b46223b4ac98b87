"""The one list of rooms, and how the parts of a room are found."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

ROOMS = (
    "home",
    "observe",
    "opendata",
    "office",
    "contact",
    "desk",
    "identity",
    "roles",
    "notices",
    "registry",
    "ledger",
    "jurisdiction",
    "registrar",
    "commission",
    "incidents",
    "voting",
    "audits",
    "petitions",
    "consultations",
    "results",
    "search",
    "operation",
)
"""In the order in which their routes are tried."""


@cache
def load(part: str) -> tuple[ModuleType, ...]:
    """Import one part (``models``, ``routes``, ``tasks``, ``cli``) of every room that has it."""
    names = [f"{__package__}.{room}.{part}" for room in ROOMS if find_spec(f"{__package__}.{room}") is not None]
    return tuple(import_module(name) for name in names if find_spec(name) is not None)
