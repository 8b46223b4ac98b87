"""What all commands share: how they end, what they may print, and how they ask for secrets."""

import argparse
import getpass
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable
from concurrent.futures import BrokenExecutor
from pathlib import Path
from typing import Final

from egov_crypto.errors import CryptoError, UsageError, VerificationError

OK: Final = 0
DOES_NOT_HOLD: Final = 1
CANNOT_TELL: Final = 2
INTERRUPTED: Final = 130
"""As shells count it: 128 and the signal's number."""

_JOINER: Final = "\u200d"  # of emoji
_WORD: Final = re.compile(r"[a-z']+,?(?:\s|\.$)")
"""What a sentence of ours may start with; addresses and files' names are none, and stay as they are."""
_NATURAL: Final = re.compile("[0-9]{1,20}", re.ASCII)


def run(command: Callable[[], int]) -> int:
    """The exit status of ``command``; its errors become plain sentences on standard error.

    1 is for what was verified and does not hold, and for nothing else (Python itself would end with 1 on any error).
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # terminals that cannot show Kazakh show something
    try:
        status = command()
        sys.stdout.flush()
        return status
    except VerificationError as error:
        print(plain(f"It does not hold. {error}"), file=sys.stderr)
        return DOES_NOT_HOLD
    except (KeyboardInterrupt, EOFError):
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has gone. What is still buffered must not be written when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CANNOT_TELL
    except Exception as error:  # noqa: BLE001  every error must end with 2, a fault of this program too
        print(plain(sentence(error)), file=sys.stderr)
        return CANNOT_TELL


Outcome = tuple[VerificationError | None, Exception | None]


def outcome(check: Callable[[], object], as_json: bool) -> Outcome:
    """What does not hold, and why it cannot be told (raised unless it goes into JSON)."""
    try:
        check()
    except VerificationError as failure:
        return failure, None
    except Exception as error:
        if not as_json:  # a fault of this program too is said in JSON, where that is asked for
            raise
        return None, error
    return None, None


def status(failure: VerificationError | None, error: Exception | None) -> int:
    """The exit status for that."""
    return CANNOT_TELL if error else DOES_NOT_HOLD if failure else OK


def sentence(error: Exception) -> str:
    """What ``error`` says to a person."""
    if isinstance(error, CryptoError):
        text = f"{error}."
        return f"{text[0].upper()}{text[1:]}" if _WORD.match(text) else text
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return f"{place}{error.strerror or error}."
    if isinstance(error, BrokenExecutor):
        return "A process that verified ballots was ended from outside (out of memory?). Try fewer --jobs."
    if isinstance(error, MemoryError):
        return "Out of memory."
    for line in "".join(traceback.format_exception(error)).splitlines():
        print(plain(line), file=sys.stderr)  # an exception may quote anything
    return "This is a fault of the program: please report it."


def plain(text: str) -> str:
    """``text`` on one line, with escapes for what could command a terminal: control characters, reversed writing."""
    return "".join(c if c.isprintable() or c == _JOINER else c.encode("unicode_escape").decode() for c in text)


def say(*lines: str) -> None:
    """Print lines that may hold other people's texts."""
    for text in lines:
        print(plain(text))


def ask_secret(prompt: str, file: Path | None) -> str:
    """A secret from ``file``, else typed unseen at the terminal, else the first line of standard input."""
    if file is not None:
        return read_text(file).strip()
    if is_interactive():
        return getpass.getpass(f"{prompt}: ").strip()
    return sys.stdin.readline().strip()


def read_text(path: Path) -> str:
    """The text of a file in UTF-8; raises :class:`UsageError` if it is in something else."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not a text in UTF-8") from None


def natural(text: str) -> int | None:
    """The number that ``text`` writes in at most 20 ASCII digits, None if it writes none."""
    return int(text) if _NATURAL.fullmatch(text) else None


def seconds(text: str) -> int:
    """An option's number of seconds."""
    number = natural(text)
    if number is None or not 1 <= number <= 10**9:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return number


def is_interactive() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty()


def ask(prompt: str) -> str:
    """A line typed at the terminal; raises :class:`UsageError` where there is none to ask."""
    if not is_interactive():
        raise UsageError(f"nobody to ask ({prompt}): this is not a terminal")
    return input(f"{prompt}: ").strip()


def write_new(path: Path, content: bytes, *, private: bool = False) -> None:
    """Write a file that must not exist yet; ``private``: readable by its owner alone."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o644)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def state_folder(program: str, variable: str) -> Path:
    """Where this user's states of ``program`` stand: what the environment's ``variable`` says, or where all do."""
    if given := os.environ.get(variable):
        return Path(given).absolute()
    states = Path(os.environ.get("XDG_STATE_HOME", ""))  # of which a relative one is to be ignored, its rules say
    return (states if states.is_absolute() else Path.home() / ".local" / "state") / program


def add_jobs(parser: argparse.ArgumentParser, things: str = "ballots") -> None:
    """The option ``--jobs N``, of a command that takes long with many ``things``."""
    parser.add_argument(
        "--jobs", type=_jobs, default=1, metavar="N", help=f"verify {things} in N processes (default: 1)"
    )


def _jobs(text: str) -> int:
    number = natural(text)
    if number is None or not 1 <= number <= 1024:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number between 1 and 1024")
    return number


def count(number: int, thing: str, things: str = "") -> str:
    """``1 ballot``, ``2 ballots``."""
    return f"{number} {thing if number == 1 else things or thing + 's'}"


def grouped(text: str) -> str:
    """In groups of four, as pages show what people compare."""
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def refuse_existing(paths: Iterable[Path]) -> None:
    """Raise :class:`UsageError` if something is there already, before anything is computed or written."""
    for path in paths:
        if path.exists():
            raise UsageError(f"the file {path} is there already, and is not overwritten")
