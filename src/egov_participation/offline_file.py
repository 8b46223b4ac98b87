"""The booth's program and style as one piece each, for the file that a voter keeps (``booth/booth.html``, offline).

Modules are joined, not bundled: each becomes a function that gives what it exports, in the order in which they need
each other. Nothing is left out or written anew, so that the file can be read beside the sources. The same sources give
the same bytes: so they are entered in the transparency log, and served by themselves, although the rest of the file is
another one for each vote.
"""

from __future__ import annotations

import base64
import hashlib
import posixpath
import re
from functools import cache
from pathlib import Path
from typing import Final

from egov_participation import paths

ENTRY: Final = "booth/offline.js"
STYLES: Final = ("site.css", "booth/booth.css")
PROGRAM_PATH: Final = "/source/booth.js"
STYLE_PATH: Final = "/source/booth.css"

_IMPORT = re.compile(r'^import\s+(?:\{([^}]*)\}|\*\s+as\s+(\w+))\s+from\s+["\'](\.[^"\']+)["\'];\n', re.MULTILINE)
_DECLARED = re.compile(r"^export ((?:async function|function|class|const|let) (\w+))", re.MULTILINE)
_LISTED = re.compile(r"^export \{([^}]*)\};\n?", re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_LEFT = re.compile(r"^(?:import|export)\b|\bimport\.meta\b", re.MULTILINE)
_OF_THE_PARSER = re.compile(r"</script|<!--|</style|\r|\0", re.IGNORECASE)


class JoinError(Exception):
    """A source is written in a way that cannot be joined."""


def join(read: dict[str, str], entry: str) -> str:
    """One script of a module and all that it imports.

    Args:
        read: sources by path, such as ``booth/offline.js``.

    Raises:
        JoinError: a module imports in a circle or what is not there, or is written in another way than ours are.
    """
    order: list[str] = []
    _visit(read, entry, order, [])
    names = {path: f"module{number}" for number, path in enumerate(order)}
    parts = ['"use strict";\n', *(_wrapped(read, path, names) for path in order)]
    return "\n".join(parts)


def _visit(read: dict[str, str], path: str, order: list[str], above: list[str]) -> None:
    if path in above:
        raise JoinError(f"{path} imports itself by way of others")
    if path in order:
        return
    if path not in read:
        raise JoinError(f"{path} is imported and is not there")
    for _names, _whole, other in _IMPORT.findall(read[path]):
        _visit(read, _from(path, other), order, [*above, path])
    order.append(path)


def _from(path: str, other: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), other))


def _wrapped(read: dict[str, str], path: str, names: dict[str, str]) -> str:
    def imported(match: re.Match[str]) -> str:
        module = names[_from(path, match[3])]
        if match[2]:
            return f"const {match[2]} = {module};\n"
        return f"const {{ {_renamed(match[1], ': ')} }} = {module};\n"

    source = read[path]
    exports = [name for _declaration, name in _DECLARED.findall(source)]
    exports += [_pair(item)[::-1] for listed in _LISTED.findall(source) for item in _items(listed)]
    body = _LISTED.sub("", _DECLARED.sub(r"\1", _IMPORT.sub(imported, source)))
    left = _LEFT.search(_COMMENT.sub("", body))
    if left or "\r" in body:
        raise JoinError(f"{path}: this cannot be joined: {left[0] if left else 'a carriage return'!r}")
    given = ", ".join(name if isinstance(name, str) else ": ".join(dict.fromkeys(name)) for name in exports)
    return f"// {path}\nconst {names[path]} = (() => {{\n{body}\nreturn {{ {given} }};\n}})();\n"


def _items(listed: str) -> list[str]:
    return [item.strip() for item in listed.split(",") if item.strip()]


def _pair(item: str) -> tuple[str, str]:
    """Of ``a as b``: both; of ``a``: it twice."""
    first, _as, second = item.partition(" as ")
    return first.strip(), (second or first).strip()


def _renamed(listed: str, between: str) -> str:
    return ", ".join(between.join(dict.fromkeys(_pair(item))) for item in _items(listed))


@cache
def program() -> str:
    """The offline booth's script."""
    return _safe(join(_sources(paths.static_dir(), ENTRY), ENTRY))


@cache
def style() -> str:
    """Its style sheet."""
    return _safe("\n".join((paths.static_dir() / name).read_text("utf-8") for name in STYLES))


def pieces() -> dict[str, bytes]:
    """Program and style by the addresses that serve them; none where there is no booth."""
    if not (paths.static_dir() / ENTRY).is_file():
        return {}
    return {PROGRAM_PATH: program().encode(), STYLE_PATH: style().encode()}


def _sources(folder: Path, path: str, read: dict[str, str] | None = None) -> dict[str, str]:
    """The sources of a module and all that it imports."""
    read = {} if read is None else read
    if path not in read:
        read[path] = (folder / path).read_text("utf-8")
        for _names, _whole, other in _IMPORT.findall(read[path]):
            _sources(folder, _from(path, other), read)
    return read


def _safe(text: str) -> str:
    """The text, if it stands in a page as it is.

    Raises:
        JoinError: a page's parser would end the script or style within it, or change it.
    """
    found = _OF_THE_PARSER.search(text)
    if found:
        raise JoinError(f"{found[0]!r} cannot stand in a page's script or style")
    return text


def policy() -> str:
    """The file's own content security policy: this script and this style, and not one request to anywhere."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_hash(program())}'",
            f"style-src '{_hash(style())}'",
            "img-src blob: data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
