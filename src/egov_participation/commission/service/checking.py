"""What a draft lacks, whom it lets vote, and what its commission is warned of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from egov_crypto import wire
from egov_crypto.threshold.parameters import Parameters
from egov_crypto.trustee import TrusteeKey
from egov_participation.commission import documents, rehearsing, rules
from egov_participation.commission.models import Draft, DraftTrustee
from egov_participation.commission.service import ceremonies, rolls
from egov_participation.commission.service.changing import document_of
from egov_participation.commission.service.lookup import trustees_of
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.registrar.interface import Voter
from egov_participation.services import Services
from egov_participation.voting import service as voting
from egov_participation.voting.kinds import QuestionKind
from egov_participation.voting.problems import Problem
from egov_participation.voting.service import BINDING_TRUSTEES, VoteKind
from egov_participation.voting.setup_file import KeptRoll, RegistryRoll, SetupError, VoteSetup, read_document
from egov_participation.voting.texts import LANGUAGES

_NOBODY = N_("Nobody in the register of residents fits: the roll is empty.")


@dataclass(frozen=True, slots=True)
class Electorate:
    """How many people a draft lets vote, as far as that is known now."""

    sizes: Mapping[int, int] = field(default_factory=dict)
    """How many people have each weight."""
    unknown: str = ""
    """Why it is not known: a msgid."""

    @property
    def people(self) -> int:
        """All of them."""
        return sum(self.sizes.values())

    @property
    def weight(self) -> int:
        """All their votes."""
        return sum(weight * size for weight, size in self.sizes.items())


@dataclass(frozen=True, slots=True)
class Check:
    """What is to be said of a draft."""

    setup: VoteSetup | None
    """If nothing is missing or wrong."""
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    electorate: Electorate


def setup_of(
    services: Services,  # noqa: ARG001 - like its neighbours
    session: Session,
    draft: Draft,
    now: datetime,
) -> VoteSetup:
    """What a draft would set up, with its trustees.

    Whether anybody may vote by its rule, only `voters_of` finds out: this asks no register, and so may be called within
    a unit of work.

    Raises:
        SetupError: with everything that is missing or wrong.
    """
    problems: list[Problem] = []
    setup = _read(session, draft, now, problems)
    if setup is None or problems:
        raise SetupError(problems)
    return setup


def keys_in_rehearsal(session: Session, draft: Draft) -> int:
    """How many mock trustees a rehearsal of a draft has: as many as the draft names, or at least as it must."""
    least = BINDING_TRUSTEES if document_of(draft)["kind"] == VoteKind.BINDING else 1
    return max(least, len(trustees_of(session, draft.id)))


def rehearsed(
    session: Session,
    draft: Draft,
    opens_at: datetime,
    closes_at: datetime,
    keys: Sequence[TrusteeKey],
    voters: int,
    together: Parameters | None = None,
) -> VoteSetup:
    """What a rehearsal of the draft sets up: its texts and questions, with times, keys and a roll of the rehearsal's.

    Args:
        keys: of the mock trustees (`keys_in_rehearsal`), in the order of owners.
        together: what is published of the last of them, if fewer than all of these are needed.

    Raises:
        SetupError: with everything else that is missing or wrong.
    """
    names = [{"kk": row.name_kk, "ru": row.name_ru, "en": row.name_en} for row in trustees_of(session, draft.id)]
    names += [_mock_name(place) for place in range(len(names) + 1, len(keys) + 1)]
    trustees: list[dict[str, Any]] = [{"name": name} for name in names]
    alone = len(keys) - (0 if together is None else len(together.keys))
    for one, key in zip(trustees[:alone], keys, strict=False):
        one |= {"public_key": wire.dump(key.to_json()).decode(), "always": True}
    changed = {
        "opens_at": opens_at.isoformat(),
        "closes_at": closes_at.isoformat(),
        "roll": {"from": "file"},
        "trustees": trustees,
        "needed": None if together is None else together.threshold,
        "threshold": None if together is None else wire.dump(together.to_json()).decode(),
    }
    weighted = any(weight != 1 for weight in rolls.sizes(session, draft))
    setup = read_document(document_of(draft) | changed, opens_at, KeptRoll(voters, weighted))
    return replace(setup, title=rehearsing.marked(setup.title))


def _mock_name(place: int) -> dict[str, str]:
    named = N_("Trustee %(number)s")
    return {language: translate(language, named, number=place) for language in LANGUAGES}


def territories_of(draft: Draft) -> Sequence[str]:
    """Where the draft's voters live, by its rule; empty: everywhere, or a list says."""
    rule = _rule(document_of(draft))
    return () if rule is None else rule.territories


