"""`egov-ballot trustee`: a trustee's key, and its partial decryption."""

from argparse import Namespace
from collections.abc import Sequence
from typing import Final

from egov_crypto import keyfile, tally, trustee, wire
from egov_crypto.cli import console
from egov_crypto.cli.cancelled import is_cancelled
from egov_crypto.cli.console import OK, count, grouped, say, write_new
from egov_crypto.cli.key import Key, hand_over, read
from egov_crypto.cli.memory import Memory, ShuffleMemory
from egov_crypto.cli.progress import Progress
from egov_crypto.cli.source import open_archive
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.group import Point
from egov_crypto.threshold.parameters import Parameters
from egov_crypto.verify import Verified, verify_archive

ONE_MACHINE: Final = """\
Decrypt with one copy of the key, on one machine. Which tally was decrypted is remembered beside the key file and, by
public key, in ~/.local/state/egov-ballot ($XDG_STATE_HOME and $EGOV_BALLOT_STATE are heeded). A copy of the key on
another machine remembers nothing: it would decrypt a second tally, and what the two results differ by can be one
voter's vote. Your shuffles, if the election has any, are remembered there too.
"""
NONE: Final = "none"


def new(options: Namespace) -> int:
    """Make a key: the key file, the public key beside it, and a passphrase that is shown once."""
    public = options.public or options.keyfile.with_suffix(".public.json")
    files = [options.keyfile, public, *([options.passphrase_to] if options.passphrase_to else [])]
    console.refuse_existing(files)
    private_key, key = trustee.generate()
    passphrase = keyfile.generate_passphrase()
    write_new(options.keyfile, keyfile.seal(private_key, options.election or "", passphrase) + b"\n", private=True)
    write_new(public, wire.dump(key.to_json()) + b"\n")
    hand_over(passphrase, options.passphrase_to)
    say(
        f"Key file, for you alone: {options.keyfile}",
        f"Public key, for whoever sets the election up: {public}",
        f"Its fingerprint: {wire.compact_digest(wire.dump(key.to_json()))}",
    )
    return OK


def decrypt(options: Namespace) -> int:
    """Decrypt the tally of an archive that has been verified whole, unless another one was decrypted before."""
    console.refuse_existing([options.out])
    own = read(options.keyfile)
    with Progress() as progress, open_archive(options.archive, progress) as file:
        verified = verify_archive(file, jobs=options.jobs, progress=progress)
    owner = check_place(verified, own, options.setup)
    refuse_cancelled(options.archive)
    _check_ready(verified)
    if verified.election.shuffled:
        made = ShuffleMemory(options.keyfile, own.public_key).made(verified)
        _check_shuffles(verified, owner, made, options.shuffle)
    show(verified, own.public_key, options.setup, "decryption")
    if owner in verified.decryptions:
        say("Your decryption is in the archive already; it is made again.", "")
    memory = Memory(options.keyfile, own.public_key)
    memory.refuse_second(verified)
    private_key = own.open(options.passphrase_file)
    with memory.locked():
        memory.refuse_second(verified)  # again: somebody else may have decrypted while the passphrase was typed
        # Remembered before anything is given away: a crash here refuses a second tally too.
        memory.remember(verified)
    decryption = tally.decrypt(verified.election, verified.tally, private_key)
    tally.verify_decryption_of(verified.election, verified.tally, own.public_key, decryption, jobs=options.jobs)
    write_new(options.out, decryption + b"\n")
    say(
        f"Partial decryption, to hand in: {options.out}",
        f"Which tally it is of, is remembered in {memory.beside}, which belongs beside the key file, and in "
        f"{memory.by_key}.",
    )
    return OK


def refuse_cancelled(where: str) -> None:
    """Raise what says that the vote at this address was cancelled."""
    if is_cancelled(where):
        raise UsageError("this vote was cancelled, as its site says: its ballots are never decrypted")


