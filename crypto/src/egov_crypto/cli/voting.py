"""`egov-ballot vote`, `audit`, and what follows the last ballot."""

import io
import json
from argparse import Namespace
from pathlib import Path
from typing import Any, Final

from egov_crypto import ballot, credential, mixnet, tally, wire
from egov_crypto.archive import EventType, Head
from egov_crypto.cli import choices, console, results
from egov_crypto.cli.archive_file import ArchiveFile, open_to_append
from egov_crypto.cli.console import OK, ask_secret, count, grouped, say, write_new
from egov_crypto.cli.progress import Progress
from egov_crypto.cli.source import is_address, read_setup
from egov_crypto.election import Election
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.verify import Verified, verify_archive

CHALLENGE: Final = "egov-ballot-challenge"
_KEY_DIGITS: Final = 16


def vote(options: Namespace) -> int:
    """Make a ballot: into the archive, into a file of its own, or as a challenge that is never cast."""
    if options.out or options.challenge:
        console.refuse_existing([options.out or options.challenge])
        raw_setup = read_setup(options.archive)
        if raw_setup.startswith(b"{"):
            raise UsageError("an archive is wanted, to see whether the credential is on its list")
        setup = verify_archive(io.BytesIO(raw_setup))
        return _write_ballot(options, setup) if options.out else _write_challenge(options, setup)
    if is_address(options.archive) or options.archive == "-":
        raise UsageError("only a file can be voted into; write the ballot to a file of its own with --out")
    with open_to_append(Path(options.archive), options.jobs) as file:
        file.require(EventType.BALLOT)
        raw = _made(options, file.verified)
        head = file.append(EventType.BALLOT, raw)
    _show_tracker(raw)
    _show_head(head)
    return OK


def _write_ballot(options: Namespace, setup: Verified) -> int:
    raw = _made(options, setup)
    write_new(options.out, raw)
    _show_tracker(raw)
    say(f"Ballot, to be cast while voting is open: {options.out}")
    return OK


def _write_challenge(options: Namespace, setup: Verified) -> int:
    unsigned = ballot.encrypt(setup.election, *_wanted(options, setup))
    write_new(options.challenge, challenge_to_json(unsigned), private=True)  # what was chosen, and by whom
    say(
        f"Encrypted, not signed. Its seal: {grouped(unsigned.hash)}",
        f"What opens it, for `egov-ballot audit`: {options.challenge}",
        "This ballot must not be cast: vote anew.",
    )
    return OK


def _wanted(options: Namespace, verified: Verified) -> tuple[str, list[list[Any]]]:
    """Credential and choices, asked for where the options do not give them."""
    election, head = verified.election, verified.report.head
    assert head is not None
    _show_election(election)
    keys = [key.public_key.text[:_KEY_DIGITS] for key in verified.trustees]
    say(
        f"{count(len(keys), 'trustee')}, whose public keys start with {', '.join(keys)}",
        f"The archive until now: height {head.height}, hash {head.hash}",
    )
    if options.fingerprint is None:
        say("Whoever holds the keys of another election can open a ballot for it: compare, or use --fingerprint.")
    _require_fingerprint(election, options)
    text = ask_secret("Credential", options.credential_file)
    public = credential.public(election.uuid, text)
    if verified.credentials.find(public.text) is None:
        raise UsageError("this credential is not one of this election's")
    given = options.choices
    return text, choices.parse(election, given) if given else choices.ask(election)


def _made(options: Namespace, verified: Verified) -> bytes:
    raw = ballot.make(verified.election, *_wanted(options, verified))
    ballot.parse_and_verify(verified.election, raw)
    return raw


def challenge_to_json(unsigned: ballot.UnsignedBallot) -> bytes:
    """The file that opens a ballot which will never be cast; the booth in the browser writes the same."""
    return wire.dump(
        {
            "type": CHALLENGE,
            "version": 1,
            "hash": unsigned.hash,
            "ballot": unsigned.content,
            "plaintext": unsigned.choices,
            "randomness": [[str(secret) for secret in secrets] for secrets in unsigned.randomness],
        }
    )


def audit(options: Namespace) -> int:
    """Tell what a challenged device encrypted, after checking that this is what its ballot holds."""
    challenge = _read_challenge(options.challenge)
    election = _election_of(options.archive)
    _require_fingerprint(election, options)
    if challenge["hash"] != wire.compact_digest(wire.dump(challenge["ballot"])):
        raise VerificationError("ballot.hash")
    ballot.check_opening(election, challenge["ballot"], challenge["plaintext"], challenge["randomness"])
    _show_election(election)
    say("", "The device had encrypted this, rightly:")
    for question, values in zip(election.questions, challenge["plaintext"], strict=True):
        say("", question.question, *(f"  {answer}" for answer in choices.describe(question, values)))
    say(
        "",
        "It is right if that is what you chose, and if this seal is the one that the device showed before you asked:",
        f"  {grouped(challenge['hash'])}",
        "This ballot must not be cast: vote anew.",
    )
    return OK


