"""What `egov-verify petition` answers, for those who test it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from crypto.tests.commands import run
from crypto.tests.petitions import PetitionSite
from crypto.tests.served import ServedSite, serving


@pytest.fixture
def platform() -> Iterator[PetitionSite]:
    with serving(ServedSite()) as site:
        yield PetitionSite(site)


def verified(platform: PetitionSite, *options: object) -> Any:
    done = run("egov-verify", "petition", "--json", platform.url, *options)
    assert (done.status, done.err) == (0, ""), done.out
    return json.loads(done.out)


def failure(platform: PetitionSite) -> tuple[str, str]:
    """Sentences and JSON agree on it."""
    done = run("egov-verify", "petition", "--json", platform.url)
    answer = json.loads(done.out)
    assert (done.status, answer["ok"], answer["checks"][-1]["ok"]) == (1, False, False)
    told = run("egov-verify", "petition", platform.url)
    assert told.status == 1
    assert f"It does not hold. {answer['failure']['code']}: {answer['failure']['message']}\n" in told.out
    return answer["failure"]["code"], answer["failure"]["message"]
