"""belenios-tool, the reference implementation, working in a folder as its documentation says."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any


class Reference:
    """An election of belenios-tool's in a folder of its own."""

    def __init__(self, tool: Path, folder: Path, uuid: str) -> None:
        self.tool, self.folder, self.uuid = tool, folder, uuid

    @property
    def archive(self) -> Path:
        return self.folder / f"{self.uuid}.bel"

    def run(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """The standard output; anything but success is an error of the test."""
        done = self.ask(*arguments, stdin=stdin)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def ask(self, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [self.tool, *arguments], cwd=self.folder, input=stdin, capture_output=True, check=False, timeout=240
        )

    def election(self, command: str, *options: str) -> bytes:
        return self.run("election", command, "--dir", ".", "--uuid", self.uuid, *options)

    def make(self, template: dict[str, Any], voters: Sequence[str], trustees: int) -> None:
        """Set an election up: credentials, trustees, election, archive."""
        (self.folder / "voters.txt").write_text("".join(f"{voter}\n" for voter in voters), "utf-8")
        group = ("--group", "Ed25519")
        self.run("setup", "generate-credentials", "--file", "voters.txt", *group, "--uuid", self.uuid)
        (public,) = self.folder.glob("*.pubcreds")
        public.rename(self.folder / "public_creds.json")
        for _ in range(trustees):
            self.run("setup", "generate-trustee-key", *group)
        keys = b"".join(path.read_bytes() for path in sorted(self.folder.glob("*.pubkey")))
        (self.folder / "public_keys.jsons").write_bytes(keys)
        (self.folder / "template.json").write_text(json.dumps(template, ensure_ascii=False), "utf-8")
        self.run("setup", "make-trustees")
        self.run("setup", "make-election", *group, "--uuid", self.uuid, "--template", "template.json")
        self.run("archive", "init")

    @property
    def credentials(self) -> dict[str, str]:
        """Voters' private credentials by their names."""
        (private,) = self.folder.glob("*.privcreds")
        value: dict[str, str] = json.loads(private.read_bytes())
        return value

    @property
    def private_keys(self) -> list[Path]:
        return sorted(self.folder.glob("*.privkey"))

    def ballot(self, credential: str, choices: Sequence[Sequence[int]]) -> bytes:
        (self.folder / "credential").write_text(credential)
        (self.folder / "choices").write_text(json.dumps(choices))
        return self.election("generate-ballot", "--privcred", "credential", "--choice", "choices").strip()

    def add(self, event_type: str, lines: bytes = b"") -> None:
        self.run("archive", "add-event", f"--type={event_type}", stdin=lines)

    def finish(self) -> bytes:
        """Everything after the last ballot; the result."""
        self.add("EndBallots")
        self.add("EncryptedTally", self.election("compute-encrypted-tally"))
        for owner, key in enumerate(self.private_keys, start=1):
            self.add("PartialDecryption", self.election("decrypt", "--privkey", key.name, "--trustee-id", str(owner)))
        result = self.election("compute-result")
        self.add("Result", result)
        return result.strip()

    def accepts(self, ballot: bytes) -> bool:
        """The reference's word on one ballot, on the archive as it stands."""
        (self.folder / "ballot").write_bytes(ballot)
        done = self.ask("election", "verify-ballot", "--dir", ".", "--uuid", self.uuid, "--ballot", "ballot")
        return done.returncode == 0

    def beside(self, archive: bytes, folder: Path) -> Reference:
        """Another folder with another archive of the same election."""
        folder.mkdir()
        other = Reference(self.tool, folder, self.uuid)
        other.archive.write_bytes(archive)
        return other

    def copy_keys(self, folder: Path) -> None:
        for key in self.private_keys:
            shutil.copy(key, folder)
