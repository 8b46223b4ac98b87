"""`egov-ballot ceremony`, and the steps of `egov-ballot trustee` in it: a key of which some trustees are enough."""

import fcntl
import os
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from egov_crypto import keyfile, wire
from egov_crypto.cli import console, durable, key
from egov_crypto.cli.console import OK, ask_secret, grouped, say, write_new
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.threshold.ceremony import Ceremony, Step
from egov_crypto.threshold.keyfile import State, ThresholdKeyFile, seal

MAX_CEREMONY: Final = 1 << 23
"""More than thirty trustees who are all needed come to."""

_NEXT: Final = {
    Step.CERTIFICATE: ("certificates", "commit"),
    Step.COMMITMENT: ("commitments", "polynomial"),
    Step.POLYNOMIAL: ("polynomials", "share"),
    Step.VOUTPUT: ("shares", "compare"),
}
"""What the ceremony holds of all when a step is done, and the command that comes then."""


def certificate(options: Namespace) -> int:
    """Begin: make a key file and the certificate, which says at which place you take part."""
    files = [options.keyfile, options.out, *([options.passphrase_to] if options.passphrase_to else [])]
    console.refuse_existing(files)
    Ceremony(options.of, options.needed)  # which knows the bounds
    if options.place > options.of:
        raise UsageError(f"there is no place {options.place} among {options.of}")
    state = State.begin(options.of, options.needed, options.place)
    passphrase = keyfile.generate_passphrase()
    write_new(options.keyfile, seal(state, options.election or "", passphrase) + b"\n", private=True)
    write_new(options.out, state.certificate + b"\n")
    key.hand_over(passphrase, options.passphrase_to)
    say(f"Key file, for you alone: {options.keyfile}", f"Certificate, to hand in: {options.out}")
    _tell_next(Step.CERTIFICATE)
    return OK


def commit(options: Namespace) -> int:
    """Make your polynomial, keep it in the key file, and commit to it."""
    return _take(options, Step.COMMITMENT, State.commit)


def polynomial(options: Namespace) -> int:
    """Show your polynomial, now that all have committed to theirs."""
    return _take(options, Step.POLYNOMIAL, State.reveal)


def share(options: Namespace) -> int:
    """Check what all others have sent you, and take your share of the key, which stays in the key file."""
    return _take(options, Step.VOUTPUT, State.accept)


def compare(options: Namespace) -> int:
    """Check what all have made together, and show its fingerprint, which all compare."""
    ceremony = _read(options.ceremony)
    ceremony.require(Step.VOUTPUT)
    file = _key_file(options.keyfile, ceremony)
    parameters = file.open(ask_secret(key.PROMPT, options.passphrase_file)).confirm(ceremony)
    say(
        f"The key is made: of {ceremony.size} trustees, {ceremony.threshold} are enough. Its fingerprint:",
        "",
        grouped(parameters.fingerprint),
        "",
        "Compare it with all the others by another way than you got the ceremony file: in a meeting, by telephone.",
        "Who has another fingerprint was shown another ceremony: then somebody may stand between you, and knows your",
        "shares. Let nobody use the key, and make a new one.",
    )
    return OK


def begin(options: Namespace) -> int:
    """Begin a ceremony file, which whoever carries the messages keeps and gives to all trustees."""
    ceremony = Ceremony(options.of, options.needed)
    write_new(options.ceremony, ceremony.to_json() + b"\n")
    say(f"Ceremony file: {options.ceremony}")
    _show(ceremony)
    return OK


def add(options: Namespace) -> int:
    """Check what a trustee hands in, and add it to the ceremony file."""
    raw = _bytes(options.message)
    with _locked(options.ceremony):
        ceremony = _read(options.ceremony)
        step, _ = ceremony.awaiting()
        if step is None:
            raise UsageError("the ceremony is done")
        ceremony.add(step, options.place, raw)
        durable.replace(options.ceremony, ceremony.to_json() + b"\n")
    say(f"The {step.named} of trustee {options.place} is in the ceremony file.")
    _show(ceremony)
    return OK


def show(options: Namespace) -> int:
    """Verify a ceremony file, and tell who is awaited."""
    _show(_read(options.ceremony))
    return OK


def parameters(options: Namespace) -> int:
    """Write what is published of the trustees, for `egov-ballot setup --trustee`."""
    console.refuse_existing([options.out])
    made = _read(options.ceremony).parameters()
    write_new(options.out, wire.dump(made.to_json()) + b"\n")
    say(
        f"Parameters, for whoever sets the election up: {options.out}",
        f"Their fingerprint: {grouped(made.fingerprint)}",
    )
    return OK


def _take(options: Namespace, step: Step, take: Callable[[State, Ceremony], State]) -> int:
    console.refuse_existing([options.out])
    ceremony = _read(options.ceremony)
    steps = list(Step)
    ceremony.require(steps[steps.index(step) - 1])
    _key_file(options.keyfile, ceremony)
    passphrase = ask_secret(key.PROMPT, options.passphrase_file)
    with _locked(options.keyfile):
        file = _key_file(options.keyfile, ceremony)  # again: another step may have been taken meanwhile
        state = file.open(passphrase)
        after = take(state, ceremony)
        if after != state:  # on the disk before anything is given away
            durable.replace(options.keyfile, seal(after, file.election, passphrase) + b"\n", private=True)
    write_new(options.out, after.message(step) + b"\n")
    say(
        f"The same {step.named} as before: {options.out}"
        if after == state
        else f"The {step.named}, to hand in: {options.out}",
        f"What you have done, and what you were shown, stands in the key file now: {options.keyfile}",
        "Go on with this one. An older copy of it knows nothing of this step: replace your copies.",
    )
    _tell_next(step)
    return OK


def _read(path: Path) -> Ceremony:
    return Ceremony.parse(_bytes(path))


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        raw = file.read(MAX_CEREMONY + 1)
    if len(raw) > MAX_CEREMONY:
        raise UsageError(f"{path} is too large for a ceremony")
    return raw.strip()


def _key_file(path: Path, ceremony: Ceremony) -> ThresholdKeyFile:
    """The key file, whose certificate is in the ceremony."""
    file = ThresholdKeyFile.parse(key.read_bytes(path))
    if all(file.verification != certificate.verification for certificate in ceremony.certificates):
        raise VerificationError("ceremony.differs", f"there is no certificate in it that belongs to {path}")
    return file


def _show(ceremony: Ceremony) -> None:
    say(f"Of {ceremony.size} trustees, {ceremony.threshold} will be enough.")
    step, owners = ceremony.awaiting()
    if step is None:
        say("The ceremony is done.")
        _tell_next(Step.VOUTPUT)
        return
    named = ", ".join(map(str, owners))
    say(f"Awaited now: the {step.named} of {'trustee' if len(owners) == 1 else 'trustees'} {named}.")


def _tell_next(step: Step) -> None:
    held, command = _NEXT[step]
    say(f"Next, once the ceremony file has the {held} of all: egov-ballot trustee {command}")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """While others wait who would write this file: the file itself is replaced, so that its folder is locked."""
    descriptor = os.open(path.resolve(strict=True).parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
