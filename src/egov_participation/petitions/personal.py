"""What petitions hold on a person (`egov_participation.personal`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session

from egov_participation.database import UnitOfWork
from egov_participation.i18n import N_
from egov_participation.personal import Fact, Section
from egov_participation.petitions.service import forgetting, holding
from egov_participation.petitions.service.holding import Holdings
from egov_participation.services import Services

_WAYS: Final = {"electronic": N_("Here, by yourself"), "paper": N_("On paper")}
_STATES: Final = {
    "valid": N_("Counts"),
    "withdrawn": N_("Withdrawn"),
    "invalidated": N_("Does not count: it was found invalid"),
}


def held(services: Services, session: Session, person_id: str) -> Sequence[Section]:
    """See `personal.Part.held`."""
    found = holding.held(services, session, person_id)
    return [
        _written(found),
        _signed(found),
        _supported(found),
        _subscribed(found),
        _reported(found),
    ]


def _written(found: Holdings) -> Section:
    return Section(
        name="petitions",
        title=N_("Petitions that you wrote"),
        about=N_("Your petitions and drafts."),
        kept=N_(
            "A draft that is not handed in, for a year; that a petition is yours, and your name on it, until some "
            "months after it has ended, as its rules say. An erasure deletes drafts, and your name. What a "
            "petition says is public and stays."
        ),
        records=[
            [
                *_petition(one.about),
                Fact("state", N_("State"), one.state.value, one.state_name),
                Fact("created_at", N_("Begun"), one.created_at),
                Fact("name", N_("Your name, as it is shown"), one.name or None),
            ]
            for one in found.written
        ],
        heading="title",
    )


def _signed(found: Holdings) -> Section:
    return Section(
        name="petition_signatures",
        title=N_("Petitions that you signed"),
        about=N_(
            "Your signatures. They are found by a keyed hash of who you are, which a copy of the database does not "
            "tell; who may know them besides you is the registrar."
        ),
        kept=N_(
            "The network that you signed from, as a keyed hash, for 30 days. Who you are, your name and the "
            "moment, until some months after the petition has ended, as its rules say. An erasure deletes name, "
            "moment and network; while signatures are collected it leaves that you signed, so that nobody signs "
            "twice. A number that stands for you in this petition alone, region and day are public and stay."
        ),
        records=[
            [
                *_petition(one.about),
                Fact("day", N_("Day"), one.day),
                Fact("at", N_("When"), one.at),
                Fact("region", N_("Region, as it is public"), one.region),
                Fact("name", N_("Your name, as it is shown"), one.name or None),
                Fact("way", N_("How"), one.way, _WAYS[one.way]),
                Fact("state", N_("State"), one.state, _STATES[one.state]),
                Fact("network", N_("Whether the network is still kept"), one.network),
            ]
            for one in found.signed
        ],
        heading="title",
    )


def _supported(found: Holdings) -> Section:
    return Section(
        name="petition_supports",
        title=N_("Petitions that you supported before they were public"),
        about=N_("You wanted them to be published. It is no signature."),
        kept=N_("Until the petition opens or ends. An erasure deletes it."),
        records=[[*_petition(about), Fact("at", N_("When"), at)] for about, at in found.supported],
        heading="title",
    )


def _subscribed(found: Holdings) -> Section:
    return Section(
        name="petition_subscriptions",
        title=N_("Petitions that you want to hear about"),
        about=N_("We write to you what becomes of them."),
        kept=N_("Until you stop it, or there is nothing more to tell. An erasure deletes it."),
        records=[list(_petition(about)) for about in found.subscribed],
        heading="title",
    )


def _reported(found: Holdings) -> Section:
    return Section(
        name="petition_reports",
        title=N_("Pressure to sign that you reported"),
        about=N_("What you wrote to the moderators in private while you were signed in, and their answer."),
        kept=N_(
            "For half a year after the answer. An erasure deletes it; what waits for an answer stays until then, "
            "without your name."
        ),
        records=[
            [
                *_petition(one.about),
                Fact("reference", N_("Number of the report"), one.reference),
                Fact("reported_on", N_("Reported on"), one.reported_on),
                Fact("text", N_("What you wrote"), one.text),
                Fact("answer", N_("Our answer"), one.answer or None),
            ]
            for one in found.reported
        ],
        heading="reference",
    )


def _petition(about: holding.About) -> Iterator[Fact]:
    yield Fact("title", N_("Petition"), about.title)
    yield Fact("petition", N_("Number"), about.reference)


def erase(services: Services, tx: UnitOfWork, person_id: str, _now: datetime) -> None:
    """See `personal.Part.erase`."""
    forgetting.forget_person(services, tx, person_id)
