"""What the handbook names exists."""

from __future__ import annotations

import configparser
import re
from pathlib import Path
from typing import Any

import pytest
import typer

from egov_participation import metrics, rooms
from egov_participation.app import room_routes
from egov_participation.cli import app
from egov_participation.settings import Settings
from egov_participation.web import health, waiting

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]
TEXT = (ROOT / "docs" / "operate.md").read_text("utf-8")


def test_every_command_that_a_document_names_exists_with_its_options() -> None:
    found = [
        (document.name, line)
        for document in DOCUMENTS
        for line in re.findall(
            r"(?:`|^|\s|/)egov ((?:[a-z]+)(?: [^`\n|#]*)?)", document.read_text("utf-8"), re.MULTILINE
        )
    ]
    assert len(found) > 20
    for document, line in found:
        command: Any = typer.main.get_command(app)
        words = line.split()
        while hasattr(command, "commands"):
            assert words, f"{document}: egov {line}"
            name = words.pop(0).rstrip('.,;:)”|"')
            assert name in command.commands, f"{document}: egov {line}"
            command = command.commands[name]
        known = {option for parameter in command.params for option in parameter.opts}
        given = {word.partition("=")[0].rstrip(".,;:)") for word in words if word.startswith("--")}
        assert given <= known, f"{document}: egov {line}"


def test_every_setting_that_a_document_names_exists() -> None:
    known = {f"EGOV_{name.upper()}" for name in Settings.model_fields}
    for document in DOCUMENTS:
        named = set(re.findall(r"EGOV_[A-Z0-9_]*[A-Z0-9]", document.read_text("utf-8")))
        assert named <= known, f"{document.name}: {named - known}"


def test_every_page_that_a_document_names_exists() -> None:
    patterns = [re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(spec.path.rstrip("/"))) for spec in room_routes()]
    first_words = {spec.path.split("/")[1] for spec in room_routes()} - {"", "api", "log"}
    found = [
        (document.name, path)
        for document in DOCUMENTS
        for path in re.findall(r"`(?:[A-Z]+ )?(?:/(?:kk|ru|en))?(/[a-z][\w./{}-]*)", document.read_text("utf-8"))
        if path.split("/")[1] in first_words
    ]
    assert {"/office/trail", "/office/roles"} <= {path for _, path in found}
    missing = [(name, path) for name, path in found if not any(re.fullmatch(one, path.rstrip("/")) for one in patterns)]
    assert missing == []


def test_the_settings_of_the_example_are_safe(tmp_path: Path) -> None:
    block = TEXT.partition("`/etc/egov.env`")[2].split("```")[1]
    example = dict(re.findall(r"^EGOV_(\w+)=(.*)$", block, re.MULTILINE))

    settings = Settings.model_validate({name.lower(): value for name, value in example.items()})
    assert settings.unsafe() == []


def test_every_metric_that_the_handbook_names_exists() -> None:
    sources = "".join(Path(str(module.__file__)).read_text("utf-8") for module in (metrics, waiting, health))
    known = set(re.findall(r'"(egov_\w+)"', sources))
    named = set(re.findall(r"egov_\w+", TEXT)) - {"egov_crypto", "egov_participation"}

    assert {re.sub("_(total|count)$", "", name) for name in named} <= known
    assert len(named) >= 6


def test_the_unit_is_hardened_and_can_write_only_its_data() -> None:
    unit = configparser.ConfigParser(strict=True)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(re.findall(r"```ini\n(.*?)```", TEXT, re.DOTALL)[0])

    assert unit["Service"]["ProtectSystem"] == "strict"
    assert unit["Service"]["ReadWritePaths"].split() == ["/srv/egov/data", "/srv/egov/keys"]


@pytest.mark.parametrize("language", ["nginx", "caddy"])
def test_the_proxies_examples_are_whole(language: str) -> None:
    blocks = re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    block = next(block for block in blocks if "booth.example.org" in block and "{" in block)

    assert block.count("{") == block.count("}")
    assert "/metrics" in block
    for line in block.splitlines() if language == "nginx" else ():
        assert re.fullmatch(r"\s*(.*[;{}])?", line), line


def test_the_proxies_let_through_as_much_as_each_route_takes() -> None:
    nginx, caddy = (re.findall(rf"```{proxy}\n(.*?)```", TEXT, re.DOTALL)[0] for proxy in ("nginx", "caddy"))
    (usual,) = re.findall(r"^    client_max_body_size (\d+)m;", nginx, re.MULTILINE)
    larger = re.findall(r"location ~ (\S+) \{\n +client_max_body_size (\d+)m;", nginx)
    matchers = dict(re.findall(r"@(\w+) path_regexp (\S+)", caddy))
    (excepted,) = re.findall(r"@others not path_regexp (\S+)", caddy)
    sizes = {name: int(size) for name, size in re.findall(r"request_body @(\w+) \{\n +max_size (\d+)MB", caddy)}
    routes = [spec for spec in room_routes() if spec.max_body is not None]

    assert len(routes) >= 6
    for spec in routes:
        path, most = re.sub(r"\{\w+(:\w+)?\}", "ru", spec.full_path), spec.max_body or 0
        in_nginx = next((size for location, size in larger if re.search(location, path)), usual)
        in_caddy = [sizes[name] for name, pattern in matchers.items() if re.search(pattern, path)]
        in_caddy += [] if re.search(excepted, path) else [sizes["others"]]
        assert int(in_nginx) * 2**20 >= most, spec.name
        assert min(in_caddy, default=0) * 10**6 >= most, spec.name


def test_every_room_is_named_in_one_list() -> None:
    assert "operation" in rooms.ROOMS
