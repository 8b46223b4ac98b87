"""Which of the log's keys has signed the checkpoint of a proof that was made some time ago."""

from egov_crypto.checkpoint import Checkpoint
from egov_crypto.cli import log_state
from egov_crypto.errors import UsageError
from egov_crypto.note import Note, VerifierKey
from egov_crypto.tlog_proof import TlogProof


def key_of_then(proof: TlogProof, given: list[VerifierKey]) -> VerifierKey:
    """The log's key under the proof's checkpoint: one that was given, else the one that is remembered; or one that the
    log's entries, as far as they are remembered, lead from or to. The log has changed its key since, perhaps."""
    signed = Note.parse(proof.checkpoint)
    origin = Checkpoint.parse(signed.text).origin
    known = log_state.remembered_keys(origin)
    start = given or known[:1]
    if not start:
        raise UsageError(f"give the key of the log {origin} with --key too")
    chained = known if set(start) & set(known) else []
    signers = {(signature.name, signature.key_id) for signature in signed.signatures}
    for key in [*start, *chained]:
        if (key.name, key.key_id) in signers:
            return key
    if any(name == start[0].name for name, _ in signers):
        raise UsageError(
            f"{start[0].text} has not signed this proof, but another key of that name: give the key of then with --key"
            " too, or run egov-verify log, which remembers which key followed which"
        )
    return start[0]
