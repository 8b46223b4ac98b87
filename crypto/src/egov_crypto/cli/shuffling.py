"""`egov-ballot trustee shuffle`: a trustee's shuffle of the votes that are opened one by one."""

from argparse import Namespace
from typing import Final

from egov_crypto import mixnet, wire
from egov_crypto.cli import console
from egov_crypto.cli.console import OK, say, write_new
from egov_crypto.cli.key import read
from egov_crypto.cli.memory import ShuffleMemory
from egov_crypto.cli.progress import Progress
from egov_crypto.cli.source import open_archive
from egov_crypto.cli.trustee import check_place, refuse_cancelled, show
from egov_crypto.errors import UsageError
from egov_crypto.verify import Verified, verify_archive

NOT_SIGNED: Final = """\
A shuffle takes no private key, and is not signed: you alone can tell that the one which is published under your number
is yours, and `trustee decrypt` does. It is remembered by its hash beside the key file and, by public key, in
~/.local/state/egov-ballot ($XDG_STATE_HOME and $EGOV_BALLOT_STATE are heeded). How you permuted is kept nowhere.
"""


def shuffle(options: Namespace) -> int:
    """Re-encrypt and permute the votes of an archive that has been verified whole, and prove it."""
    console.refuse_existing([options.out])
    own = read(options.keyfile)
    memory = ShuffleMemory(options.keyfile, own.public_key)
    with Progress() as progress:
        with open_archive(options.archive, progress) as file:
            verified = verify_archive(file, jobs=options.jobs, progress=progress)
        owner = check_place(verified, own, options.setup)
        refuse_cancelled(options.archive)
        _check_ready(verified, owner)
        memory.refuse_second(verified)
        raw = mixnet.shuffle(verified.election, verified.tally, jobs=options.jobs, progress=progress)
    show(verified, own.public_key, options.setup, "shuffle")
    with memory.locked():
        memory.refuse_second(verified)  # again: somebody else may have shuffled meanwhile
        memory.remember_shuffle(verified, raw)
    write_new(options.out, raw + b"\n")
    say(
        f"Shuffle, to hand in: {options.out}",
        f"Its hash, which must stand in the archive under your number: {wire.digest(raw)}",
        f"It is remembered in {memory.beside}, which belongs beside the key file, and in {memory.by_key}.",
    )
    return OK


def _check_ready(verified: Verified, owner: int) -> None:
    if not verified.election.shuffled:
        raise UsageError("there is nothing to shuffle: no question of this election is answered with ranks or grades")
    if verified.report.tallied is None:
        raise UsageError("there is nothing to shuffle yet: the encrypted tally is not published")
    if verified.report.state != "shuffling":
        raise UsageError("there is nothing to shuffle any more: the votes are shuffled, and the trustees decrypt them")
    if owner in verified.shuffles:
        raise UsageError(f"a shuffle of yours is in the archive already: {verified.shuffles[owner]}")
