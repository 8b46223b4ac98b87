"""Whose IIN was corrected votes and signs once, though the register knows two of them."""

from __future__ import annotations

from datetime import date, timedelta
from unittest.mock import Mock

import pytest
from sqlmodel import select
from structlog.testing import capture_logs
from tests.registrar.people import UUID, Rolls
from tests.registrar.signing import REF, Petitions
from tests.registrar.test_petitions import refusal
from tests.voting.making import make_people
from typer.testing import CliRunner

from egov_participation.clock import ManualClock
from egov_participation.errors import DomainError
from egov_participation.registrar.interface import Act, Voter, Way
from egov_participation.registrar.service import LocalRegistrar, passkeys
from egov_participation.registrar.service.renumbering import Renumbered, renumber
from egov_participation.registry import cli, fake
from egov_participation.registry.iin import Iin, make
from egov_participation.registry.keys import IinKeys, SealError
from egov_participation.registry.models import KnownPerson, Resident
from egov_participation.registry.service import add_residents
from egov_participation.registry.service import renumber as renumber_row
from egov_participation.services import Services


def person_of(services: Services, iin: Iin) -> str | None:
    with services.database.read() as session:
        found = services.registry.find(session, iin)
    return None if found is None else found.person_id


def test_what_stood_under_the_old_number_counts_no_more(
    rolls: Rolls, services: Services, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    registrar, petitions = services.registrar, Petitions(services.registrar, services)
    assert isinstance(registrar, LocalRegistrar)
    (old, new, other, unknown), (first, second, third, _) = make_people(services, 4)
    with services.database.uow() as tx:
        tx.session.delete(tx.session.get_one(Resident, person_of(services, unknown)))
        tx.commit()
    lasts, rolls.lasts = rolls.lasts, timedelta(minutes=1)
    rolls.active([Voter(first), Voter(second)], uuid="3" * 14)
    clock.advance(minutes=1)  # that one is over
    rolls.lasts = lasts
    rolls.active([Voter(first), Voter(second), Voter(third)])
    rolls.active([Voter(first), Voter(third)], uuid="2" * 14)
    petitions.open()
    petitions.open("P-2026-0043")
    petitions.open("P-2026-0044")
    for person in (first, second, third):
        petitions.act(person)
    petitions.act(first, petition="P-2026-0043")
    petitions.act(first, petition="P-2026-0044")
    registrar.close_petition("P-2026-0044")
    rolls.mails().sent.clear()

    with monkeypatch.context() as dying:
        dying.setattr(passkeys, "forget_all", Mock(side_effect=OSError("disk")))
        with pytest.raises(OSError, match="disk"):
            renumber(registrar.means, old, new)  # the register is changed by then
    done = renumber(registrar.means, old, new)
    assert done == Renumbered(withdrawn=2, votes=[UUID, "2" * 14], twice=[UUID])
    assert renumber(registrar.means, old, new) == Renumbered(0, done.votes, done.twice)
    assert (person_of(services, old), person_of(services, new)) == (None, second)
    assert sorted(mail.to for mail in rolls.mails().sent) == ["n1@mail.example"] * 2  # to the person as they are now
    assert refusal(registrar.begin_petition, REF, first, Act.ATTEST, Way.CODE, lang="en") == "petition.no_resident"
    assert refusal(rolls.by_code, first, "2" * 14) == "credential.blocked"
    left = {}
    for petition in (REF, "P-2026-0043", "P-2026-0044"):
        registrar.close_petition(petition)
        said = [entry for batch in petitions.leaving(petition) for entry in batch.attestations]
        acts = {entry["pseudonym"]: entry["act"] for entry in said}  # the last of each counts
        left[petition] = sorted(acts.values())
    assert left == {REF: ["attest", "attest", "withdraw"], "P-2026-0043": ["withdraw"], "P-2026-0044": ["attest"]}
    registrar.credential(UUID, second, rolls.by_code(second))

    # Who is in the register under the old one alone stands there under the new one from then on.
    with capture_logs() as logged:
        assert renumber(registrar.means, other, unknown) == Renumbered(0, [UUID, "2" * 14], [])
    assert (person_of(services, other), person_of(services, unknown)) != (third, third)
    assert person_of(services, unknown) not in {None, third}
    assert not any(iin.digits in str(logged) for iin in (other, unknown))
    for wrong, code in (((old, old), "registrar.iin"), ((old, other), "registrar.iin")):
        with pytest.raises(DomainError) as refused:
            renumber(registrar.means, *wrong)
        assert refused.value.code == code


@pytest.mark.sqlite
def test_who_is_taken_out_is_nobody_and_comes_back_as_the_same_person(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, entries = services.settings, list(fake.residents(2))
    keys = IinKeys.open(settings.keys_dir, settings.registrar_keys_dir)
    for name in ("database_url", "keys_dir", "registrar_keys_dir"):
        monkeypatch.setenv(f"EGOV_{name.upper()}", str(getattr(settings, name)))

    def enter(*, mark_anew: bool = False) -> None:
        with services.database.uow() as tx:
            add_residents(tx, keys, entries, services.clock(), mark_anew=mark_anew)
            tx.commit()

    enter()
    before, digits = person_of(services, entries[0].iin), entries[0].iin.digits
    for expected in (0, 1):
        result = CliRunner().invoke(cli.app, ["remove"], input=f"{digits}\n")
        assert (result.exit_code, digits in result.output) == (expected, False)
    assert person_of(services, entries[0].iin) is None
    enter()
    assert person_of(services, entries[0].iin) == before
    with services.database.read() as session:
        assert session.exec(select(KnownPerson)).all() == []
    assert CliRunner().invoke(cli.app, ["check"]).exit_code == 0

    # Of those who were taken out before the key of the marks was lost, too.
    assert CliRunner().invoke(cli.app, ["remove"], input=f"{digits}\n").exit_code == 0
    (settings.registrar_keys_dir / "register-rows").unlink()
    keys = IinKeys.open(settings.keys_dir, settings.registrar_keys_dir)
    with pytest.raises(SealError):
        enter()
    enter(mark_anew=True)
    assert person_of(services, entries[0].iin) == before

    # A new number of another day of birth takes that over.
    later = make(date(1991, 2, 3), male=True, number=7)
    assert later is not None
    with services.database.uow() as tx:
        gone, now = renumber_row(tx, keys, entries[0].iin, later, services.clock())
        assert gone == before
        assert tx.session.get_one(Resident, now).birth_date == date(1991, 2, 3)
        tx.commit()
