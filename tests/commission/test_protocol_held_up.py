"""What others may do while a protocol waits for its second member."""

from __future__ import annotations

from tests.commission.frozen import Course
from tests.commission.proposing import decrypt_all, propose_protocol
from tests.officials import MakeOfficial, SignedIn

from egov_participation.actions import Role
from egov_participation.incidents import service as incidents
from egov_participation.voting import service as voting
from egov_participation.voting.service import protocol as protocols


def test_nobody_keeps_a_protocol_from_being_signed_by_reporting_incidents(
    course: Course, second: SignedIn, official: MakeOfficial
) -> None:
    uuid = course.with_keys().published(second)
    decrypt_all(course, uuid)
    proposal = propose_protocol(course, uuid)
    with course.services.database.uow() as tx:
        incidents.report(
            tx, course.services, once="a" * 32, vote_uuid=uuid, kind=incidents.Kind.OTHER, text="Nothing, in fact.",
            mail="", person=None, network="n", lang="kk",
        )  # fmt: skip
        tx.commit()

    member, address = official(Role.COMMISSION), f"/en/office/votes/proposals/{proposal.id}"
    page = member.client.get(address).text
    assert "exactly as it would be signed" in page
    assert "cannot be approved any more" not in page
    assert "Incidents reported since it was proposed" in page
    course.approve(second, proposal)
    assert "exactly as it was signed" in member.client.get(address).text

    with course.services.database.read() as db:
        signed = protocols.verify(course.services, voting.check_correction(db, uuid))
    assert signed.content["incidents"] == {"reported": 0, "answered": 0}
