"""What a site says of a consultation, its comments and its replies, held against what the log has of them."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from egov_crypto import canonical, statement
from egov_crypto.cli.site_figures import compare, load, readable
from egov_crypto.consultation import PUBLISHED, REDACTED, ConsultationCount, comments_hash
from egov_crypto.errors import VerificationError
from egov_crypto.statement import natural

MAX_SIZE: Final = 1 << 24
"""Bytes that a consultation's data may have."""

_SALT: Final = re.compile("[0-9a-f]{64}")
_COMMENT: Final = b"consultation.comment"
_EDIT: Final = b"consultation.edit"
_REPLY: Final = b"consultation.reply"
_REASON: Final = b"consultation.reason"
_AUTHOR: Final = b"consultation.author"
_LEFT: Final = b"consultation.left"
_COVERED: Final = " [ … ] "
"""What stands in a text in the place of words that are covered."""
_WRITTEN: Final = ("number", "version", "about", "capacity", "lang", "stance", "text")
"""Members that a comment has in its document and beside it."""
_ANSWERED: Final = ("agency", "changed", "comments", "lang", "reason", "supersedes", "verdict")
"""The same of a reply."""


class ConsultationFigures:
    """What the site says of one consultation. Its checks tell how many things they have compared.

    All raise :class:`VerificationError`; ``site.format`` where something is missing, or not of its kind.
    """

    def __init__(self, reference: str, raw: bytes) -> None:
        self.said: Final[dict[str, Any]] = load(raw, MAX_SIZE)
        with readable():
            self.comments: Final = natural(self.said["comments"])
            self.replied: Final = natural(self.said["replied"])
            self.state_at: Final = statement.string(self.said["state_at"])
        if self.said["reference"] != reference:
            raise VerificationError("consultation.missing", f"{reference} is called {self.said['reference']}"[:200])

    def check_log(self, counted: ConsultationCount) -> int:
        """Check state, times, versions and reasons. Raises ``consultation.timeline``, ``consultation.document``."""
        with readable():
            said = self.said
            reasons = [
                _hashed(_REASON, one["salt"], one["reason"].encode())
                for one in said["timeline"]
                if one["reason"] is not None
            ]
            compared: list[tuple[str, Any, Any]] = [
                ("state", said["state"], counted.state),
                ("state_at", said["state_at"], counted.at),
                ("opened_at", said["opened_at"], counted.opened_at),
                ("closes_at", said["closes_at"], counted.closes_at),
                ("agency", said["agency"], counted.versions[0]["agency"] if counted.versions else ""),
                ("reasons", sorted(reasons), sorted(counted.reasons)),
                ("rules", said["rules"]["sha256"], counted.rules),
                ("versions", [_version(one) for one in said["versions"]], _versions(counted)),
            ]
            texts = [("texts", [_texts(one) for one in said["versions"]], _entered(counted))]
        return compare("consultation.timeline", compared, "in the log") + compare(
            "consultation.document", texts, "in the log"
        )

    def check_counts(self, before: ConsultationCount, counted: ConsultationCount) -> int:
        """Check the numbers of comments, of which some may have come since the log was read ``before``; raises
        ``consultation.count``."""
        numbers = (
            ("comments", len(before.comments), self.comments, len(counted.comments)),
            ("replied", before.replied, self.replied, counted.replied),
        )
        for name, least, said, most in numbers:
            if not least <= said <= most:
                raise VerificationError("consultation.count", f"{name}: {said} there, {most} in the log")
        return len(numbers)

    def check_item(self, item: Mapping[str, Any]) -> int:
        """Check that the list says the same, if it was asked for when nothing had changed. Raises
        ``consultation.timeline``."""
        with readable():
            said = self.said
            marks = ("state_at", "comments", "replied", "closes_at")
            if [item[name] for name in marks] + [len(item["versions"])] != [
                *(said[name] for name in marks),
                len(said["versions"]),
            ]:
                return 0
            compared = [
                (name, item[name], said[name]) for name in ("state", "title", "agency", "versions", "opened_at")
            ]
        return compare("consultation.timeline", compared, "at its own address")


