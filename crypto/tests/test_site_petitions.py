"""What `egov-verify site` says of petitions: all that are public are recounted, and none is left out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from crypto.tests.commands import run
from crypto.tests.petitions import CLOSED, Petition, PetitionSite
from crypto.tests.platform import Platform
from crypto.tests.served import ServedSite, serving


@pytest.fixture
def both() -> Iterator[tuple[Platform, PetitionSite]]:
    """A whole site without a vote, and with a petition."""
    with serving(ServedSite()) as site:
        platform = Platform(site)
        platform.list()
        yield platform, PetitionSite(site, platform.log)


def test_each_petition_of_a_site_is_recounted(both: tuple[Platform, PetitionSite]) -> None:
    platform, _ = both
    answer = platform.verified()
    (found,) = answer["petitions"]
    told = run("egov-verify", "site", platform.site.url)

    assert (found["ok"], found["petition"]["verified"], found["failure"]) == (True, 3, None)
    assert {"name": "petitions", "ok": True, "count": 1} in answer["checks"]
    assert (told.status, "  ok  petition P-2026-0042: open, 3 signatures verified" in told.out) == (0, True)


def test_a_count_that_is_too_high(both: tuple[Platform, PetitionSite]) -> None:
    platform, petition = both
    petition.publish(count_verified=4)
    subject, said = platform.failure()
    assert (subject, said.partition(":")[0]) == ("P-2026-0042", "petition.count")
    assert "  NO  petition P-2026-0042: petition.count" in run("egov-verify", "site", platform.site.url).out


def test_a_list_that_says_something_else(both: tuple[Platform, PetitionSite]) -> None:
    platform, petition = both
    petition.list(petition.said | {"count_verified": 4})
    assert platform.failure()[1].startswith("petition.count")
    petition.list(petition.said | {"texts": {}})
    assert platform.failure()[1].startswith("petition.timeline")
    petition.list(petition.said | {"count_verified": 4, "checkpoint_size": 0})  # an older answer, from a cache
    platform.verified()


def test_a_petition_that_is_left_out_of_the_list(both: tuple[Platform, PetitionSite]) -> None:
    platform, petition = both
    petition.list()
    subject, said = platform.failure()
    assert (subject, said.partition(":")[0]) == ("petitions", "petition.missing")
    assert said.endswith("(P-2026-0042 is in the log and not in the list)")
    petition.log.add(petition.petition.state("hidden", CLOSED))
    platform.verified()  # the log says that it is not shown


def test_a_petition_that_is_listed_twice_or_is_not_in_the_log(both: tuple[Platform, PetitionSite]) -> None:
    platform, petition = both
    petition.list(petition.said, petition.said)
    assert platform.failure()[0] == "petitions"
    other = petition.said | {"reference": "P-2026-0043"}
    petition.site.files["/api/v1/petitions/P-2026-0043"] = petition.site.files["/api/v1/petitions/P-2026-0042"]
    petition.list(petition.said, other)
    assert platform.failure()[0] == "P-2026-0043"


def test_a_petition_before_it_was_open_need_not_be_listed(both: tuple[Platform, PetitionSite]) -> None:
    platform, petition = both
    other = Petition("P-2026-0043")
    platform.log.add(other.state("review"), other.state("withdrawn"))
    petition.publish()
    platform.verified()
    third = Petition("P-2026-0044")
    platform.log.add(third.state("review"), third.state("rejected"))
    petition.publish()
    assert "P-2026-0044 is in the log and not in the list" in platform.failure()[1]


def test_a_site_without_the_list_has_no_petitions(both: tuple[Platform, PetitionSite]) -> None:
    platform, petition = both
    del petition.site.files["/api/v1/petitions"]
    done = run("egov-verify", "site", "--json", platform.site.url)
    assert done.status == 2
