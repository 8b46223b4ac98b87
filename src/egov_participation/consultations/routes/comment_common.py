"""What the pages share on which a comment is written and sent: where it stands, its draft, and what comes of a form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request

from egov_participation.consultations.comment_forms import CommentForm, PlaceForm
from egov_participation.consultations.models import AmendmentKind, Capacity, Stance
from egov_participation.consultations.rules import commenting as rules
from egov_participation.consultations.rules.commenting import Place, Written
from egov_participation.consultations.service import comment_drafts, comment_places, commenting
from egov_participation.consultations.service.comment_drafts import Draft
from egov_participation.consultations.service.comment_places import Spot
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.web.addresses import address
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, parse_query

COMMENT: Final = "/consultations/{reference}/v{version:int}/comment"


@dataclass(frozen=True, slots=True)
class Here:
    """Where somebody comments, and what that is called."""

    spot: Spot
    about: int | None
    amendment: AmendmentKind | None
    """What the address asks for; in the form another one can be chosen."""

    @property
    def is_amendment(self) -> bool:
        """Whether other words are proposed."""
        return self.amendment is not None

    @property
    def lineage(self) -> str:
        """Of the provision."""
        return "" if self.spot.provision is None else self.spot.provision.lineage

    @property
    def kind(self) -> str:
        """Of the draft."""
        if self.about is not None:
            return comment_drafts.discussing(self.about)
        return comment_drafts.AMENDMENT if self.is_amendment else comment_drafts.COMMENT

    @property
    def fields(self) -> dict[str, str]:
        """What goes along in addresses and forms."""
        named = {
            "provision": "" if self.spot.provision is None else self.spot.provision.eid,
            "text": self.spot.expression.lang,
            "about": "" if self.about is None else str(self.about),
            "amendment": "" if self.amendment is None else self.amendment.value,
        }
        return {name: value for name, value in named.items() if value}


def here_of(request: Request) -> Here:
    """Where the address says that it is.

    Raises:
        DomainError: 404 of `comment_places.spot`, ``comment.unknown``.
    """
    params, form = request.path_params, parse_query(request, PlaceForm).data or PlaceForm()
    with services(request).database.read() as db:
        spot = comment_places.spot(
            db, params["reference"], params["version"], form.text or lang(request), form.provision
        )
        about = int(form.about) if form.about else None
        if about is not None:
            commenting.amendment(db, spot.consultation, about)
    amends = form.amendment and spot.provision is not None and about is None
    return Here(spot, about, AmendmentKind(form.amendment) if amends else None)


def path_of(request: Request, here: Here, name: str, **more: str) -> str:
    """The address of one of these pages by its route's name."""
    params = request.path_params
    path = address(request, name, reference=params["reference"], version=params["version"])
    return f"{path}?{urlencode(here.fields | more)}"


def draft_of(request: Request, here: Here) -> Draft | None:
    """What one has written there and not sent yet."""
    with services(request).database.read() as db:
        consultation = here.spot.consultation
        return comment_drafts.find(services(request), db, session(request), consultation, here.lineage, here.kind)


def wanted(request: Request, here: Here, form: Form[CommentForm]) -> tuple[Place, Written] | None:
    """What is to be sent; None where something is wrong, which the form then says."""
    data, spot = form.data, here.spot
    assert data is not None
    place, written = None, _written(here, data)
    try:
        quote = rules.quoted(spot.words, data.quote, int(data.start) if data.start else None)
        place = Place(
            spot.version.number,
            spot.expression.lang if spot.provision else "",
            spot.provision.eid if spot.provision else "",
            None if here.is_amendment else quote,
            here.about,
        )
        rules.check(place, written)
        if written.amendment is AmendmentKind.REPLACE and written.proposed == spot.words:
            raise DomainError(422, N_("These are the words that stand there already."), code="comment.proposed")
    except DomainError as refusal:
        form.errors[refusal.code.partition(".")[2]] = translate(lang(request), refusal.message)
        return None
    return place, written


def _written(here: Here, data: CommentForm) -> Written:
    capacity = Capacity(data.capacity)
    amendment = AmendmentKind(data.amendment) if here.is_amendment and data.amendment else None
    return Written(
        lang=data.lang,
        text=data.text,
        stance=Stance(data.stance),
        capacity=capacity,
        organisation="" if capacity is Capacity.CITIZEN else data.organisation,
        show_name=data.shown == "yes",
        amendment=amendment,
        proposed=data.proposed if amendment in (AmendmentKind.REPLACE, AmendmentKind.INSERT_AFTER) else "",
    )