def _read_challenge(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_bytes())
        if not isinstance(value, dict) or (value.get("type"), value.get("version")) != (CHALLENGE, 1):
            raise ValueError("its type or version is another")
        wire.string(value.get("hash"))
        wire.dump(value)  # raises on what no JSON can hold
        return wire.fields(value, "type", "version", "hash", "ballot", "plaintext", "randomness")
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not a challenged ballot: {error}") from None


def _election_of(where: str) -> Election:
    """The election of an archive, of which the set-up alone is verified, or of its description alone."""
    raw = read_setup(where)
    return Election.parse(raw) if raw.startswith(b"{") else verify_archive(io.BytesIO(raw)).election


def close(options: Namespace) -> int:
    """End voting."""
    with open_to_append(options.archive, options.jobs) as file:
        head = file.append(EventType.END_BALLOTS)
    _show_head(head)
    return OK


def make_tally(options: Namespace) -> int:
    """Publish the encrypted tally of the ballots that count."""
    with open_to_append(options.archive, options.jobs) as file:
        sum_ = file.verified.tally
        head = file.append(EventType.ENCRYPTED_TALLY, sum_.to_json(), sum_.sized_json())
    say(f"{count(sum_.ballots, 'ballot')} counted, total weight {sum_.weight}.")
    _show_head(head)
    return OK


def add_shuffle(options: Namespace) -> int:
    """Publish a trustee's shuffle; whose it is, has to be said, since its proofs do not tell."""
    raw = options.shuffle.read_bytes().strip()
    with open_to_append(options.archive, options.jobs) as file:
        file.require(EventType.SHUFFLE)
        verified, owner = file.verified, options.owner
        if owner > len(verified.trustees) or owner in verified.report.shuffled:
            raise VerificationError("shuffle.owner", str(owner))
        with Progress() as progress:
            mixnet.verify(verified.election, verified.tally, raw, jobs=options.jobs, progress=progress)
        head = file.append(EventType.SHUFFLE, raw, tally.owned_json(owner, raw))
        missing = verified.trustees.lacking({*verified.report.shuffled, owner})
    say(f"Shuffled by trustee {owner}; {count(missing, 'trustee')} missing.")
    _show_head(head)
    return OK


def end_shuffles(options: Namespace) -> int:
    """Say that the votes have been shuffled by enough trustees, who may now decrypt."""
    with open_to_append(options.archive, options.jobs) as file:
        head = file.append(EventType.END_SHUFFLES)
    _show_head(head)
    return OK


def add_decryption(options: Namespace) -> int:
    """Publish a trustee's partial decryption; whose it is, its proofs tell."""
    raw = options.decryption.read_bytes().strip()
    with open_to_append(options.archive, options.jobs) as file:
        file.require(EventType.PARTIAL_DECRYPTION)
        owner = _owner(file, raw, options.jobs)
        head = file.append(EventType.PARTIAL_DECRYPTION, raw, tally.owned_json(owner, raw))
        missing = file.verified.trustees.lacking({*file.verified.decryptions, owner})
    say(f"Decrypted by trustee {owner}; {count(missing, 'trustee')} missing.")
    _show_head(head)
    return OK


def _owner(file: ArchiveFile, raw: bytes, jobs: int) -> int:
    verified = file.verified
    failure = VerificationError("decryption.owner")
    for owner, key in enumerate(verified.trustees, start=1):
        try:
            tally.verify_decryption_of(verified.election, verified.tally, key.public_key, raw, jobs=jobs)
        except VerificationError as error:
            failure = error
            continue
        if owner in verified.decryptions:
            raise VerificationError("decryption.owner", str(owner))
        return owner
    raise failure


def publish_result(options: Namespace) -> int:
    """Publish the result that the decryptions give."""
    with open_to_append(options.archive, options.jobs) as file:
        file.require(EventType.RESULT)
        verified = file.verified
        factors = verified.trustees.combine(verified.decryptions)
        found = tally.compute_result(verified.tally, factors)
        head = file.append(EventType.RESULT, tally.result_to_json(found))
        verified.factors, verified.report.result = factors, found
    for place, question in enumerate(verified.election.questions):
        say(question.question, *results.lines(question, found[place], verified.outcome(place)), "")
    _show_head(head)
    return OK


def _show_election(election: Election) -> None:
    say(f"{election.name}", f"election {election.uuid}, fingerprint {election.fingerprint}")


def _require_fingerprint(election: Election, options: Namespace) -> None:
    if options.fingerprint not in {None, election.fingerprint}:
        raise VerificationError("election.fingerprint", election.fingerprint)


def _show_tracker(raw: bytes) -> None:
    say(f"Tracker: {ballot.tracker(raw)}")


def _show_head(head: Head) -> None:
    say(f"Head: height {head.height}, hash {head.hash}")
