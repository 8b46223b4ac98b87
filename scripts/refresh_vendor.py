#!/usr/bin/env python3
"""Fetch the browser libraries that the platform serves itself, and compile its style sheet.

    scripts/refresh_vendor.py            fetch every package below, copy its files to static/vendor, compile the theme
    scripts/refresh_vendor.py --theme    only compile theme/ into static/site.css
    scripts/refresh_vendor.py --check    compare static/ with static/vendor/manifest.json, without network or node

Fetching uses `npm pack`, which compares a package with its published integrity value. Files are copied byte for byte;
nothing is bundled or rewritten. `static/vendor/manifest.json` says for each package its name, version, licence and
integrity value, and the SHA-256 of each file. A version already in the manifest must come with the same integrity
value again: a package that changed under its version stops the refresh.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
VENDOR = STATIC / "vendor"
MANIFEST = VENDOR / "manifest.json"
THEME = ROOT / "theme"
STYLE_SHEET = STATIC / "site.css"
SASS = "1.108.2"


@dataclass(frozen=True)
class Package:
    """One npm package: which files of it are served, under which folder of static/vendor."""

    name: str
    version: str
    folder: str
    files: tuple[str, ...]
    strip: str = ""
    licence_file: Path | None = None
    """Our copy of the licence, for a package that comes without."""


NOBLE_HASHES = ("sha2.js", "hmac.js", "pbkdf2.js", "utils.js", "_md.js", "_u64.js", "LICENSE")
PACKAGES = (
    Package("@noble/ed25519", "3.2.0", "noble-ed25519", ("index.js", "LICENSE")),
    Package("@noble/hashes", "2.4.0", "noble-hashes", NOBLE_HASHES),
    # npm calls version 4 the latest; the pages are written for 2.
    Package("htmx.org", "2.0.11", "htmx", ("dist/htmx.min.js", "LICENSE"), strip="dist/"),
    Package(
        "idiomorph", "0.8.0", "idiomorph", ("dist/idiomorph.min.js", "dist/idiomorph-htmx.js", "LICENSE"), strip="dist/"
    ),
    Package(
        "govuk-frontend",
        "6.3.0",
        "govuk",
        ("dist/govuk/govuk-frontend.min.js",),
        strip="dist/govuk/",
        licence_file=THEME / "LICENCE.govuk-frontend",
    ),
)


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in lower-case hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def npm(*arguments: str, cwd: Path) -> str:
    """Run npm in `cwd` and return what it printed. Scripts of packages are never run."""
    command = ["npm", *arguments, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout


def fetch(package: Package, work: Path) -> dict[str, Any]:
    """Fetch one package, copy its files to static/vendor, and return its entry for the manifest."""
    report = json.loads(npm("pack", f"{package.name}@{package.version}", "--json", cwd=work))
    packed = report[0] if isinstance(report, list) else next(iter(report.values()))
    with tarfile.open(work / packed["filename"]) as archive:
        archive.extractall(work / package.folder, filter="data")
    source = work / package.folder / "package"
    licence = json.loads((source / "package.json").read_text(encoding="utf-8"))["license"]
    target = VENDOR / package.folder
    shutil.rmtree(target, ignore_errors=True)
    copies = {source / file: target / file.removeprefix(package.strip) for file in package.files}
    if package.licence_file:
        copies[package.licence_file] = target / "LICENSE"
    for original, copy in copies.items():
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(original, copy)
    hashes = {copy.relative_to(STATIC).as_posix(): sha256(copy) for copy in copies.values()}
    return {
        "name": package.name,
        "version": package.version,
        "licence": licence,
        "integrity": packed["integrity"],
        "files": hashes,
    }


def read_manifest() -> dict[str, Any]:
    """The committed manifest, or an empty one before the first refresh."""
    if not MANIFEST.exists():
        return {"packages": [], "compiled": {}}
    manifest: dict[str, Any] = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return manifest


def write_manifest(manifest: dict[str, Any]) -> None:
    MANIFEST.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def refuse_changed_packages(before: dict[str, Any], entries: list[dict[str, Any]]) -> None:
    """Stop when a package has another integrity value than it had under the same version."""
    known = {(entry["name"], entry["version"]): entry["integrity"] for entry in before["packages"]}
    for entry in entries:
        expected = known.get((entry["name"], entry["version"]), entry["integrity"])
        if expected != entry["integrity"]:
            sys.exit(f"{entry['name']} {entry['version']} has changed: {expected} became {entry['integrity']}")


def theme_sources() -> dict[str, str]:
    """SHA-256 of each source of the style sheet, so that a changed source without a new compilation is noticed."""
    return {path.relative_to(ROOT).as_posix(): sha256(path) for path in sorted(THEME.glob("*.scss"))}


def compile_theme(work: Path) -> dict[str, Any]:
    """Compile theme/site.scss with GOV.UK Frontend into static/site.css; return the manifest's `compiled` entry."""
    govuk = next(package for package in PACKAGES if package.name == "govuk-frontend")
    npm("install", "--no-save", "--omit=optional", f"sass@{SASS}", f"{govuk.name}@{govuk.version}", cwd=work)
    modules = work / "node_modules"
    command = [
        "node",
        str(modules / "sass" / "sass.js"),
        "--style=compressed",
        "--no-source-map",
        "--quiet-deps",
        f"--load-path={modules}",
        str(THEME / "site.scss"),
        str(STYLE_SHEET),
    ]
    subprocess.run(command, check=True)
    return {
        "file": STYLE_SHEET.relative_to(STATIC).as_posix(),
        "sha256": sha256(STYLE_SHEET),
        "with": {"sass": SASS, govuk.name: govuk.version},
        "sources": theme_sources(),
    }


def problems() -> list[str]:
    """What differs between static/ and the manifest, one sentence each; empty when all is as recorded."""
    manifest = read_manifest()
    recorded = {file: digest for entry in manifest["packages"] for file, digest in entry["files"].items()}
    present = {path.relative_to(STATIC).as_posix() for path in VENDOR.rglob("*") if path.is_file() and path != MANIFEST}
    found = [f"static/{file} is recorded but missing" for file in sorted(set(recorded) - present)]
    found += [f"static/{file} is not in the manifest" for file in sorted(present - set(recorded))]
    found += [
        f"static/{file} is not the recorded file"
        for file in sorted(present & set(recorded))
        if sha256(STATIC / file) != recorded[file]
    ]
    compiled = manifest["compiled"]
    if not STYLE_SHEET.exists() or compiled.get("sha256") != sha256(STYLE_SHEET):
        found.append("static/site.css is not the compiled style sheet: run scripts/refresh_vendor.py --theme")
    if compiled.get("sources") != theme_sources():
        found.append("theme/ has changed since static/site.css was compiled: run scripts/refresh_vendor.py --theme")
    return found


def main() -> int:
    """Do what the arguments ask; 0 when all is well, 1 when a check found a difference."""
    parser = argparse.ArgumentParser(description="Refresh or check the vendored browser libraries.")
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--check", action="store_true", help="compare the files with the manifest and stop")
    choice.add_argument("--theme", action="store_true", help="only compile the style sheet")
    arguments = parser.parse_args()
    if arguments.check:
        found = problems()
        print("\n".join(found) or "static/vendor and static/site.css are as recorded.")
        return 1 if found else 0
    manifest = read_manifest()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        if not arguments.theme:
            entries = [fetch(package, work) for package in PACKAGES]
            refuse_changed_packages(manifest, entries)
            manifest["packages"] = entries
        manifest["compiled"] = compile_theme(work)
    write_manifest(manifest)
    return 0


if __name__ == "__main__":
    sys.exit(main())
