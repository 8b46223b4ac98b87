"""No moderator acts on a petition of their own, whatever the page."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import select
from tests.officials import MakeOfficial, SignedIn
from tests.petitions.deciding import dry_run, invalidate
from tests.petitions.making import Petitions
from tests.petitions.owed import fingerprint
from tests.petitions.rows import put_signatures

from egov_participation.actions import Action, Role
from egov_participation.approvals.models import ProposalRow
from egov_participation.awaiting import Item
from egov_participation.petitions import awaiting
from egov_participation.petitions.models import Decision, Happening, PressureReport, State
from egov_participation.petitions.routes import routes
from egov_participation.petitions.rules.integrity import Code, Filter
from egov_participation.petitions.service import carrying_out, ending, invalidating, lookup, pressure
from egov_participation.petitions.service.ending import Ending
from egov_participation.services import Services

REASON = "Мәтіндегі сұрақ шешілді."
CASE, DECISION = "/office/petitions/{reference}", "/office/petitions/invalidations/{id}"
PROPOSED, AGENCY = "/office/petitions/endings/{id}", "/office/answers/{reference}/agency"
SEEN = {"seen": "0" * 64, "reason": REASON}
FORMS: dict[str, dict[str, str]] = {
    f"{CASE}/take": {},
    f"{CASE}/note": {"note": "Бұл менікі ғой."},
    f"{CASE}/accept": SEEN,
    f"{CASE}/reject": SEEN | {"ground": "unclear"},
    f"{CASE}/wording": SEEN,
    f"{CASE}/appeal": {"grant": "yes", "reason": REASON},
    f"{CASE}/hide": {"reason": REASON},
    f"{CASE}/stop": {"reason": REASON},
    f"{CASE}/merge": {"reason": REASON, "into": "P-2024-0009"},
    f"{PROPOSED}/decide": {"decision": "refuse", "reason": REASON},
    f"{PROPOSED}/withdraw": {},
    f"{CASE}/integrity/propose": {"code": "automated", "region": "KZ-75", "upto": "99", "reason": REASON},
    f"{DECISION}/decide": {"decision": "refuse", "reason": REASON},
    f"{DECISION}/withdraw": {},
    f"{DECISION}/undo": {"reason": REASON},
    "/office/petitions/pressure/{report}": {"text": REASON},
    AGENCY: {"agency": "finance", "reason": REASON},
}
"""What moderators may post, with a form that would do it if the petition were somebody else's."""


def test_every_post_of_moderators_is_in_the_table() -> None:
    theirs = {action for action in Action if action.value.startswith("moderator:")}
    posts = {spec.path for spec in routes if "POST" in spec.methods and spec.action in theirs}
    assert {path for path in posts if not path.endswith("/preview")} == set(FORMS)  # a preview does nothing


class World:
    """A moderator's own petition, with all that colleagues have in hand about it."""

    def __init__(self, services: Services, petitions: Petitions, official: MakeOfficial) -> None:
        self.services = services
        self.creator, self.one, self.other = (official(Role.MODERATOR) for _ in range(3))
        self.own, self.rival = petitions.make(creator=self.creator.person_id), petitions.make()
        self.id = petitions.id(self.own)
        put_signatures(services, self.id, range(4), region="KZ-71")
        put_signatures(services, self.id, range(4, 8))
        one, which = self.one.session, Filter(region="KZ-71")
        self.carried = invalidate(services, one, self.other.session, self.own, which)
        for batch in range(2):
            carrying_out.run(services, {"invalidation": self.carried, "batch": batch})
        which = Filter(region="KZ-75")
        upto = dry_run(services, self.own, which).upto
        with services.database.uow() as tx:
            self.invalidation = invalidating.propose(
                services, tx, one, self.own, Code.AUTOMATED, which, upto=upto, reason=REASON, lang="kk"
            ).id
            proposal = ending.end(services, tx, one, self.own, Ending.HIDE, REASON)
            assert proposal is not None
            self.ending = proposal.id
            self.report = pressure.report(
                tx,
                services,
                lookup.found(tx.session, self.own),
                once="2" * 32,
                text="Бастық мәжбүрледі.",
                mail="",
                person=None,
                network="192.0.2.1",
                lang="kk",
            )
            tx.commit()

    def address(self, path: str) -> str:
        id_ = self.ending if path.startswith(PROPOSED) else self.invalidation
        id_ = self.carried if path.endswith("/undo") else id_
        return "/en" + path.format(reference=self.own, id=id_, report=self.report)

    def stands(self) -> Any:
        with self.services.database.read() as db:
            return (
                lookup.found(db, self.own).model_dump(),
                lookup.found(db, self.rival).model_dump(),
                [db.exec(select(model)).all() for model in (Decision, Happening, PressureReport, ProposalRow)],
            )

    def waits(self, somebody: SignedIn) -> list[Item]:
        with self.services.database.read() as db:
            return awaiting.items(self.services, db, somebody.session)


@pytest.fixture
def world(services: Services, petitions: Petitions, official: MakeOfficial) -> World:
    return World(services, petitions, official)


def test_its_creator_is_refused_everywhere(world: World) -> None:
    before, client = world.stands(), world.creator.client
    for path, form in FORMS.items():
        answer = client.post(world.address(path), data=form)
        assert answer.status_code == 403, path
    for address in (world.address(f"{PROPOSED}/decide"), world.address(f"{DECISION}/decide")):
        page = world.other.client.get(address.removesuffix("/decide")).text
        form = {"decision": "approve", "content_hash": fingerprint(page)}
        assert client.post(address, data=form).status_code == 403
        assert 'value="approve"' in page
        assert 'value="approve"' not in client.get(address.removesuffix("/decide")).text
    assert client.get(world.address("/office/petitions/pressure/{report}")).status_code == 403
    assert world.report not in client.get("/en/office/petitions/pressure").text.replace("‑", "-")
    assert str(world.stands()) == str(before)
    assert world.waits(world.creator) == []
    assert {item.route for item in world.waits(world.other)} == {
        "petitions.ending",
        "petitions.invalidation",
        "petitions.pressure_case",
    }


def test_nobody_merges_a_rival_into_their_own_nor_approves_that(world: World) -> None:
    address = f"/en/office/petitions/{world.rival}/merge"
    form = {"into": world.own, "reason": REASON}
    assert world.creator.client.post(address, data=form).status_code == 403
    answer = world.one.client.post(address, data=form)
    assert answer.status_code == 303
    proposed = answer.headers["location"]
    approval = {"decision": "approve", "content_hash": fingerprint(world.other.client.get(proposed).text)}
    assert world.creator.client.post(f"{proposed}/decide", data=approval).status_code == 403
    with world.services.database.read() as db:
        assert lookup.found(db, world.rival).state == State.OPEN
    assert world.other.client.post(f"{proposed}/decide", data=approval).status_code == 303
    with world.services.database.read() as db:
        assert lookup.found(db, world.rival).state == State.MERGED
