"""The demonstration's drafts of regulations: one discussed to its report, one open, one in preparation."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from egov_participation import approvals
from egov_participation.actions import Capacity, Role
from egov_participation.approvals import Proposal
from egov_participation.clock import ManualClock
from egov_participation.consultations import keys
from egov_participation.consultations.models import GONE, Comment, Expression, Provision, Shown, Stance, Version
from egov_participation.consultations.rules.commenting import Place, Written, quoted
from egov_participation.consultations.rules.replying import Changed, Content
from egov_participation.consultations.service import (
    changes,
    clustering,
    comment_erasing,
    comment_lists,
    comment_own,
    comment_places,
    comment_supporting,
    commenting,
    covers,
    drafting,
    importing,
    lookup,
    papers,
    placing,
    preparing,
    publishing,
    redacting,
    replying,
    reporting,
    running,
)
from egov_participation.consultations.service import clock as closing
from egov_participation.consultations.service.changes import SAME
from egov_participation.consultations.service.drafting import Details
from egov_participation.database import UnitOfWork
from egov_participation.demo import consultation_comments as heard
from egov_participation.demo import consultation_texts as wanted
from egov_participation.demo import officials
from egov_participation.demo.consultation_notes import PHONES_NOTE
from egov_participation.demo.voters import Resident
from egov_participation.documents.docx_out import write_docx
from egov_participation.documents.plain import read_text
from egov_participation.documents.structure import Kind
from egov_participation.ledger import service as ledger
from egov_participation.services import Services, SessionInfo

COMMENTS: Final = 200
"""Of the draft that was discussed to its end."""
_AT_ONCE: Final = 20
"""Comments in one transaction."""
_Titles = Mapping[str, tuple[str, str]]


@dataclass
class Filling:
    """What drafts are made with."""

    services: Services
    clock: ManualClock
    agency: tuple[str, str]
    """Two officials of the ministry, by person id."""
    moderators: tuple[str, str]
    people: Sequence[Resident]
    """Who writes and supports; visitors are not among them."""
    chance: random.Random

    def draft(self, titles: _Titles, days: int) -> str:
        """A draft that one official begins; its key. Comments end so many days after."""
        details = Details(
            texts=titles,
            act_kind="order",
            stage="draft",
            territory="",
            closes_on=self.services.day(self.clock() + timedelta(days=days)),
        )
        with self.services.database.uow() as tx:
            row = drafting.create(self.services, tx, self.official(0), officials.AGENCY, details)
            tx.commit()
            return row.key

    def paste(self, key: str, number: int, texts: Mapping[str, str]) -> None:
        """The text of a version, in each language."""
        for lang, text in texts.items():
            with self.services.database.uow() as tx:
                importing.take_text(self.services, tx, self.official(0), key, number, lang, text)
                tx.commit()

    def explain(self, key: str, notes: Mapping[str, tuple[str, str]]) -> None:
        """Put the explanatory note with a draft, in each language."""
        for lang, (name, text) in notes.items():
            with self.services.database.uow() as tx:
                content = write_docx(read_text(text))
                papers.add(self.services, tx, self.official(0), key, ("note", lang, name), content)
                tx.commit()

    def publish(self, key: str, number: int) -> str:
        """One official proposes a version, the other approves; the draft's number."""
        with self.services.database.uow() as tx:
            proposal = publishing.propose(self.services, tx, self.official(0), key, number)
            tx.commit()
        self.approve(proposal)
        with self.services.database.read() as session:
            return lookup.of_key(session, key, [officials.AGENCY]).reference or ""

    def next_version(self, key: str, texts: Mapping[str, str]) -> None:
        """A second version: what is doubtful of what changed is confirmed, and the comments are placed on it."""
        with self.services.database.uow() as tx:
            preparing.begin(self.services, tx, self.official(0), key)
            tx.commit()
        self.paste(key, 2, texts)
        for lang in texts:
            with self.services.database.uow() as tx:
                expression = _expression(tx.session, key, 2, lang)
                doubts = {one.change.id or 0: SAME for one in changes.doubts(tx.session, expression)}
                if doubts:
                    changes.confirm(self.services, tx, self.official(0), key, 2, lang, doubts)
                tx.commit()
        self.publish(key, 2)
        with self.services.database.read() as session:
            version = _expression(session, key, 2, "ru").version_id
        placing.place(self.services, version)

    def approve(self, proposal: Proposal) -> None:
        """The other official approves what was proposed."""
        self.clock.advance(minutes=50)
        with self.services.database.uow() as tx:
            approvals.approve(self.services, tx, self.official(1), proposal.id, proposal.content_hash)
            tx.commit()

    def comment(self, tx: UnitOfWork, reference: str, one: heard.Comment, who: Resident, *, named: bool) -> int:
        """Somebody comments on the first version; the comment's number."""
        about = point(tx.session, reference, 1, one.lang, one.point) if one.point else None
        quote = quoted(comment_places.words_of(about), one.quote) if about is not None and one.quote else None
        place = Place(version=1, lang=one.lang if about else "", eid="" if about is None else about.eid, quote=quote)
        written = Written(
            lang=one.lang,
            text=one.text,
            stance=one.stance,
            capacity=one.capacity,
            organisation=one.organisation,
            show_name=named,
            amendment=one.amendment,
            proposed=one.proposed,
        )
        return commenting.send(self.services, tx, self.citizen(who), reference, place, written).number

    def reply(self, reference: str, numbers: Sequence[int], reply: heard.Reply, *, instead: int | None = None) -> None:
        """One official replies to comments, the other approves."""
        with self.services.database.uow() as tx:
            changed = None
            if reply.changed:
                found = point(tx.session, reference, 1 if reply.deleted else 2, "ru", reply.changed)
                changed = Changed(2, "ru", found.eid, deleted=reply.deleted)
            content = Content(
                consultation=reference,
                agency=officials.AGENCY,
                comments=tuple(numbers),
                verdict=reply.verdict,
                lang="ru",
                reason=reply.reason,
                changed=changed,
                supersedes=instead,
            )
            proposal = replying.propose(self.services, tx, self.official(0), content)
            tx.commit()
        self.approve(proposal)

    def official(self, number: int) -> SessionInfo:
        """One of the two of the ministry."""
        now = self.clock()
        return SessionInfo(
            person_id=self.agency[number],
            token_hash="",
            created_at=now,
            signed_in_at=now,
            assurance=2,
            capacity=Capacity.OFFICIAL,
            roles=frozenset({Role.MINISTRY}),
            agencies=frozenset({officials.AGENCY}),
        )

    def moderator(self, number: int) -> SessionInfo:
        """One of the two."""
        return officials.acting(self.moderators[number], Role.MODERATOR, self.clock())

    def citizen(self, resident: Resident) -> SessionInfo:
        """A citizen, as they would be signed in."""
        now = self.clock()
        return SessionInfo(person_id=resident.person_id, token_hash="", created_at=now, signed_in_at=now, assurance=1)


