"""``docs/registry.md`` says what the client does: its examples are run."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

from starlette.responses import JSONResponse, Response
from tests.registry.conftest import ClientMaker
from tests.registry.server import RegistryServer

from egov_participation.registry.iin import Iin
from egov_participation.registry.service import client as client_module
from egov_participation.settings import Settings

TEXT = (Path(__file__).parents[2] / "docs" / "registry.md").read_text("utf-8")
EXAMPLES = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)]
LOOKUP, PERSON, LIST, STATUS = EXAMPLES


def test_the_example_of_a_lookup_is_asked_and_its_answer_is_understood(
    server: RegistryServer, make_client: ClientMaker
) -> None:
    server.broken = [JSONResponse(PERSON)]
    found = make_client().lookup(Iin.parse(LOOKUP["iin"]), dt.date(2024, 10, 6))
    assert found is not None
    assert (found.given_name, found.district, found.address) == ("Айгүл", PERSON["district"], PERSON["address"])
    assert server.asked[0][2] == LOOKUP


def test_the_example_of_a_list_is_asked_and_its_answer_is_understood(
    server: RegistryServer, make_client: ClientMaker
) -> None:
    lines = re.findall(r"```\n(\{\"iin.*?)```", TEXT, re.DOTALL)
    server.broken = [Response(lines[0], media_type="application/x-ndjson")]
    found = list(make_client().eligible(dt.date.fromisoformat(LIST["born_by"]), LIST["territories"]))
    assert found == [Iin.parse(LOOKUP["iin"])]
    assert server.asked[0][2] == {**LIST, "territories": sorted(LIST["territories"])}


def test_the_example_of_the_status_is_understood(server: RegistryServer, make_client: ClientMaker) -> None:
    server.broken = [JSONResponse(STATUS)]
    assert make_client().status() == (STATUS["name"], STATUS["residents"])


def test_addresses_limits_and_settings_are_named() -> None:
    for path in (client_module.LOOKUP, client_module.ELIGIBLE, client_module.STATUS):
        assert f"{path}`" in TEXT
    assert f"{client_module.LARGEST_ANSWER // 1024} KB" in TEXT
    named = {name.lower() for name in re.findall(r"EGOV_(REGISTRY_\w+)", TEXT)}
    assert named == {name for name in Settings.model_fields if name.startswith("registry_")}