def check_comment(reference: str, item: Mapping[str, Any], entered: list[Any]) -> int:
    """Check a comment against its entries, and tell how many things were compared. Raises ``consultation.comments``."""
    what, day, hash_, shown, edits, decisions, author = entered
    with readable():
        number = natural(item["number"])
        if item["shown"] != shown or (shown == PUBLISHED) != (item["document"] is not None):
            raise VerificationError("consultation.comments", f"{number} is {shown} in the log, and not there")
        compared: list[tuple[str, Any, Any]] = [
            ("hash", item["hash"], hash_),
            ("what", item["what"], what),
            ("day", item["day"], day),
            ("edits", [[edit["day"], edit["hash"]] for edit in item["edits"]], edits),
            ("decisions", _decisions(item), sorted((one[:4] for one in decisions), key=str)),
        ]
        if item["author"] is not None:  # one that was shown, and is not any more, was taken away by its owner
            named = {"consultation": reference, "number": number, "name": item["author"]}
            compared.append(("author", _committed(_AUTHOR, item["author_salt"], named), author))
        if shown == PUBLISHED:
            document = item["document"]
            amendment = item["amendment"] or {"kind": None, "proposed": ""}
            place = item["place"] and [item["place"]["lang"], item["place"]["eid"]]
            compared += [
                ("document", _committed(_COMMENT, item["salt"], document), hash_),
                ("consultation", document["consultation"], reference),
                *((name, item[name], document[name]) for name in _WRITTEN),
                ("organisation", item["organisation"] or "", document["organisation"] or ""),
                (
                    "amendment",
                    [amendment["kind"], amendment["proposed"]],
                    [document["amendment"], document["proposed"]],
                ),
                ("place", place, document["place"] and [document["place"]["lang"], document["place"]["eid"]]),
                ("quote", _quoted(item["quote"]), _quoted(document["quote"])),
                ("files", _files(item["files"]), _files(document["files"])),
            ]
        elif item["salt"] is not None or (shown != REDACTED and _has_words(item)):
            raise VerificationError("consultation.comments", f"{number} is {shown} in the log, and shown")
        if shown == REDACTED:
            compared += _left(reference, item, [one[4] for one in decisions if one[4] is not None][-1])
        for order, edit in enumerate(item["edits"], 1):
            if shown == PUBLISHED or edit["salt"] is not None:
                content = {"consultation": reference, "number": number, "edit": order, "text": edit["text"]}
                compared.append(("edit", _committed(_EDIT, edit["salt"], content), edit["hash"]))
            elif edit["text"]:
                raise VerificationError("consultation.comments", f"{number} is {shown}, and an addition to it is shown")
    return compare("consultation.comments", compared, f"in the log, of comment {number}")


def _has_words(item: Mapping[str, Any]) -> bool:
    """Whether anything of who wrote what is shown."""
    amendment = item["amendment"] or {"proposed": ""}
    named = ("text", "author", "author_salt", "organisation", "quote", "files", "left")
    return bool(amendment["proposed"] or any(item[name] for name in named))


def _quoted(quote: Mapping[str, Any] | None) -> list[Any] | None:
    """What a quote has in the document; what stands around it is in the text."""
    return None if quote is None else [quote["exact"], quote["start"], quote["end"]]


def check_reply(reference: str, item: Mapping[str, Any], entered: Mapping[str, Any], comments: int) -> int:
    """Check a reply against its entry, where there are so many comments. Raises ``consultation.replies``."""
    with readable():
        number, document = natural(item["number"]), item["document"]
        numbers = [natural(one) for one in item["comments"]]
        changed = item["changed"] and natural(item["changed"]["version"])
        compared: list[tuple[str, Any, Any]] = [
            ("hash", item["hash"], entered["document"]),
            ("document", _committed(_REPLY, item["salt"], document), entered["document"]),
            ("consultation", document["consultation"], reference),
            *((name, item[name], document[name]) for name in _ANSWERED),
            ("at", item["at"], entered["at"]),
            ("verdict", item["verdict"], entered["verdict"]),
            ("supersedes", item["supersedes"], entered["supersedes"]),
            ("superseded_by", item["superseded_by"], entered["superseded_by"]),
            ("changed", changed, entered["changed"]),
            ("comments", [len(numbers), comments_hash(numbers)], [entered["count"], entered["comments"]]),
            ("comments", sorted(set(numbers)), numbers),
            ("comments", bool(numbers) and numbers[0] >= 1 and numbers[-1] <= comments, True),
        ]
    return compare("consultation.replies", compared, f"in the log, of reply {number}")


