"""What a vote waits for, and the commands that bring it on: for the operator of votes that are set up by command, whose
trustees have no links."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from egov_participation.i18n import counted
from egov_participation.voting.rules import VoteState
from egov_participation.voting.views import TrusteeView, VoteView


def awaited(vote: VoteView, page: str) -> Iterator[str]:
    """Lines in English, the first of which says what is awaited; none once nothing is.

    Args:
        page: the vote's address.
    """
    match vote.state:
        case VoteState.SETUP | VoteState.OPEN:
            yield "nobody: it opens and closes by the clock"
        case VoteState.CLOSED:
            yield "the site: it ends the ballots and has the registrar delete the voting codes"
        case VoteState.SHUFFLING:
            left, who = vote.needed - vote.shuffles_done, _of(vote, vote.awaits_shuffle)
            turns = ", one after the other" if left > 1 else ""
            yield f"{counted(left, 'more shuffle')}{turns}, of {who}"
            yield from _how(vote, f"shuffle KEYFILE {page} --out FILE", f"shuffle {vote.uuid} NUMBER FILE")
        case VoteState.DECRYPTING:
            left, who = vote.needed - vote.decryptions_done, _of(vote, vote.awaits_decryption)
            yield f"{counted(left, 'more decryption')}, of {who}"
            yield from _how(vote, f"decrypt KEYFILE {page} --out FILE", f"decryption {vote.uuid} FILE")


def _of(vote: VoteView, awaits: Callable[[int], bool]) -> str:
    """Those who can give it, by number and name."""
    named = [_named(vote, trustee) for trustee in vote.trustees if awaits(trustee.owner)]
    return " or ".join(filter(None, (", ".join(named[:-1]), named[-1]))) if named else "-"


def _named(vote: VoteView, trustee: TrusteeView) -> str:
    always = vote.needed < len(vote.trustees) and trustee.owner in vote.always
    return f"trustee {trustee.owner} ({trustee.name.en}{', always needed' if always else ''})"


def _how(vote: VoteView, trustees: str, yours: str) -> Iterator[str]:
    # Members of the commission invited trustees by mail; nobody did for a vote that nobody decided about.
    yield f"each runs{', or opens the link of the mail' if vote.acts else ''}:  egov-ballot trustee {trustees}"
    yield f"then you hand the file in:  egov vote {yours}"