def voters_of(services: Services, session: Session, draft: Draft) -> list[Voter]:
    """Whom a draft lets vote, each with weight and region.

    Raises:
        SetupError: nobody.
        DomainError: 503 ``registry.unavailable``.
    """
    rule = _rule(document_of(draft))
    if rule is None:
        found = rolls.listed(services, session, draft)
    else:
        opens_at = _moment(document_of(draft)["opens_at"])
        found = voting.registered(services, session, rule, opens_at or services.clock())
    if not found:
        raise SetupError([Problem("roll", _NOBODY, {})])
    return found


def check(services: Services, session: Session, draft: Draft, now: datetime) -> Check:
    """Everything at once: the electorate is counted once."""
    document, trustees = document_of(draft), trustees_of(session, draft.id)
    electorate = electorate_of(services, session, draft)
    zone = ZoneInfo(services.settings.timezone)
    opens_at, closes_at = (_moment(document[key]) for key in ("opens_at", "closes_at"))
    problems: list[Problem] = []
    setup = _read(session, draft, now, problems)
    if _rule(document) is not None and not electorate.people:
        problems.append(Problem("roll", electorate.unknown or _NOBODY, {}))
    plan = rules.Plan(
        now.astimezone(zone),
        opens_at.astimezone(zone) if opens_at else None,
        closes_at.astimezone(zone) if closes_at else None,
        electorate.sizes,
        [_asked(question) for question in document["questions"]],
        len(trustees),
        sum(trustee.offline for trustee in trustees),
        _needed(document, trustees),
    )
    return Check(None if problems else setup, tuple(problems), tuple(rules.warnings(plan)), electorate)


def _needed(document: documents.Document, trustees: Sequence[DraftTrustee]) -> int | None:
    """How many trustees decrypting takes: those who are needed always, and so many of the others; None: all of them."""
    needed = document.get("needed")
    return None if needed is None else needed + sum(trustee.always for trustee in trustees)


def _asked(question: documents.Question) -> rules.Asked:
    kind = documents.kind_of(question)
    if kind is QuestionKind.LISTS:
        return rules.Asked(len(question["lists"]), 1, blank=False)
    least = question["min"] if kind is QuestionKind.CHOICE else 0
    grades = len(question["grades"]) if kind is QuestionKind.GRADING else 0
    return rules.Asked(len(question["answers"]), least, question["blank"], kind.shuffled, grades)


def _read(session: Session, draft: Draft, now: datetime, problems: list[Problem]) -> VoteSetup | None:
    """The draft's setup if it holds; what does not is added to `problems`."""
    document, trustees = document_of(draft), trustees_of(session, draft.id)
    ceremony = ceremonies.of_draft(session, draft, trustees)
    setup = None
    try:
        with_keys = document | ceremonies.keys_of(trustees, ceremony)
        setup = read_document(with_keys, now, _kept(rolls.sizes(session, draft)))
    except SetupError as error:
        problems += error.problems
    offline = sum(trustee.offline for trustee in trustees)
    problems += rules.own_problems(document["kind"], _moment(document["opens_at"]), now, len(trustees), offline)
    problems += _of_keys(session, trustees, together=ceremony is not None)
    return setup


def _of_keys(session: Session, trustees: Sequence[DraftTrustee], *, together: bool) -> Iterator[Problem]:
    """What stands against the keys that were handed in."""
    for place, trustee in enumerate(trustees, 1):
        if trustee.key_point is None:
            continue
        if trustee.reopened_at is None:
            sentence = N_("This trustee has not opened the key file once more with its passphrase.")
            if together and not trustee.always:
                sentence = N_("This trustee has not confirmed the fingerprint of the key that all made together.")
            yield Problem(f"trustees[{place}]", sentence, {})
        if voting.key_is_used(session, trustee.key_point):
            sentence = N_("This trustee’s key belongs to an earlier vote. A new one is needed.")
            yield Problem(f"trustees[{place}]", sentence, {})


def _kept(sizes: Mapping[int, int]) -> KeptRoll | None:
    """The list that was uploaded; None while there is none."""
    return KeptRoll(sum(sizes.values()), any(weight != 1 for weight in sizes)) if sizes else None


def electorate_of(services: Services, session: Session, draft: Draft) -> Electorate:
    """How many people the draft lets vote at this moment."""
    document = document_of(draft)
    if document["roll"] is None:
        return Electorate()
    rule = _rule(document)
    if rule is None:
        return Electorate(rolls.sizes(session, draft))
    try:
        people = voting.count_registered(services, session, rule, _moment(document["opens_at"]) or services.clock())
    except DomainError as refusal:
        return Electorate(unknown=refusal.message)
    return Electorate({1: people} if people else {})


def _rule(document: dict[str, Any]) -> RegistryRoll | None:
    """The rule by which people of the register may vote; None if a list says who may."""
    roll = document["roll"]
    if roll is None or roll["from"] != "registry":
        return None
    day = date.fromisoformat(roll["age_on"]) if "age_on" in roll else None
    return RegistryRoll(roll["min_age"], tuple(roll["territories"]), day)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
