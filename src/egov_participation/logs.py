"""Logs: one line an event, and nothing of people in them.

Texts of exceptions and local variables may hold an address, a code or a choice, so that of an error only its type and
the places it went through are logged: ours, and the web server's own.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import Processor

_Event = MutableMapping[str, Any]


class _Output:
    """Writes lines to whatever standard output is at that moment; loggers that were made before follow along."""

    def msg(self, line: str) -> None:
        stream: TextIO = sys.stdout
        stream.write(line + "\n")
        stream.flush()

    debug = info = warning = error = critical = msg


_output = _Output()
_written: dict[str, Processor] = {}
"""By the level, what makes a line of an event; a level that is not written is not in it."""


def configure(form: Literal["json", "console"] = "json", level: str = "info") -> None:
    """Set the form of all our log lines, and the least level that is written. The last call counts."""
    levels = logging.getLevelNamesMapping()
    _written.clear()
    _written.update(
        (name, _renderer(form)) for name in ("debug", "info") if levels[name.upper()] >= levels[level.upper()]
    )
    structlog.configure(
        processors=[*_processors(), _renderer(form)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_Output,
    )


def line(level: Literal["debug", "info"], event: str, **fields: object) -> None:
    """Write a line of these fields alone: what structlog would write, in a third of the time. For every request."""
    if render := _written.get(level):
        time = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        _output.msg(str(render(None, level, {**fields, "event": event, "level": level, "timestamp": time})))


def take_over(form: Literal["json", "console"], level: str) -> None:
    """Let what libraries log, such as the web server, leave in the same form: for whoever starts a process."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *_processors(), _without_texts],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(form)],
        )
    )
    root = logging.getLogger()
    root.handlers, root.level = [handler], logging.getLevelNamesMapping()[level.upper()]
    # These say what every request was for, addresses and all; alembic speaks whenever somebody asks for `/ready`.
    for name in ("httpx", "httpcore", "httpx2", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _processors() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _renderer(form: Literal["json", "console"]) -> Processor:
    if form == "console":
        return structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty(), exception_formatter=lambda *_: None)
    return _json


_encoder = json.JSONEncoder(ensure_ascii=False, default=repr)  # made once: the library makes one for each line


def _json(_logger: object, _name: str, event: _Event) -> str:
    return _encoder.encode(event)


def _without_texts(_logger: object, _name: str, event: _Event) -> _Event:
    """Of an error that a library logs, what may be logged of it."""
    found = event.pop("exc_info", None)
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event.update(describe(error))
    return event


def describe(error: BaseException) -> dict[str, object]:
    """What may be logged of an error: ``error=`` its type, ``trace=`` ``file:line function`` of our own code."""
    everywhere = traceback.extract_tb(error.__traceback__)
    frames = [frame for frame in everywhere if "site-packages" not in frame.filename] or everywhere
    return {"error": type(error).__qualname__, "trace": [f"{f.filename}:{f.lineno} {f.name}" for f in frames]}
