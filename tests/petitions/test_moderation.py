"""Moderators check a petition against the law, in public: what they decide stands in the log, and who decided in the trail."""

from __future__ import annotations

from tests.officials import MakeCitizen, MakeOfficial
from tests.petitions.drafting import accept, hand_in

from egov_participation.actions import Role
from egov_participation.jobs import Worker


def test_an_accepted_petition_collects_supporters_under_kazakhstans_rules(
    citizen: MakeCitizen, official: MakeOfficial, worker: Worker
) -> None:
    creator, moderator = citizen(level=3), official(Role.MODERATOR)
    reference = hand_in(creator.client)
    assert reference in moderator.client.get("/en/office/petitions").text.replace("‑", "-")
    accept(moderator.client, reference)
    worker.run_due()
    page = creator.client.get(f"/en/me/petitions/{reference}").text
    assert "Find supporters" in page
    assert f"/en/petitions/{reference}/support/" in page
