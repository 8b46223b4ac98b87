"""What trustees are written. They are nobody of the register: the mail goes where the commission says."""

from __future__ import annotations

from typing import Final

from egov_participation.commission.models import DraftTrustee
from egov_participation.database import UnitOfWork
from egov_participation.i18n import N_
from egov_participation.notices.kinds import NoticeKind, Param, notice
from egov_participation.notices.service import write
from egov_participation.services import Services
from egov_participation.voting.texts import Texts

_FACTS: Final = ((N_("Vote"), "title"),)
_NAME: Final = (N_("Your name in the vote"), "name")

INVITED: Final = notice(
    "commission.invited",
    subject=N_("You are asked to hold a key of a vote"),
    paragraphs=(
        N_(
            "The commission asks you to be a trustee of a vote: you hold one of several keys. No key opens anything "
            "alone. Together the trustees open the result, and nothing that tells who voted how."
        ),
        N_(
            "Open your page by the link below, on a computer that is yours. The key is made on that computer and does "
            "not leave it. The link is for you alone: do not pass it on. An earlier link no longer works."
        ),
        N_(
            "If you do not want to do this, or do not know the commission, answer nothing: without a key nothing "
            "is set up in your name."
        ),
    ),
    facts=(*_FACTS, _NAME),
    link=(N_("Open your page as a trustee"), "/trustee/%(token)s"),
    booth=True,
)
MOVED: Final = notice(
    "commission.trustee_moved",
    subject=N_("Your link and your key as a trustee no longer count"),
    paragraphs=(
        N_(
            "The commission has written down another address for this trustee of the vote. Your link leads nowhere "
            "now, and a key that was handed in by it does not count."
        ),
        N_(
            "If you expected this, there is nothing to do; a key file that you made is not needed any more. If you are "
            "still to be this trustee, tell the commission at once, by telephone: whoever reads the mail of the other "
            "address could act in your name."
        ),
    ),
    facts=(*_FACTS, _NAME),
)
"""To the earlier address."""
# Whoever holds the link can act in a trustee's name, so the trustee is written to each time that somebody does.
_NOT_YOU: Final = N_(
    "If it was not you, somebody else has your link. Tell the commission at once, by telephone, and ask for another "
    "invitation. Confirm nothing, and decrypt nothing of this vote."
)
_KEY_FACTS: Final = (*_FACTS, (N_("Fingerprint of the public key"), "fingerprint"))
KEY_HANDED_IN: Final = notice(
    "commission.key_handed_in",
    subject=N_("A key was handed in for you as a trustee"),
    paragraphs=(
        N_(
            "By the link of your invitation, a public key was handed in as yours. If you made it, the page or the "
            "program that made it showed this same fingerprint."
        ),
        _NOT_YOU,
    ),
    facts=_KEY_FACTS,
)
KEY_REPLACED: Final = notice(
    "commission.key_replaced",
    subject=N_("Your key as a trustee was replaced by another one"),
    paragraphs=(
        N_(
            "By the link of your invitation, another public key was handed in as yours. The earlier one no longer "
            "counts. If you made the new key, the page or the program that made it showed this same fingerprint."
        ),
        _NOT_YOU,
    ),
    facts=_KEY_FACTS,
)
CEREMONY_STEP: Final = notice(
    "commission.ceremony_step",
    subject=N_("A step of making the key is awaited from you"),
    paragraphs=(
        N_(
            "The trustees of this vote make one key together, in five steps, each of which everybody takes before the "
            "next begins. Open your page by the link of your invitation and take the step that is named here."
        ),
        N_(
            "From the second step on, have your key file at hand as you saved it last, and its passphrase. If "
            "something does not hold on the page, do not go on, and tell the other trustees and the commission by "
            "telephone."
        ),
    ),
    facts=(*_FACTS, (N_("Step"), "what")),
)
CEREMONY_TAKEN: Final = notice(
    "commission.ceremony_taken",
    subject=N_("A step of making the key was taken in your name"),
    paragraphs=(
        N_("By the link of your invitation, the file of this step was handed in as yours, and holds."),
        _NOT_YOU,
    ),
    facts=(*_FACTS, (N_("Step"), "what")),
)
CEREMONY_GIVEN_UP: Final = notice(
    "commission.ceremony_given_up",
    subject=N_("The key of a vote is made anew"),
    paragraphs=(
        N_(
            "What the trustees of this vote have made so far counts no longer, and the key files of it are of no use "
            "any more. You get a mail when the first step of the new key is awaited from you."
        ),
        N_("If this surprises you, ask the commission and the other trustees by telephone before you go on."),
    ),
    facts=(*_FACTS, (N_("Reason"), "reason")),
)
CONFIRMED: Final = notice(
    "commission.confirmed",
    subject=N_("A vote’s setup was confirmed in your name"),
    paragraphs=(
        N_("By the link of your invitation, the frozen setup of this vote was confirmed as seen by you."),
        N_(
            "Keep this mail until you have decrypted. The archive must then begin with the entry that stands here: "
            "your page and the program egov-ballot show it. If it is another one, decrypt nothing and tell the "
            "commission."
        ),
        _NOT_YOU,
    ),
    facts=(*_FACTS, (N_("Number of the setup"), "setup"), (N_("First entry of the archive"), "head")),
)
CONFIRM: Final = notice(
    "commission.confirm",
    subject=N_("A vote’s setup is frozen: look at it and confirm it"),
    paragraphs=(
        N_(
            "Everything that the vote fixes stands now: questions, times, roll and keys. Open your page by the link of "
            "your invitation, look at it, compare the number of the setup, and confirm it."
        ),
        N_(
            "If the link is lost, ask the commission for another one. If something is not as it should be, do not "
            "confirm, and tell the commission."
        ),
    ),
    facts=(*_FACTS, (N_("Number of the setup"), "setup")),
)
THAWED: Final = notice(
    "commission.thawed",
    subject=N_("A vote’s setup is changed once more"),
    paragraphs=(
        N_("The commission has taken the frozen setup back to change something. What you confirmed no longer counts."),
        N_("Your key stays as it is. When the setup is frozen anew, you get a mail and look at it again."),
    ),
    facts=_FACTS,
)
SHUFFLE: Final = notice(
    "commission.shuffle",
    subject=N_("A vote has closed: your shuffle of the ballots is awaited"),
    paragraphs=(
        N_(
            "In this vote ballots are decrypted one by one. Before that the trustees shuffle them, one after the other,"
            " so that nobody can tell whose ballot is whose. Open your page by the link of your invitation."
        ),
        N_("Your key is not needed for it yet. When enough trustees have shuffled, you are asked to decrypt."),
    ),
    facts=(*_FACTS, (N_("Voting closed"), "closed")),
    link=(N_("See the vote"), "/votes/%(vote)s"),
)
SHUFFLED: Final = notice(
    "commission.shuffled",
    subject=N_("A shuffle of the ballots was handed in for you as a trustee"),
    paragraphs=(
        N_(
            "By the link of your invitation, a shuffle was handed in as yours. If you made it, the page or the program "
            "that made it showed this same number. Keep this mail until you have decrypted."
        ),
        _NOT_YOU,
    ),
    facts=(*_FACTS, (N_("The number of your shuffle"), "number")),
)
REFUSED: Final = notice(
    "commission.hand_in_refused",
    subject=N_("A file that was handed in for you as a trustee was refused"),
    paragraphs=(
        N_(
            "By the link of your invitation, a file was handed in as yours. It was verified, and nothing of it was "
            "recorded: below stands why. Open your page by the link of your invitation: it says what is due now."
        ),
        _NOT_YOU,
    ),
    facts=(*_FACTS, (N_("What was handed in"), "what"), (N_("Why it was refused"), "why")),
)
DECRYPT: Final = notice(
    "commission.decrypt",
    subject=N_("A vote has closed: your decryption is awaited"),
    paragraphs=(
        N_(
            "Everything is ready to be decrypted. Open your page by the link of your invitation: it checks the whole "
            "archive and what is to be decrypted, and decrypts with your key file and its passphrase."
        ),
        N_(
            "Without the trustees there is no result. If your key file or its passphrase is lost, tell the "
            "commission at once."
        ),
    ),
    facts=(*_FACTS, (N_("Voting closed"), "closed")),
    link=(N_("See the vote"), "/votes/%(vote)s"),
)
CANCELLED: Final = notice(
    "commission.cancelled",
    subject=N_("A vote was cancelled: it is never decrypted"),
    paragraphs=(
        N_("The commission has cancelled a vote of which you hold a key. Its ballots are never decrypted."),
        N_(
            "Whoever asks you to decrypt anything of it all the same: refuse, and tell the commission. You may "
            "destroy your key file."
        ),
    ),
    facts=(*_FACTS, (N_("Reason"), "reason")),
    link=(N_("See the vote"), "/votes/%(vote)s"),
)
REMINDED: Final = notice(
    "commission.reminded",
    subject=N_("Something of a vote waits for you"),
    paragraphs=(
        N_("You are a trustee of a vote, and others wait for you. Open your page by the link of your invitation."),
        N_("If the link is lost, ask the commission for another one."),
    ),
    facts=(*_FACTS, (N_("What waits"), "what")),
)


def to_trustee(
    services: Services, tx: UnitOfWork, row: DraftTrustee, kind: NoticeKind, title: Texts, **params: Param
) -> None:
    """Write to a trustee in the trustee's language, when `tx` is committed."""
    write(tx, services.settings.keys_dir, row.mail, row.language, kind, run_after=None, title=title.as_dict(), **params)


def in_groups(digest: str) -> str:
    """A hash in groups of four, as people compare it."""
    return " ".join(digest[start : start + 4] for start in range(0, len(digest), 4))
