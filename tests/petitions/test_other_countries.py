"""A petition under each of the package's rules, from its draft to its answer: what is asked and said is that law's."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from itertools import cycle, islice

import pytest
from sqlmodel import select
from tests.officials import MakeCitizen, MakeOfficial
from tests.petitions.drafting import accept, hand_in, support_link
from tests.petitions.making import Petitions
from tests.petitions.owed import publish, reach

from egov_participation.actions import Role
from egov_participation.clock import ManualClock
from egov_participation.jobs import Worker
from egov_participation.jurisdiction.rule_files import PETITIONS
from egov_participation.petitions.models import Petition, PetitionRegion, Supporter
from egov_participation.services import Services
from egov_participation.settings import Settings

pytestmark = pytest.mark.sqlite

LAWS = {
    "uk": ("government", ["10,000", "100,000"], "the Government answers", "."),
    "eu": ("commission", ["1,000,000"], "the European Commission answers", " within 6 months."),
    "kr": ("committee", ["50,000"], "a committee examines it and answers", " within 90 days."),
    "ru": ("federal", ["100,000"], "the federal working group examines it and answers", " within 2 months."),
    "us": ("white-house", ["100,000"], "the White House answers", " within 60 days."),
}
"""By code: to whom, the thresholds, what the first one does, in what time."""
STATES = ("DE", "FR", "IT", "ES", "NL", "SE", "PL")
KAZAKH = re.compile(r"Kazakh|Казахстан|Қазақстан|[Aa]kimat|[Mm]aslikhat|Ministry of [A-Z]|digital signature")
"""What no page under another country's rules says."""


@pytest.fixture(params=LAWS)
def law(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def settings(settings: Settings, law: str) -> Settings:
    return settings.model_copy(update={"jurisdiction": law, "operator": "X", "privacy_law": "Y"})


def read(client: object, path: str) -> str:
    answer = client.get(path)  # type: ignore[attr-defined]
    assert answer.status_code == 200, (path, answer.text)
    return unescape(re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", answer.text, flags=re.DOTALL)).replace("\xa0", " ")


def row(services: Services) -> Petition:
    with services.database.read() as session:
        return session.exec(select(Petition)).one()


def test_a_petition_goes_from_its_draft_to_its_answer_by_the_law_it_is_under(
    law: str,
    services: Services,
    citizen: MakeCitizen,
    official: MakeOfficial,
    worker: Worker,
    clock: ManualClock,
    petitions: Petitions,
) -> None:
    addressee, needed, does, within = LAWS[law]
    rules = PETITIONS.load(law, services.day(clock()))
    creator = citizen(level=3)
    told = read(creator.client, "/en/petitions/rules")
    for number in needed:
        assert f"{number} signatures" in told
    assert f"{does}{within}" in told

    reference = hand_in(creator, territory={"territory": ""}, addressee={"addressee": addressee})
    moderator = official(Role.MODERATOR)
    seen = [read(creator.client, f"/en/me/petitions/{reference}")]
    if rules.gate is not None:
        link = support_link(creator.client, reference)
        first, last = citizen(level=3), citizen(level=3)
        seen.append(read(first.client, link))
        assert first.client.post(link, data={"act": "support"}).status_code == 303
        gather(services, rules.gate.count - 2)
        assert f"{rules.gate.count - 1} of {rules.gate.count}" in read(creator.client, f"/en/me/petitions/{reference}")
        assert last.client.post(link, data={"act": "support"}).status_code == 303
    seen += [read(moderator.client, path) for path in ("/en/office/petitions", f"/en/office/petitions/{reference}")]
    accept(moderator.client, reference)
    worker.run_due()
    petition = row(services)
    assert petition.state == "open"
    assert petition.opened_at is not None
    assert petition.closes_at is not None
    last_day = rules.collecting.end(services.day(petition.opened_at), rules.calendar)
    assert services.day(petition.closes_at - timedelta(seconds=1)) == last_day

    seen += [read(moderator.client, f"/{lang}/petitions/{reference}") for lang in ("kk", "ru", "en")]
    one, other = official(Role.MINISTRY, agency=addressee), official(Role.MINISTRY, agency=addressee)
    tier = rules.tiers("")[0]
    live_everywhere(services, petition, tier.per_territory[1] if tier.per_territory else {})
    assert reach(services, petition, tier.needed - 1) == []
    assert reach(services, petition, tier.needed) == [tier.code]
    due = row(services).answer_due_on
    assert due == (tier.answer_due.end(services.day(clock()), rules.calendar) if tier.answer_due else None)
    seen += [read(one.client, "/en/office/answers"), read(one.client, f"/en/office/answers/{reference}")]
    publish(one, other, reference)
    assert row(services).answer_state == "answered"
    seen += [read(moderator.client, path) for path in (f"/en/petitions/{reference}", "/en/petitions/answers", "/en")]
    name = rules.bodies[addressee].en
    assert all(name in page for page in seen[-3:-1])
    catalogue = moderator.client.get("/data/catalog.jsonld").text
    assert f'"{rules.name.en}"' in catalogue
    assert "country/KAZ" not in catalogue
    assert not {page[match.start() - 80 : match.end() + 60] for page in seen for match in KAZAKH.finditer(page)}


def gather(services: Services, count: int) -> None:
    """So many more support the only petition, from one member state after another."""
    petition_id = row(services).id
    with services.database.uow() as tx:
        for number, state in enumerate(islice(cycle(STATES), count)):
            tx.add(
                Supporter(
                    petition_id=petition_id,
                    person_hash=number.to_bytes(32),
                    person_sealed=None,
                    territory=state,
                    at=services.clock(),
                )
            )
        tx.commit()


def live_everywhere(services: Services, petition: Petition, minimum: dict[str, int]) -> None:
    """Each minimum is signed in its territory."""
    with services.database.uow() as tx:
        for region, count in minimum.items():
            tx.add(PetitionRegion(petition_id=petition.id, region=region, electronic=count))
        tx.commit()
