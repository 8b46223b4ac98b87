"""Logs: one JSON line an event, and nothing of people in them.

Texts of exceptions and local variables may hold an address, a code or a choice, so that of an error only its type and
the places it went through are logged.
"""

from __future__ import annotations

import traceback

import structlog


def configure() -> None:
    """Set the form of all log lines; doing it again changes nothing. (structlog's default prints local variables.)"""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )


def describe(error: BaseException) -> dict[str, object]:
    """What may be logged of an error: ``error=`` its type, ``trace=`` ``file:line function`` of our own code."""
    everywhere = traceback.extract_tb(error.__traceback__)
    frames = [frame for frame in everywhere if "site-packages" not in frame.filename] or everywhere
    return {"error": type(error).__qualname__, "trace": [f"{f.filename}:{f.lineno} {f.name}" for f in frames]}