def discuss_to_the_end(make: Filling, now: datetime) -> None:
    """A draft that was published, discussed, changed, answered and reported on, nearly a year ago."""
    day = timedelta(days=1)
    make.clock.set(now - 372 * day)
    phones = make.draft(wanted.PHONES, 20)
    make.paste(phones, 1, wanted.PHONES_FIRST)
    make.explain(phones, PHONES_NOTE)
    reference = make.publish(phones, 1)
    _discuss(make, reference, now - 371 * day)
    ledger.publish(make.services)
    make.clock.set(now - 351 * day)
    closing.close_due(make.services)
    clustering.find(make.services, reference)
    make.next_version(phones, wanted.PHONES_SECOND)
    _answer(make, reference)
    make.clock.set(now - 343 * day)
    comment_erasing.due(make.services)
    covers.settle(make.services)
    _report(make, reference)
    ledger.publish(make.services)
    make.clock.set(now - 330 * day)
    _give_up(make)
    ledger.publish(make.services)


def _give_up(make: Filling) -> None:
    """A draft that the ministry withdraws after a few days."""
    uniform = make.draft(wanted.UNIFORM, 25)
    make.paste(uniform, 1, wanted.UNIFORM_FIRST)
    reference = make.publish(uniform, 1)
    people = make.chance.sample(list(make.people), len(heard.ABOUT_UNIFORM))
    for one, who in zip(heard.ABOUT_UNIFORM, people, strict=True):
        make.clock.advance(days=3)
        with make.services.database.uow() as tx:
            make.comment(tx, reference, one, who, named=False)
            tx.commit()
    with make.services.database.uow() as tx:
        why = wanted.UNIFORM_WITHDRAWN
        proposal = running.propose_withdrawal(make.services, tx, make.official(0), uniform, why)
        tx.commit()
    make.approve(proposal)


