"""What stands on the site while its pages are looked at, and who looks."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property

from sqlmodel import select
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.commission.frozen import WHY, frozen_draft
from tests.conftest import ClientFactory
from tests.look.commission_world import CommissionWorld
from tests.look.consultation_world import ConsultationWorld
from tests.look.petition_world import PetitionWorld
from tests.look.reply_world import ReplyWorld
from tests.look.written_world import WrittenWorld
from tests.notices.specimens import NEWS
from tests.officials import MakeCitizen, MakeOfficial, SignedIn
from tests.voting.elections import held
from tests.voting.making import NO, YES, make_vote, tallied
from tests.voting.protocols import correct, sign

from egov_crypto import ballot
from egov_participation.actions import RULES, Action, Capacity, Role
from egov_participation.commission import documents
from egov_participation.commission.models import Rehearsal
from egov_participation.commission.service import deciding, drafts, rehearsal_jobs, rehearsals
from egov_participation.contact import service as contact
from egov_participation.contact.rules import Topic
from egov_participation.desk import service as desk
from egov_participation.desk.rules import Document
from egov_participation.identity.models import AddressChange, Passkey
from egov_participation.identity.rules import Method
from egov_participation.identity.service import Purpose, create_handoff, sessions
from egov_participation.identity.service.tokens import hash_token, new_token
from egov_participation.incidents import service as incidents
from egov_participation.incidents.rules import Kind
from egov_participation.jobs import Job
from egov_participation.ledger import service as ledger
from egov_participation.notices.tokens import unsubscribe_token
from egov_participation.roles import service as roles
from egov_participation.roles.models import Grant
from egov_participation.services import Services, SessionInfo, Site
from egov_participation.voting import service as voting
from egov_participation.voting.kinds import QuestionKind
from egov_participation.web.routing import RouteSpec

Params = dict[str, str | int]


class World(CommissionWorld):
    """The site with everything on it, each part made when it is first asked for.

    `hold_votes` comes before anybody signs in: their clock runs on.
    """

    def __init__(
        self,
        services: Services,
        app: Starlette,
        new_client: ClientFactory,
        official: MakeOfficial,
        citizen: MakeCitizen,
    ) -> None:
        super().__init__(services, app, new_client, official)
        self._citizen = citizen

    def hold_votes(self) -> None:
        """A vote with a signed protocol and an erratum, one that ranks, grades and chooses of lists, and one that is
        open."""
        counted = make_vote(self.services)
        self.raw = [counted.ballot(0, YES), counted.ballot(1, NO), counted.ballot(1, YES)]
        for voter, cast in zip((0, 1, 1), self.raw, strict=True):
            voting.cast(self.services, counted.uuid, counted.people[voter], cast)
        tallied(self.services, counted)
        sign(self.services, counted.uuid)
        correct(self.services, counted.uuid)
        self.counted = counted.uuid
        self.elected = held(self.services, trustees=1).uuid
        self._voter = make_vote(self.services, voters=2)
        self.open = self._voter.uuid
        ledger.publish(self.services)

    @property
    def tracker(self) -> str:
        """A ballot on the board of the counted vote, as an address holds it."""
        return ballot.tracker(self.raw[0]).replace("/", "_").replace("+", "-")

    @cached_property
    def anybody(self) -> TestClient:
        """Nobody is signed in."""
        return self._new_client(self._app)

    @cached_property
    def citizen(self) -> SignedIn:
        """Somebody of the highest level, who may also enter the office."""
        return self._citizen(Role.ADMINISTRATOR, level=3)

    @cached_property
    def official(self) -> SignedIn:
        """One person in every role there is."""
        return self._official(*(role for role in Role if role is not Role.CITIZEN))

    @cached_property
    def voter(self) -> TestClient:
        """Somebody on the roll of the open vote, at the main site."""
        return self._sign_in()[0]

    def booth(self, purpose: Purpose) -> TestClient:
        """The same person at the booth, handed over for voting or for the voting code."""
        session = self._sign_in()[1]
        with self.services.database.uow() as tx:
            token = create_handoff(tx, session, self.open, purpose, lang="kk", now=self.services.clock())
            tx.commit()
        client = self._new_client(self._app, booth=True)
        answer = client.post(
            "/handoff",
            data={"token": token},
            headers={"Origin": self.services.settings.base_url, "Sec-Fetch-Site": "cross-site"},
        )
        assert answer.status_code == 303, answer.text
        return client

    @cached_property
    def written(self) -> WrittenWorld:
        """Petitions on their way to the public."""
        return WrittenWorld(self.services, self._official, self._citizen, self.citizen)

    @cached_property
    def petitions(self) -> PetitionWorld:
        """Petitions in several states."""
        return PetitionWorld(self.services, self._official, self.citizen.person_id)

    @cached_property
    def consultations(self) -> ConsultationWorld:
        """Consultations on draft regulations."""
        return ConsultationWorld(self.services, self._official, self._citizen, self.citizen)

    @cached_property
    def replies(self) -> ReplyWorld:
        """What agencies replied and reported."""
        return ReplyWorld(self.services, self._official, self._citizen)

    @cached_property
    def message(self) -> str:
        """A message to the contact centre: its number."""
        with self.services.database.uow() as tx:
            reference = contact.send(
                tx,
                self.services,
                once="0" * 32,
                topic=Topic.VOTING,
                text="Where is the polling station?\nI cannot walk far.",
                mail="alua@mail.example",
                person=None,
                network="192.0.2.1",
                lang="kk",
            )
            tx.commit()
        return reference

    @cached_property
    def incident(self) -> str:
        """A report about the open vote: its number."""
        with self.services.database.uow() as tx:
            reference = incidents.report(
                tx,
                self.services,
                once="1" * 32,
                vote_uuid=self.open,
                kind=Kind.ACCESS,
                text="The door was shut before the hour.\nThree people stood there.",
                mail="alua@mail.example",
                person=None,
                network="192.0.2.1",
                lang="kk",
            )
            tx.commit()
        return reference

    @cached_property
    def enrolment(self) -> str:
        """Somebody at the desk whose document is being compared."""
        return self._begun_enrolment()

    def _begun_enrolment(self) -> str:
        found = desk.begin(self.services, self.official.session, self.citizen.entry.iin)
        assert found is not None
        return found

    def _compared_enrolment(self) -> str:
        found, now = self._begun_enrolment(), self.services.clock()
        with self.services.database.uow() as tx:
            desk.compare(tx, self.official.session, found, Document.IDENTITY_CARD, matches=True, now=now)
            tx.commit()
        return found

    @cached_property
    def claimed_enrolment(self) -> str:
        """An enrolment that goes on in the person's own session, by the code that the desk gave them."""
        found = self._compared_enrolment()
        code = desk.give_code(self.services, self.official.session, found)
        assert desk.claim(self.services, self.citizen.session, code) == found
        return found

    @cached_property
    def coded_enrolment(self) -> str:
        """An enrolment whose code the operator's browser shows."""
        found = self._compared_enrolment()
        assert self.official.client.post(f"/en/office/desk/{found}/code").status_code == 303
        return found

    @cached_property
    def passkey(self) -> str:
        """The citizen's passkey."""
        person_id = self.citizen.person_id
        with self.services.database.uow() as tx:
            tx.add(
                Passkey(
                    public_id="a-passkey",
                    person_id=person_id,
                    credential_id=b"1" * 16,
                    public_key=b"2",
                    sign_count=0,
                    level=3,
                    name="Ұялы телефон",
                    synced=True,
                    created_at=self.services.clock(),
                )
            )
            tx.commit()
        return "a-passkey"

    @cached_property
    def address_tokens(self) -> tuple[str, str]:
        """What stands in the mails about a change of address: to confirm it, and to keep the old one."""
        tokens, now = (new_token(), new_token()), self.services.clock()
        person_id = self.citizen.person_id
        with self.services.database.uow() as tx:
            tx.add(
                AddressChange(
                    person_id=person_id,
                    mail="new@mail.example",
                    confirm_hash=hash_token(tokens[0]),
                    cancel_hash=hash_token(tokens[1]),
                    asked_at=now,
                    due_at=now + timedelta(days=3),
                    level=1,
                )
            )
            tx.commit()
        return tokens

    @cached_property
    def unsubscribe_token(self) -> str:
        """What stands in a mail that can be switched off."""
        return unsubscribe_token(self.services.settings.keys_dir, self.citizen.person_id, NEWS.name)

    @cached_property
    def proposal(self) -> str:
        """A role that is proposed, by somebody else than who looks at it."""
        other, person_id = self._official(Role.ADMINISTRATOR), self.citizen.person_id
        with self.services.database.uow() as tx:
            made = roles.propose_grant(
                self.services,
                tx,
                other.session,
                person_id,
                Role.AUDITOR,
                agency="",
                last_day=None,
                reason="Комиссияның шешімі",
            )
            tx.commit()
        return made.id

    @cached_property
    def grant(self) -> int:
        """A role that somebody else holds."""
        person_id = self.citizen.person_id
        with self.services.database.uow() as tx:
            roles.grant(tx, person_id, Role.MODERATOR, self.services.clock(), agency="")
            tx.commit()
        with self.services.database.read() as db:
            found = db.exec(select(Grant).where(Grant.person_id == person_id)).all()
        return max(row.id or 0 for row in found)

    @cached_property
    def draft(self) -> str:
        """A draft of a vote, half written, with questions and warnings."""
        answers = [{"kk": "Иә", "ru": "Да", "en": "Yes"}, {"kk": "Жоқ", "ru": "Нет", "en": "No"}]
        text = {"kk": "Саябақты кеңейтеміз бе?", "ru": "Расширить парк?", "en": "Shall the park grow?"}
        document = documents.blank() | {
            "title": text,
            "opens_at": "2024-10-08T05:00:00+05:00",
            "closes_at": "2024-10-12T23:00:00+05:00",
            "roll": {"from": "registry", "min_age": 18, "territories": ["KZ-71"]},
            "questions": [
                {"text": text, "answers": answers, "min": 0, "max": 2, "blank": True},
                documents.new_question(QuestionKind.GRADING) | {"text": text, "answers": answers},
                documents.new_question(QuestionKind.LISTS),
                documents.new_question(QuestionKind.RANKING) | documents.counted("stv", blank=True),
            ],
        }
        with self.services.database.uow() as tx:
            made = drafts.make(self.services, tx, self.official.session, document)
            tx.commit()
        return made.id

    @cached_property
    def rehearsal(self) -> Rehearsal:
        """A rehearsal that is counted."""
        here, begun = self.services, self._rehearse()
        rehearsal_jobs.cast(here, {"rehearsal": begun.id, "turn": 0})
        with here.database.uow() as tx:
            rehearsals.close(here, tx, self.official.session, begun.id)
            tx.commit()
        here.clock.advance(seconds=1)  # type: ignore[attr-defined]
        voting.close_due_votes(here)
        rehearsals.look_after(here)
        rehearsal_jobs.decrypt(here, {"rehearsal": begun.id})
        return begun

    @cached_property
    def rehearsing(self) -> Rehearsal:
        """A rehearsal whose generated voters have not voted yet."""
        return self._rehearse()

    def _rehearse(self) -> Rehearsal:
        here, other = self.services, self._official(Role.COMMISSION)
        draft_id = frozen_draft(here, other.session, state="preparing").id
        with here.database.uow() as tx:
            begun = rehearsals.start(here, tx, other.session, draft_id, voters=10, minutes=30)
            tx.commit()
        rehearsal_jobs.prepare(here, {"rehearsal": begun.id})
        with here.database.read() as db:
            return rehearsals.find(db, begun.id)

    @cached_property
    def extension(self) -> str:
        """A proposal to let the open vote close later."""
        other, closes_at = self._official(Role.COMMISSION), voting.vote(self.services, self.open).closes_at
        with self.services.database.uow() as tx:
            made = deciding.propose_extension(
                self.services, tx, other.session, self.open, closes_at + timedelta(hours=2), WHY
            )
            tx.commit()
        return made.id

    @cached_property
    def dead_job(self) -> int:
        """A job that was given up."""
        now = self.services.clock()
        with self.services.database.uow() as tx:
            job = Job(kind="notices.mail", key="1", payload={}, attempts=8, dead_at=now, last_error="SMTPException")
            tx.add(job)
            tx.flush()
            found = job.id
            tx.commit()
        assert found is not None
        return found

    def _sign_in(self) -> tuple[TestClient, SessionInfo]:
        client, now = self._new_client(self._app), self.services.clock()
        with self.services.database.uow() as tx:
            token = sessions.open_main(
                tx,
                self._voter.people[0],
                assurance=3,
                method=Method.PASSKEY,
                agent="Firefox, Linux",
                replaced=None,
                now=now,
            )
            tx.commit()
        client.cookies.set("session", token)
        found = self.services.load_session(self.services, Site.MAIN, token)
        assert found is not None
        return client, found

    def client(self, spec: RouteSpec) -> TestClient:
        """Whoever may do what the route is for."""
        if spec.name == "commission.trustee_ceremony":
            return self.key_maker
        if spec.name.startswith("commission.trustee_"):
            return self.trustee
        if spec.site is Site.BOOTH:
            return self.booth(Purpose.CREDENTIAL if spec.name == "voting.credential" else Purpose.BOOTH)
        if spec.action is Action.VOTE or spec.name in ("voting.enter", "voting.mine", "voting.mine_open"):
            return self.voter
        if spec.action in (Action.READ, Action.VISIT):
            return self.anybody
        if spec.action in RULES and Role.CITIZEN not in RULES[spec.action].roles:
            assert self.official.session.capacity is Capacity.OFFICIAL
            return self.official.client
        return self.citizen.client