def check_place(verified: Verified, own: Key, setup: str | None) -> int:
    """The trustee's number; raises what says that key, election and confirmed set-up do not belong together."""
    begun = verified.report.begun
    assert begun is not None
    if own.election not in {"", verified.election.uuid}:
        raise UsageError(f"this key file is for the election {own.election}, not for {verified.election.uuid}")
    if all(key.public_key != own.public_key for key in verified.trustees):
        raise VerificationError("trustees.missing", own.public_key.text)
    if setup is not None and setup != begun.hash:
        raise VerificationError("setup.confirmed", f"its first entry is {begun.hash}")
    return 1 + [key.public_key for key in verified.trustees].index(own.public_key)


def _check_ready(verified: Verified) -> None:
    if verified.report.tallied is None:
        raise UsageError("there is nothing to decrypt yet: the encrypted tally is not published")
    if verified.report.state == "shuffling":
        raise UsageError("there is nothing to decrypt yet: the trustees are shuffling the votes")
    if verified.election.shuffled and not verified.trustees.enough(verified.report.shuffled):
        shuffled = ", ".join(map(str, verified.report.shuffled))
        raise UsageError(
            f"the votes were shuffled by trustees {shuffled} alone, fewer than decrypting takes: they could tell whose "
            "vote is whose"
        )


def _check_shuffles(verified: Verified, owner: int, made: Sequence[str], given: str | None) -> None:
    """A shuffle is not signed: a server could make all of them itself, under the trustees' names, and know every
    order. So each trustee sees that what stands there under its number is its own, or says that it made none."""
    published = verified.shuffles.get(owner)
    mine = made if given is None else [] if given == NONE else [given]
    listed = ", ".join(f"trustee {by}, {hash_}" for by, hash_ in verified.shuffles.items())
    if published is None and given != NONE:
        raise UsageError(
            "no shuffle of yours is in the archive: whoever made all that are could tell whose vote is whose. Ask "
            f"the others whether these are theirs, and if you trust them, use --shuffle none: {listed}"
        )
    if published is not None and published not in mine:
        raise VerificationError("shuffle.own", f"trustee {owner}, {published}")
    say(f"Shuffled by {listed}." if published is None else f"Your shuffle, {published}, is in the archive.", "")


def show(verified: Verified, public_key: Point, setup: str | None, what: str) -> None:
    """Tell the trustee what was verified, and what to compare before ``what`` is handed in."""
    report = verified.report
    assert report.begun is not None
    assert report.head is not None
    assert report.tallied is not None
    owner = 1 + [key.public_key for key in verified.trustees].index(public_key)
    say(
        f"{report.name}",
        f"election {report.uuid}, fingerprint {report.fingerprint}",
        "",
        "The archive holds, and the encrypted tally is the one that its ballots give:",
        f"{count(report.ballots, 'ballot')} by {report.voters} of {count(report.registered, 'voter')}, total weight "
        f"{verified.tally.weight}.",
        f"You are trustee {owner} of {report.trustees}.",
        *_shared(verified, public_key),
        "",
        f"First entry of the archive, its set-up: {report.begun.hash}",
        "That is the one that you gave with --setup."
        if setup
        else "Compare it with the mail that your confirmation of the set-up brought you, or give it with --setup.",
        "",
        f"Compare this with the other trustees before you hand the {what} in:",
        f"  tally   height {report.tallied.height}, hash {report.tallied.hash}",
        f"  head    height {report.head.height}, hash {report.head.hash}",
        f"(The head moves with each {what} that is handed in; the tally's hash must be the same for all.)",
        "",
    )


def _shared(verified: Verified, public_key: Point) -> list[str]:
    """Of a threshold trustee: with how many others it decrypts, and what they compared when they made their key."""
    for item in verified.trustees.items:
        if isinstance(item, Parameters) and any(key.public_key == public_key for key in item.keys):
            return [
                f"Of the {len(item.keys)} who made their key together, {item.threshold} are enough.",
                f"What they compared: {grouped(item.fingerprint)}",
            ]
    return []