def leave_drafts(make: Filling, now: datetime) -> None:
    """The drafts at the moment that the demonstration starts: one is open, and for longer than was said at first, one
    is in preparation."""
    day = timedelta(days=1)
    make.clock.set(now - 6 * day)
    breakfast = make.draft(wanted.BREAKFAST, 24)
    make.paste(breakfast, 1, wanted.BREAKFAST_FIRST)
    still_open = make.publish(breakfast, 1)
    _begin_discussing(make, still_open)
    make.clock.set(now - day)
    with make.services.database.uow() as tx:
        later = make.services.day(make.clock() + 33 * day)
        proposal = running.propose_extension(
            make.services, tx, make.official(0), breakfast, later, wanted.BREAKFAST_EXTENDED
        )
        tx.commit()
    make.approve(proposal)
    make.paste(make.draft(wanted.PREPARED, 30), 1, {"ru": wanted.BREAKFAST_FIRST["ru"]})
    ledger.publish(make.services)


def _discuss(make: Filling, reference: str, begun: datetime) -> None:
    """Two hundred comments in three weeks, some supported, some added to, some covered or destroyed."""
    said = [*heard.SINGLE, *heard.AMENDMENTS, *heard.RUDE]
    said += [_of_a_campaign(make.chance) for _ in range(COMMENTS - len(said))]
    make.chance.shuffle(said)
    people = make.chance.sample(list(make.people), len(said))
    numbers: dict[heard.Comment, int] = {}
    for start in range(0, len(said), _AT_ONCE):
        with make.services.database.uow() as tx:
            for part in range(start, min(start + _AT_ONCE, len(said))):
                make.clock.set(begun + timedelta(days=19) * (part / len(said)))
                named = make.chance.random() < 0.4
                numbers[said[part]] = make.comment(tx, reference, said[part], people[part], named=named)
                if part % 3 == 0 and part > 3:
                    _support(make, tx, reference, make.chance.choice(list(numbers.values())), people)
            tx.commit()
    rude = [numbers[one] for one in heard.RUDE]
    authors = dict(zip(said, people, strict=True))
    with make.services.database.uow() as tx:
        first = heard.SINGLE[0]
        more = "Ещё: на перемене в школе нет других телефонов."
        comment_own.add(make.services, tx, make.citizen(authors[first]), reference, numbers[first], more)
        gone = heard.SINGLE[17]
        comment_erasing.ask(make.services, tx, make.citizen(authors[gone]), reference, numbers[gone])
        covered = (
            ("personal-data", heard.COVERED, ""),
            ("advertising", "Это реклама.", ""),
            ("offensive", "Бұл – қорлау.", "ақымақ"),
        )
        for number, (ground, reason, words) in zip(rude, covered, strict=True):
            redacting.cover(
                make.services, tx, make.moderator(0), reference, number, ground=ground, reason=reason, words=words
            )
        offended = heard.RUDE[2]
        why = "Мен ешкімнің атын атаған жоқпын."
        redacting.appeal(make.services, tx, make.citizen(authors[offended]), reference, numbers[offended], why)
        redacting.decide(
            make.services,
            tx,
            make.moderator(1),
            reference,
            numbers[offended],
            grant=False,
            reason="Сөз жоба авторларына қаратылған.",
        )
        redacting.erase(make.services, tx, make.moderator(1), reference, rude[0], heard.COVERED)
        tx.commit()


