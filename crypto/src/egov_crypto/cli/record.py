"""A git repository into which a watcher writes what it saw of a log, so that the history of heads is itself evidence.

checkpoint    the latest checkpoint, as the log signed it and the witnesses cosigned it
key           the log's key
votes.json    the votes' states and heads, as the log has them
status.json   what was told last
trouble/      a folder for each time that something did not hold, with the evidence
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

from egov_crypto import note
from egov_crypto.cli import durable
from egov_crypto.cli.log_reading import Evidence
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.note import Note

_TIMEOUT: Final = 300
"""Seconds for git to do its work, and for whatever hooks there are: one may send the history on."""
_ELSEWHERE: Final = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE")
"""Variables that would lead git to another repository, if this program was started by git itself."""


class Record:
    """The repository of one log. What is written is in it when :meth:`commit` returns."""

    def __init__(self, folder: Path) -> None:
        """Made if it is not there. Raises :class:`UsageError` where git is missing, or the folder is something else."""
        if shutil.which("git") is None:
            raise UsageError("git is needed to record what is seen, and is not installed")
        self.folder: Final = folder.absolute()
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.folder / ".git").exists():
            if any(self.folder.iterdir()):
                raise UsageError(f"{self.folder} is neither empty nor a git repository")
            self._git("init", "--quiet")

    def keep(self, raw: bytes, key: str, votes: Any) -> bool:
        """Write a checkpoint that holds, if it says anything new: another size, or another witness. Whether it does.

        Raises :class:`UsageError` if what is recorded here is another log.
        """
        now, before = Note.parse(raw), self._recorded()
        if before is not None:
            (name, *_), (other, *_) = before.text.split("\n"), now.text.split("\n")
            if name != other:
                raise UsageError(f"{self.folder} is the record of the log {name}, not of {other}")
            if before.text == now.text and _signers(now) <= _signers(before):
                return False
        for file, content in (("checkpoint", raw), ("key", f"{key}\n".encode()), ("votes.json", _json(votes))):
            durable.replace(self.folder / file, content)
        return True

    def _recorded(self) -> Note | None:
        """The checkpoint in the history, whatever stands in the folder."""
        begun = self._git("rev-list", "--all", "--max-count=1")
        if not begun or not self._git("ls-tree", "HEAD", "--", "checkpoint"):
            return None
        try:
            return Note.parse(self._git("show", "HEAD:./checkpoint"))
        except VerificationError as error:
            raise UsageError(f"{self.folder / 'checkpoint'} is not what was written there: {error}") from None

    def keep_trouble(self, name: str, report: Any, evidence: Evidence | None) -> Path:
        """Write down what does not hold into a folder of that name, with all that shows it to others."""
        folder = self.folder / "trouble" / name
        folder.mkdir(parents=True, exist_ok=True)
        files = {"report.json": _json(report)}
        if evidence is not None:
            signed = {"before": evidence.before, "now": evidence.now}
            files |= {file: raw for file, raw in signed.items() if raw is not None}
            if evidence.root is not None and evidence.proof is not None:
                hashes = (evidence.root, *evidence.proof)
                files["consistency"] = "".join(f"{note.to_base64(hash_)}\n" for hash_ in hashes).encode()
            files |= {tile.path: raw for tile, raw in evidence.served}
        for file, content in files.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            durable.replace(folder / file, content)
        return folder

    @property
    def status(self) -> dict[str, Any]:
        """What was told last; empty if nothing was."""
        try:
            value = json.loads((self.folder / "status.json").read_bytes())
        except (FileNotFoundError, ValueError):
            return {}
        return value if isinstance(value, dict) else {}

    @status.setter
    def status(self, value: dict[str, Any]) -> None:
        durable.replace(self.folder / "status.json", _json(value))

    @property
    def unsent(self) -> list[tuple[str, str]]:
        """Mails that nobody has taken yet; they stand beside the history, not in it."""
        try:
            value = json.loads(self._unsent.read_bytes())
        except (FileNotFoundError, ValueError):
            return []
        return [(str(line), str(text)) for line, text in value]

    @unsent.setter
    def unsent(self, value: list[tuple[str, str]]) -> None:
        durable.replace(self._unsent, _json(value))

    @property
    def _unsent(self) -> Path:
        return Path(os.fsdecode(self._git("rev-parse", "--absolute-git-dir").rstrip(b"\n"))) / "egov-verify-unsent.json"

    def commit(self, message: str) -> None:
        """Enter what was written in the repository's history, if anything was. Raises :class:`UsageError`."""
        self._git("add", "--all", "--force", ".")
        if self._git("status", "--porcelain", "."):
            self._git(*self._author(), "commit", "--quiet", f"--message={message}", "--", ".")

    def _author(self) -> tuple[str, ...]:
        """A name for the commits, where their owner has told git none."""
        known = self._git("config", "--default", "", "--get", "user.email")
        return () if known.strip() else ("-c", "user.name=egov-verify", "-c", "user.email=egov-verify@localhost")

    def _git(self, *arguments: str) -> bytes:
        environment = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}
        try:
            done = subprocess.run(  # noqa: S603  no shell, and a message that begins after an equals sign
                # Notes are signed byte for byte: no end of line is changed.
                ["git", "-C", str(self.folder), "-c", "core.autocrlf=false", *arguments],  # noqa: S607
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_TIMEOUT,
                check=True,
                env={**environment, "GIT_TERMINAL_PROMPT": "0"},
                start_new_session=True,  # an interrupt from the keyboard ends this program, after the commit
            )
        except subprocess.TimeoutExpired:
            raise UsageError(f"git {arguments[0]} in {self.folder} does not end") from None
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode("utf-8", "replace").strip()
            raise UsageError(f"git {arguments[0]} in {self.folder} fails: {said}") from None
        return done.stdout


def _signers(found: Note) -> set[tuple[str, bytes]]:
    return {(signature.name, signature.key_id) for signature in found.signatures}


def _json(value: Any) -> bytes:
    # What a site says may hold half a character, which no file can: it is written as it came, escaped.
    return json.dumps(value, indent=1, sort_keys=True).encode() + b"\n"