def _version(one: Mapping[str, Any]) -> list[Any]:
    return [one["number"], one["published_at"], one["agency"], one["signature"]]


def _versions(counted: ConsultationCount) -> list[list[Any]]:
    return [
        [number, one["at"], one["agency"], statement.from_base64(one["signature"], 64).hex()]
        for number, one in enumerate(counted.versions, 1)
    ]


def _texts(one: Mapping[str, Any]) -> list[list[str]]:
    return sorted([text["lang"], text["document"], text["source"]["sha256"]] for text in one["texts"])


def _entered(counted: ConsultationCount) -> list[Any]:
    return [one["texts"] for one in counted.versions]


def _decisions(item: Mapping[str, Any]) -> list[list[str | None]]:
    """What the log must have of them, whose order it holds itself; each reason must make its commitment."""
    found: list[list[str | None]] = []
    for one in item["redactions"]:
        found.append(["redacted", one["at"], None, _reason(one)])
        if (decision := one["decision"]) is not None:
            what = "appeal-granted" if one["lifted"] else "appeal-refused"
            found.append([what, one["decided_at"], None, _reason(decision)])
    for one in item["erasures"]:
        by, reason = one["by"], None if one["reason"] is None else _reason(one)
        if by != "court":
            found.append(["erasing", one["at"], by, reason])
        if one["ended"] in {"kept", "erased"}:
            done = one["ended"] == "erased"
            told = reason if done and by == "court" else None
            found.append([one["ended"], one["ended_at"], by if done else None, told])
    return sorted(found, key=str)


def _reason(one: Mapping[str, Any]) -> str:
    return _hashed(_REASON, one["salt"], one["reason"].encode())


def _left(reference: str, item: Mapping[str, Any], entered: str) -> list[tuple[str, Any, Any]]:
    """What is left to read of a comment in which words are covered, against the commitment of when they were."""
    left, holds = item["left"]["document"], [one for one in item["redactions"] if not one["lifted"]][-1]
    pieces = [_COVERED if piece is None else piece for piece in left["pieces"]]
    place = item["place"] and {name: item["place"][name] for name in ("lang", "eid")}
    return [
        ("left", _committed(_LEFT, item["left"]["salt"], left), entered),
        ("consultation", left["consultation"], reference),
        *((name, item[name], left[name]) for name in ("number", "version", "about", "capacity", "lang", "stance")),
        ("text", item["text"], "".join(pieces)),
        ("ground", holds["ground"], left["ground"]),
        ("organisation", item["organisation"] or "", left["organisation"]),
        ("amendment", item["amendment"] and item["amendment"]["kind"], left["amendment"]),
        ("proposed", (item["amendment"] or {"proposed": ""})["proposed"], ""),
        ("place", place, left["place"] and {name: left["place"][name] for name in ("lang", "eid")}),
        ("quote", _quoted(item["quote"]), _quoted(left["quote"])),
        ("files", item["files"], []),
    ]


def _files(files: Iterable[Mapping[str, Any]]) -> list[list[str]]:
    return [[file["name"], file["sha256"]] for file in files]


def _committed(word: bytes, salt: Any, content: Any) -> str:
    return _hashed(word, salt, canonical.dump(content))


def _hashed(word: bytes, salt: Any, content: bytes) -> str:
    if not isinstance(salt, str) or not _SALT.fullmatch(salt):
        raise ValueError("not 32 bytes in hex")
    return hashlib.sha256(word + bytes.fromhex(salt) + content).hexdigest()