def _of_a_campaign(chance: random.Random) -> heard.Comment:
    number = chance.choices(list(heard.CAMPAIGN), (5, 3, 4))[0]
    lang, text = heard.CAMPAIGN[number]
    filled = text.format(hello=chance.choice(heard.HELLO[lang]), bye=chance.choice(heard.BYE[lang]))
    return heard.Comment(number, lang, filled, stance=Stance.CHANGE)


def _support(make: Filling, tx: UnitOfWork, reference: str, number: int, people: Sequence[Resident]) -> None:
    owner = comment_lists.of_number(tx.session, lookup.found(tx.session, reference), number).person_hash
    for who in make.chance.sample(list(people), 2):
        if owner != keys.person_hash(make.services.settings.keys_dir, who.person_id):
            comment_supporting.support(make.services, tx, make.citizen(who), reference, number)


def _answer(make: Filling, reference: str) -> None:
    """Every comment gets its reply: those that say nearly the same one together."""
    with make.services.database.read() as session:
        consultation = lookup.found(session, reference)
        rows = session.exec(
            select(Comment.number, Comment.cluster, Comment.shown, Provision.number)
            .join(Provision, col(Comment.provision_id) == col(Provision.id), isouter=True)
            .where(Comment.consultation_id == consultation.id)
        ).all()
    groups: dict[tuple[str, int], list[int]] = {}
    for number, cluster, shown, about in rows:
        if shown not in GONE:
            key = heard.COVERED if shown == Shown.REDACTED else about or ""
            groups.setdefault((key, cluster or number), []).append(number)
    for (key, _), numbers in sorted(groups.items()):
        make.clock.advance(minutes=9)
        make.reply(reference, numbers, heard.REPLIES[key])
    # One reply was not right, and another takes its place.
    with make.services.database.read() as session:
        again = replying.of_number(session, lookup.found(session, reference), 1)
        numbers = list(replying.replied_to(session, again))
    make.reply(reference, numbers, heard.REPLIES[""], instead=1)


def _report(make: Filling, reference: str) -> None:
    with make.services.database.uow() as tx:
        proposal = reporting.propose(make.services, tx, make.official(0), reference)
        tx.commit()
    make.approve(proposal)


def _begin_discussing(make: Filling, reference: str) -> None:
    """What a draft has that is open still: a few comments, one of them with its reply."""
    people = make.chance.sample(list(make.people), len(heard.ABOUT_BREAKFAST))
    numbers = []
    for one, who in zip(heard.ABOUT_BREAKFAST, people, strict=True):
        make.clock.advance(hours=7)
        with make.services.database.uow() as tx:
            numbers.append(make.comment(tx, reference, one, who, named=True))
            tx.commit()
    make.reply(reference, numbers[:1], heard.ON_BREAKFAST)


def _expression(session: Session, key: str, number: int, lang: str) -> Expression:
    consultation = lookup.of_key(session, key, [officials.AGENCY])
    return session.exec(
        select(Expression)
        .join(Version, col(Version.id) == col(Expression.version_id))
        .where(Version.consultation_id == consultation.id, Version.number == number, Expression.lang == lang)
    ).one()


def point(session: Session, reference: str, version: int, lang: str, number: str) -> Provision:
    """A point of a published text by its number, or a subpoint: ``2)``."""
    consultation = lookup.found(session, reference)
    kind = Kind.SUBPOINT if number.endswith(")") else Kind.POINT
    return session.exec(
        select(Provision)
        .join(Expression, col(Expression.id) == col(Provision.expression_id))
        .join(Version, col(Version.id) == col(Expression.version_id))
        .where(
            Version.consultation_id == consultation.id,
            Version.number == version,
            Expression.lang == lang,
            Provision.kind == kind.value,
            Provision.number == number.rstrip(")"),
        )
    ).one()
