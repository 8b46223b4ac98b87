"""The people of an uploaded list. They are kept as ids of the register, never as IINs, and only as long as the draft.

What is wrong in a list is said by its line: an IIN is repeated nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import delete, insert
from sqlmodel import Session, col, func, select

from egov_participation.commission.models import Draft, DraftVoter
from egov_participation.commission.rules import Part
from egov_participation.commission.service.changing import change
from egov_participation.database import UnitOfWork
from egov_participation.i18n import N_
from egov_participation.registrar.interface import Voter
from egov_participation.services import Services, SessionInfo
from egov_participation.voting.problems import Problems
from egov_participation.voting.roll_file import line_of, parse_roll
from egov_participation.voting.setup_file import SetupError

MAX_BYTES: Final = 900_000
"""Of a list: some 60,000 people with their weights. A request may be 1 MB."""
FILE: Final = "roll.file"
_BATCH: Final = 1000


def take_over(services: Services, acting: SessionInfo, draft_id: str, version: int, raw: bytes) -> int:
    """Put the people of a CSV file in the place of whom the draft's list named before; how many they are.

    Raises:
        SetupError: a problem for each line that is wrong; then nothing is changed.
        DomainError: as of `changing.change`; 503 ``registry.unavailable``.
    """
    problems = Problems()
    if len(raw) > MAX_BYTES:
        problems.add(
            FILE,
            N_("The file is larger than %(size)s kB. Larger rolls are made by a rule from the register of residents."),
            size=MAX_BYTES // 1000,
        )
        raise SetupError(problems.found)
    listed = parse_roll(raw, FILE, problems)
    if listed is None:
        raise SetupError(problems.found)
    with services.database.read() as session:
        known = services.registry.find_many(session, list(listed.weights))
    rows = []
    for (iin, weight), line in zip(listed.weights.items(), listed.lines, strict=True):
        if iin in known:
            rows.append({"draft_id": draft_id, "person_id": known[iin], "weight": weight, "line": line})
        else:
            problems.add(line_of(FILE, line), N_("Nobody with this IIN is in the register of residents."))
    if problems.found:
        raise SetupError(problems.found)
    with services.database.uow() as tx:
        change(
            services, tx, acting, draft_id, version, lambda document: document | {"roll": {"from": "file"}}, Part.VOTERS
        )
        forget(tx, draft_id)
        for start in range(0, len(rows), _BATCH):
            tx.session.execute(insert(DraftVoter), rows[start : start + _BATCH])
        tx.commit()
    return len(rows)


def forget(tx: UnitOfWork, draft_id: str) -> None:
    """Delete the list of a draft: it is replaced, discarded, or published (the registrar knows who may vote then)."""
    tx.session.execute(delete(DraftVoter).where(col(DraftVoter.draft_id) == draft_id))


def sizes(session: Session, draft: Draft) -> dict[int, int]:
    """How many people of the draft's list have each weight."""
    statement = (
        select(DraftVoter.weight, func.count()).where(DraftVoter.draft_id == draft.id).group_by(col(DraftVoter.weight))
    )
    return dict(session.exec(statement).all())


def listed(services: Services, session: Session, draft: Draft) -> list[Voter]:
    """The people of the draft's list, in the file's order."""
    statement = select(DraftVoter.person_id, DraftVoter.weight).where(DraftVoter.draft_id == draft.id)
    rows = session.exec(statement.order_by(col(DraftVoter.line))).all()
    regions: Mapping[str, str] = services.registry.regions(session, [person_id for person_id, _ in rows])
    return [Voter(person_id, weight, regions.get(person_id, "")) for person_id, weight in rows]


def lists_of(session: Session, person_id: str) -> Sequence[tuple[Draft, int]]:
    """The drafts on whose lists somebody stands, each with their weight."""
    statement = (
        select(Draft, DraftVoter.weight)
        .join(DraftVoter, col(DraftVoter.draft_id) == col(Draft.id))
        .where(DraftVoter.person_id == person_id)
        .order_by(col(Draft.created_at))
    )
    return list(session.exec(statement).all())
