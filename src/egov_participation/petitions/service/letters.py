"""What a petition's creator and supporters are told by mail, a kind for each step."""

from __future__ import annotations

from typing import Final

from egov_participation.database import UnitOfWork
from egov_participation.i18n import N_
from egov_participation.notices.service import NoticeKind, Param, notice, notify
from egov_participation.petitions.models import Petition
from egov_participation.petitions.service import lookup
from egov_participation.services import Services

_FACTS: Final = ((N_("Number"), "reference"), (N_("Petition"), "title"))
_OWN: Final = (N_("See how your petition stands"), "/me/petitions/%(reference)s")
_PUBLIC: Final = (N_("See the petition"), "/petitions/%(reference)s")

HANDED_IN: Final = notice(
    "petitions.handed_in",
    subject=N_("Your petition %(reference)s was handed in"),
    summary=N_("Your petition was handed in"),
    paragraphs=(
        N_("Your petition was handed in. A moderator checks it against the law, and against nothing else."),
        N_("The check ends by %(due)s. Whatever comes of it, you are told why."),
        N_("If you did not hand in a petition, somebody can sign in as you: end the sessions that you do not know."),
    ),
    facts=_FACTS,
    link=_OWN,
)
SUPPORTERS_WANTED: Final = notice(
    "petitions.supporters_wanted",
    subject=N_("Your petition %(reference)s needs supporters"),
    summary=N_("Your petition needs supporters"),
    paragraphs=(
        N_("Before your petition is public it needs supporters: %(count)s of them."),
        N_("On your page is a secret link. Give it to people who you think will support it; nobody else finds it."),
        N_("Time for this ends on: %(due)s."),
    ),
    facts=_FACTS,
    link=_OWN,
)
SUPPORTERS_WANTED_AT_ANY_TIME: Final = notice(
    "petitions.supporters_wanted_at_any_time",
    subject=SUPPORTERS_WANTED.subject,
    summary=SUPPORTERS_WANTED.summary,
    paragraphs=(
        *SUPPORTERS_WANTED.paragraphs[:2],
        N_("The rules set no time for this."),
    ),
    facts=_FACTS,
    link=_OWN,
)
GATE_ENDED: Final = notice(
    "petitions.gate_ended",
    subject=N_("Your petition %(reference)s found too few supporters"),
    summary=N_("Your petition found too few supporters"),
    paragraphs=(
        N_("The time for supporters is over, and your petition had %(count)s of %(needed)s. It will not be public."),
        N_("Your text is kept for you: copy it into a new draft, and try again when you like."),
    ),
    facts=_FACTS,
    link=_OWN,
)
OPENED: Final = notice(
    "petitions.opened",
    subject=N_("Your petition %(reference)s is open"),
    summary=N_("Your petition is open"),
    paragraphs=(
        N_("Your petition is public, and everybody who may can sign it."),
        N_("Tell people of it: its page has links to share. Your own signature is not counted unless you sign."),
    ),
    facts=_FACTS,
    link=_PUBLIC,
)
SUPPORTED_OPENED: Final = notice(
    "petitions.supported_opened",
    subject=N_("A petition that you supported is open: %(reference)s"),
    summary=N_("A petition that you supported is open"),
    paragraphs=(
        N_("You supported a petition before it was public. Now it is open for signatures."),
        N_("Your support is no signature: if you want to sign, do it on the petition’s page."),
    ),
    facts=_FACTS,
    link=(N_("Sign the petition"), "/petitions/%(reference)s/sign"),
    optional=True,
)
REJECTED: Final = notice(
    "petitions.rejected",
    subject=N_("Your petition %(reference)s was rejected"),
    summary=N_("Your petition was rejected"),
    paragraphs=(
        N_("A moderator rejected your petition on this ground:"),
        "%(ground)s",
        N_("The reason that was given: %(reason)s"),
        N_("You can appeal once: another moderator then decides. Your text is kept for you."),
    ),
    facts=_FACTS,
    link=_OWN,
)
HIDDEN: Final = notice(
    "petitions.hidden",
    subject=N_("Your petition %(reference)s was hidden"),
    summary=N_("Your petition was hidden"),
    paragraphs=(
        N_("A moderator hid your petition: the public does not see its text any more."),
        N_("The reason that was given: %(reason)s"),
        N_("You can appeal once: another moderator then decides. Your text is kept for you."),
    ),
    facts=_FACTS,
    link=_OWN,
)
STOPPED: Final = notice(
    "petitions.stopped",
    subject=N_("Your petition %(reference)s was stopped"),
    summary=N_("Your petition was stopped"),
    paragraphs=(
        N_("A moderator stopped your petition: nobody can sign it any more, and what was signed stays counted."),
        N_("The reason that was given: %(reason)s"),
        N_("You can appeal once: another moderator then decides. Your text is kept for you."),
    ),
    facts=_FACTS,
    link=_OWN,
)
WORDING: Final = notice(
    "petitions.wording",
    subject=N_("Another wording is suggested for your petition %(reference)s"),
    summary=N_("Another wording is suggested for your petition"),
    paragraphs=(
        N_("A moderator suggests another wording for your petition. Nothing changes unless you accept it."),
        N_("The reason that was given: %(reason)s"),
        N_("On your page you see each word that would change, and accept or decline."),
    ),
    facts=_FACTS,
    link=_OWN,
)
APPEAL_GRANTED: Final = notice(
    "petitions.appeal_granted",
    subject=N_("Your appeal was granted: %(reference)s"),
    summary=N_("Your appeal was granted"),
    paragraphs=(
        N_("Another moderator looked at your petition and granted your appeal: it is checked anew."),
        N_("The reason that was given: %(reason)s"),
    ),
    facts=_FACTS,
    link=_OWN,
)
ENDING_TAKEN_BACK: Final = notice(
    "petitions.ending_taken_back",
    subject=APPEAL_GRANTED.subject,
    summary=APPEAL_GRANTED.summary,
    paragraphs=(
        N_("Another moderator looked at your petition and granted your appeal: it is again where it was."),
        N_("The reason that was given: %(reason)s"),
        N_("The day on which it ends, if it was open, is still the same."),
    ),
    facts=_FACTS,
    link=_OWN,
)
APPEAL_REFUSED: Final = notice(
    "petitions.appeal_refused",
    subject=N_("Your appeal was refused: %(reference)s"),
    summary=N_("Your appeal was refused"),
    paragraphs=(
        N_("Another moderator looked at your petition and upheld the decision."),
        N_("The reason that was given: %(reason)s"),
        N_("Your text is kept for you. Against the decision you can turn to a court."),
    ),
    facts=_FACTS,
    link=_OWN,
)
MERGED: Final = notice(
    "petitions.merged",
    subject=N_("Your petition %(reference)s was merged into another one"),
    summary=N_("Your petition was merged into another one"),
    paragraphs=(
        N_(
            "A moderator found that your petition asks for the same as another one, %(other)s, and merged it into that."
        ),
        N_("The reason that was given: %(reason)s"),
        N_("Those who signed yours are asked whether they sign the other: nobody’s signature moves without them."),
        N_("You can appeal once: another moderator then decides. Your text is kept for you."),
    ),
    facts=_FACTS,
    link=_OWN,
)
SIGNED_MERGED: Final = notice(
    "petitions.signed_merged",
    subject=N_("A petition that you signed was merged: %(reference)s"),
    summary=N_("A petition that you signed was merged into another one"),
    paragraphs=(
        N_("A petition that you signed asks for the same as another one, %(other)s, and was merged into that."),
        N_("Your signature does not move by itself. If you want the other petition too, sign it on its page."),
    ),
    facts=_FACTS,
    link=(N_("Sign the other petition"), "/petitions/%(other)s/sign"),
    optional=True,
)


def titles(tx: UnitOfWork, petition: Petition) -> dict[str, str]:
    """Its title by language."""
    return {lang: text.title for lang, text in lookup.texts(tx.session, petition).items()}


def tell_creator(tx: UnitOfWork, services: Services, petition: Petition, kind: NoticeKind, /, **params: Param) -> None:
    """Write to the creator, if the petition still has one."""
    if petition.creator is None or petition.reference is None:
        return
    params |= {"reference": petition.reference, "title": titles(tx, petition)}
    notify(tx, services.settings.keys_dir, petition.creator, kind, run_after=None, **params)
