"""The reference implementation, which tests ask for its opinion."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Belenios:
    """belenios-tool, run in a folder; a refusal raises CalledProcessError."""

    executable: str

    def run(self, folder: Path, *arguments: str) -> str:
        done = subprocess.run(
            [self.executable, *arguments], cwd=folder, check=True, capture_output=True, text=True, timeout=240
        )
        return done.stdout

    def setup(self, folder: Path, template: dict[str, Any], voters: int) -> list[str]:
        """An archive in ``folder`` that holds a set-up election and nothing more.

        Returns the private credentials. ``election.json`` in the folder has the very bytes of the archive.
        """
        folder.mkdir(parents=True, exist_ok=True)
        uuid = self.run(folder, "setup", "generate-token").strip()
        group = ["--group", "Ed25519"]
        self.run(folder, "setup", "generate-trustee-key", *group)
        (public,) = folder.glob("*.pubkey")
        (folder / "public_keys.jsons").write_text(public.read_text().strip() + "\n")
        self.run(folder, "setup", "generate-credentials", "--uuid", uuid, "--count", str(voters), *group)
        (private,) = folder.glob("*.privcreds")
        (listed,) = folder.glob("*.pubcreds")
        (folder / "public_creds.json").write_bytes(listed.read_bytes())
        (folder / "template.json").write_text(json.dumps(template, ensure_ascii=False))
        self.run(folder, "setup", "make-trustees")
        self.run(folder, "setup", "make-election", "--template", "template.json", "--uuid", uuid, *group)
        raw = (folder / "election.json").read_bytes()
        (folder / "election.json").write_bytes(raw.rstrip(b"\n"))
        self.run(folder, "archive", "init")
        return list(json.loads(private.read_text()).values())

    def verify_ballot(self, folder: Path, ballot: str) -> None:
        (folder / "ballot.json").write_text(ballot)
        self.run(folder, "election", "verify-ballot", "--ballot", "ballot.json")

    @classmethod
    def found(cls) -> Self:
        """The tool that BELENIOS_TOOL names, or the one that the test set-up fetched; its absence is a failure."""
        path = os.environ.get("BELENIOS_TOOL") or str(ROOT / ".cache/belenios/belenios-tool")
        assert Path(path).exists(), "belenios-tool is missing: make prerequisites fetches it, or BELENIOS_TOOL names it"
        return cls(path)
