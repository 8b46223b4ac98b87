"""What can go wrong, as exceptions.

    CryptoError
    ├── VerificationError     something published does not hold; has a stable code
    ├── ArchiveError          not an election archive, or not readable as one
    ├── UnsupportedError      valid perhaps, but of a kind that this version does not verify
    ├── UsageError            what the caller gave is wrong (a mistyped credential, choices out of bounds, …)
    └── witness.Refused       a witness does not cosign; what HTTP answers, and why

Verification raises; it never returns a bool that a caller could forget to look at.
"""

from typing import Final

CODES: Final[dict[str, str]] = {
    "archive.member": "A file inside the archive is not written the way the specification says (section 4.4).",
    "archive.hash": "The contents of a file inside the archive do not match the SHA-256 in its name.",
    "archive.truncated": "The archive ends in the middle of a file, or with data that no event refers to.",
    "archive.unreferenced": "The archive holds data that the event after it does not refer to.",
    "event.format": "An event is not written the way the specification says (section 4.4).",
    "event.height": "An event's height is not one more than the height of the event before.",
    "event.parent": "An event does not name the hash of the event before it: the chain is broken.",
    "event.order": "An event stands where the order of an election does not allow it.",
    "event.payload": "An event lacks its payload, has one that it must not have, or names one that is not there.",
    "setup.format": "The set-up data is not written the way the specification says (section 4.10).",
    "setup.confirmed": "The archive does not begin with the set-up that this trustee has confirmed.",
    "election.format": "The election's description is not written the way the specification says (section 4.10).",
    "election.question": "A question's bounds cannot hold: minimum and maximum do not fit its answers.",
    "election.public_key": "The election's public key is not the product of the trustees' public keys.",
    "election.fingerprint": "This is not the election that was asked for: its fingerprint is another.",
    "trustees.format": "The list of trustees is not written the way the specification says (section 4.7).",
    "trustees.key": "A trustee's public key is not a point of the group, or is its identity.",
    "trustees.proof": "A trustee has not proved to know the private key that belongs to the public key.",
    "trustees.duplicate": "Two trustees have the same public key.",
    "threshold.format": "What threshold trustees publish is not written the way the specification says (section 4.6).",
    "threshold.context": "A threshold trustee's certificate is for another group, place, number or threshold.",
    "threshold.point": "A threshold trustee has published something that is not a point of the group, or the identity.",
    "threshold.signature": "What a threshold trustee is to have published is not signed with the certificate's key.",
    "threshold.duplicate": "Two threshold trustees' certificates have the same key.",
    "threshold.key": "A threshold trustee's public key is not what the coefficients of all trustees give.",
    "threshold.share": "A threshold trustee was sent a value that is not that of the sender's polynomial, or none.",
    "threshold.own": "What is shown of a threshold trustee to that trustee is not what the trustee made.",
    "channel.format": "A message between trustees is not written the way the specification says (section 4.6).",
    "channel.point": "An encrypted message between trustees holds something that is not a point of the group.",
    "channel.encryption": "A message between trustees was encrypted for somebody else, or was changed.",
    "channel.signature": "A message between trustees is not signed by whom it is said to come from.",
    "channel.recipient": "A message between trustees was meant for another of them.",
    "ceremony.format": "A ceremony of threshold trustees is not written the way that it must be.",
    "ceremony.commitment": "A trustee has published another polynomial than the one that it had committed to.",
    "ceremony.differs": "The ceremony is shown otherwise than it was shown to this trustee at an earlier step.",
    "trustees.missing": "The key of the trustee who asks is not among those of the election.",
    "credentials.format": "The list of public credentials is not written the way the specification says (section 4.8).",
    "credentials.point": "A public credential is not a point of the group, or is its identity.",
    "credentials.duplicate": "A public credential stands on the list twice.",
    "credentials.weight": "A voter weighs more than 1, and the votes on a question are listed instead of added up.",
    "ballot.format": "A ballot is not written the way the specification says (section 4.17).",
    "ballot.election": "A ballot was made for another election.",
    "ballot.credential": "A ballot's credential is not on the list of public credentials.",
    "ballot.point": "A ballot holds something that is not a point of the group.",
    "ballot.scalar": "A ballot holds a number that is not written canonically between 0 and the group's order.",
    "ballot.answers": "A ballot does not answer each question with as many values and proofs as the question asks for.",
    "ballot.hash": "The hash that a ballot's signature covers is not the hash of that ballot.",
    "ballot.signature": "A ballot's signature does not match its credential.",
    "ballot.proof.individual": "A ballot does not prove that each of its values is 0 or 1.",
    "ballot.proof.overall": "A ballot does not prove that it keeps to the number of answers allowed.",
    "ballot.proof.blank": "A ballot does not prove that it is either blank or not.",
    "ballot.proof.lists": "A ballot does not prove that all its candidates are of the list that it chooses.",
    "ballot.proof.nonzero": "A ballot does not prove that it chooses a candidate.",
    "ballot.proof.knowledge": "A ballot does not prove that its voter knows what is encrypted in it.",
    "ballot.opening": "A challenged ballot does not encrypt the choices that its device was given.",
    "ballot.duplicate": "The same ballot stands in the archive twice.",
    "tally.format": "The encrypted tally is not written the way the specification says (section 4.18).",
    "tally.size": "The number of counted ballots, or their total weight, is not what the ballots add up to.",
    "tally.ciphertexts": "The encrypted tally is not the product of the counted ballots.",
    "tally.second": "With this trustee's key another tally of this election has been decrypted already.",
    "shuffle.format": "A shuffle is not written the way the specification says (section 4.19).",
    "shuffle.owner": "A shuffle names a trustee who does not exist, or who has shuffled already.",
    "shuffle.point": "A shuffle holds something that is not a point of the group.",
    "shuffle.scalar": "A shuffle holds a number that is not written canonically between 0 and the group's order.",
    "shuffle.own": "A shuffle stands under a trustee's number that this trustee did not make.",
    "shuffle.second": "This trustee has shuffled another tally of this election already.",
    "shuffle.proof": "A trustee has not proved to have shuffled only: to have re-encrypted votes and changed places.",
    "decryption.format": "A partial decryption is not written the way the specification says (section 4.20).",
    "decryption.owner": "A partial decryption names a trustee who does not exist, or who has decrypted already.",
    "decryption.point": "A decryption factor is not a point of the group.",
    "decryption.proof": "A trustee has not proved to have decrypted correctly.",
    "decryption.joint": "A trustee has not proved all its factors right together, and could have changed votes.",
    "result.format": "The result is not written the way the specification says (section 4.21).",
    "result.value": "The result is not what the trustees' decryptions give.",
    "receipt.format": "A receipt is not written the way that it must be.",
    "receipt.signature": "A receipt's signature does not match the key that was given.",
    "receipt.election": "A receipt is from another vote than the archive.",
    "receipt.missing": "The ballot that a signed receipt confirms does not stand at its place in the archive.",
    "since.shorter": "The archive ends before the place that it had reached when it was kept: something was taken out.",
    "since.differs": "The archive does not begin with what was kept of it: something that was published was changed.",
    "since.election": "What was kept is of another election, or of another set-up of this one.",
    "document.format": "The set-up document is not written the way that it must be.",
    "document.archive": "The set-up document is of another vote, or says something else than the archive.",
    "registrar.format": "The registrar's confirmation is not written the way that it must be.",
    "registrar.signature": "The registrar's confirmation is not signed with the key that the set-up document names.",
    "registrar.setup": "The registrar has confirmed another set-up than the one that is published.",
    "turnout.format": "The registrar's turnout is not written the way that it must be.",
    "turnout.signature": "The registrar's turnout is not signed with the key that the set-up document names.",
    "turnout.archive": "The registrar's turnout is not that of the credentials that voted.",
    "turnout.small": "The registrar's turnout has a group of fewer than 10 who voted, which others would hide.",
    "protocol.format": "The protocol of the result is not written the way that it must be.",
    "protocol.signature": "The protocol of the result is not signed with the key that it names.",
    "protocol.archive": "The protocol of the result says something else than the archive.",
    "count.archive": "The published count of a question is not what its ballots give.",
    "count.ballots": "The published ballots on a question are not those of the archive.",
    "count.result": "The published table of the result says something else than the archive.",
    "note.format": "A signed note is not written the way C2SP signed-note says.",
    "note.signature": "A signature under a note does not match the key whose it says that it is.",
    "note.unsigned": "The key that was given has not signed the note.",
    "checkpoint.format": "A checkpoint of the log is not written the way C2SP tlog-checkpoint says.",
    "checkpoint.origin": "A checkpoint is of another log.",
    "checkpoint.quorum": "Fewer witnesses have cosigned a checkpoint than were asked for.",
    "checkpoint.stale": "Fewer witnesses than were asked for have cosigned a checkpoint lately: it may be an old one.",
    "log.root": "The log does not have the root hash that its checkpoint signs.",
    "log.shorter": "The log has fewer entries than it had when it was seen last: something was taken out.",
    "log.differs": "The log does not begin with what was seen of it: something in it was changed or taken out.",
    "tile.missing": "A part of the log is not there, although its checkpoint signs that it is.",
    "tile.format": "A tile of the log does not hold as many hashes as it must.",
    "tile.hashes": "A tile of the log holds other hashes than those that its checkpoint signs.",
    "bundle.format": "An entry bundle of the log does not hold as many entries as it must.",
    "bundle.entries": "An entry of the log is another than the one that its checkpoint signs.",
    "entry.format": "An entry of the log is not canonical JSON that says its type and version.",
    "entry.members": "An entry of the log does not say what an entry of its type says.",
    "rotation.signature": "An entry replaces the log's key, and is not signed with the key that it replaces.",
    "rotation.chain": "The log's key was replaced, and the entries of the log do not lead from one to the other.",
    "recount.height": "In the log an event of a vote is left out, or stands there twice.",
    "recount.order": "An entry of the log stands where the order of a vote does not allow it.",
    "recount.head": "A state of a vote names another head than the one that the log has at that height.",
    "recount.clock": "The times at which a vote opens, is extended and closes do not fit each other.",
    "recount.count": "A number that an entry of the log gives is not what the entries before it add up to.",
    "recount.document": "An entry of the log names another document than the entries before it.",
    "petition.order": "An entry about a petition stands where what happened to it before does not allow it.",
    "petition.signature": "What the registrar is to have signed of a petition is not signed with its key.",
    "petition.signer": "A petition names another key of the registrar than those before.",
    "petition.double": "One person is attested twice in a petition.",
    "petition.late": "A signature was attested for a day on which the petition was not open, or long after its end.",
    "petition.region": "A signature was attested for a region that the registrar has not opened the petition with.",
    "petition.document": "The text of a petition is another than the one that was entered in the log.",
    "petition.count": "What the site says of a petition's signatures is not what the log adds up to, or unattested.",
    "petition.timeline": "What the site says of a petition's state, times and answers is not what the log has.",
    "petition.missing": "The site does not give a petition that the log has, or gives one that it does not have.",
    "consultation.order": "An entry about a consultation stands where what happened before does not allow it.",
    "consultation.signature": "A version of a draft is not signed with its agency's key.",
    "consultation.key": "An agency has signed with a key that the log does not have, or that does not follow its last.",
    "consultation.late": "Something was said in a consultation, or its time prolonged, when comments had ended.",
    "consultation.count": "Numbers of comments and replies are not what the entries of a consultation add up to.",
    "consultation.replies": "A reply is not to the comments, or not about the version, that it names in the log.",
    "consultation.change": "A reply names a provision as changed that has the same words as before, or is not there.",
    "consultation.comments": "A comment that is published, or a decision about it, is another than in the log.",
    "consultation.document": "The text of a version is another than the one that was entered in the log.",
    "consultation.record": "What is published with a version, or the map of its provisions, is not what was signed.",
    "consultation.reports": "The report on a consultation is another than the one in the log, or counts otherwise.",
    "consultation.timeline": "What the site says of a consultation's state, times and versions is not as in the log.",
    "consultation.missing": "The site leaves out what the log has of a consultation, or gives what it does not have.",
    "promise.format": "A registrar's promise is not written the way that it must be.",
    "promise.missing": "What the registrar promised to a signer is not in the log.",
    "audit.order": "A step of an audit stands where those before do not allow it.",
    "audit.commitment": "What an auditor revealed is not what was committed to.",
    "audit.count": "An audit was not of as many signatures as were to be drawn, or counted.",
    "audit.format": "An opening of signatures is not written the way that it must be.",
    "audit.sample": "The signatures that were opened are not those that were drawn.",
    "vrf.key": "A public key of pseudonyms is not a point of the group, or is its identity.",
    "vrf.format": "A pseudonym's proof is not written the way RFC 9381 says.",
    "vrf.proof": "It is not proved that a pseudonym is that of this person in this petition.",
    "site.votes": "The list of votes leaves out one that the log has, or names one twice.",
    "site.format": "What the site publishes as data is not written the way that it must be.",
    "site.figures": "What the site says of a vote is not what its archive holds.",
    "site.missing": "An event of a vote's archive is not in the log.",
    "site.extra": "An event of a vote that the log has is not in its archive.",
    "site.differs": "An event of a vote is another one in its archive than in the log.",
    "site.state": "What the site says of a vote's times, states and approvals is not what was entered in the log.",
    "site.document": "A document that the site publishes of a vote is another than the one entered in the log.",
    "site.file": "A file that voters' browsers load is another than the one entered in the log.",
    "inclusion.format": "A proof that an entry is in the log is not written the way C2SP tlog-proof says.",
    "inclusion.proof": "A proof that an entry is in the log does not lead to the log's root hash.",
    "consistency.proof": "It is not proved that the log only grew: something that was in it was changed or taken out.",
}
"""Every code that a :class:`VerificationError` may bear, with its sentence. Codes are stable; sentences may change."""


class CryptoError(Exception):
    """Base of all errors of this package."""


class VerificationError(CryptoError):
    """Something that was published does not hold.

    ``code`` is one of :data:`CODES`; ``height`` is the event's height where there is one; ``detail`` says more.
    """

    def __init__(self, code: str, detail: str = "", height: int | None = None) -> None:
        self.code = code
        self.detail = detail
        self.height = height
        super().__init__(code, detail, height)

    @property
    def message(self) -> str:
        """One plain sentence, with what is known of the place."""
        return f"{CODES[self.code]} ({self.detail})" if self.detail else CODES[self.code]

    def __str__(self) -> str:
        place = "" if self.height is None else f" at height {self.height}"
        return f"{self.code}{place}: {self.message}"


class ArchiveError(CryptoError):
    """Not an election archive, or not readable as one."""


class UnsupportedError(CryptoError):
    """Of a kind that this version does not verify; nothing is said about whether it holds."""


class UsageError(CryptoError):
    """What the caller gave is wrong."""
