"""The report on a consultation, held against the log, and recounted from the comments and replies themselves."""

import csv
import hashlib
import io
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from egov_crypto import statement
from egov_crypto.cli.consultation_texts import Texts
from egov_crypto.cli.site_figures import compare, readable
from egov_crypto.consultation import ConsultationCount
from egov_crypto.errors import VerificationError

MAX_REPORT: Final = 1 << 27


@dataclass
class Said:
    """What the comments and replies of a site add up to."""

    amendments: int = 0
    by: dict[str, Counter[str]] = field(
        default_factory=lambda: {name: Counter() for name in ("capacity", "stance", "lang")}
    )
    replies: list[list[int]] = field(default_factory=list)
    """Of each reply the numbers of the comments that it is to."""
    supports: list[int] = field(default_factory=list)
    """How many support each comment."""
    places: list[tuple[int, str, str] | None] = field(default_factory=list)
    """Version, language and eId of what each comment was written on; None: the whole draft."""

    def place(self, number: int) -> dict[str, Any] | None:
        """Where a comment stands, as a report has it."""
        found = self.places[number - 1] if 1 <= number <= len(self.places) else None
        return None if found is None else dict(zip(("version", "lang", "eid"), found, strict=True))

    def row(self, number: int) -> tuple[str, str]:
        """The same and how many support it, as a report's table has it."""
        found = self.places[number - 1]
        return "" if found is None else f"v{found[0]} {found[2]}", str(self.supports[number - 1])


_BY: Final = {"by_capacity": "capacity", "by_stance": "stance", "by_language": "lang"}


def check_report(raw: bytes, counted: ConsultationCount, said: Said, texts: Texts) -> int:
    """Check the report that was published last, ``texts`` being those that were signed. Raises
    ``consultation.reports``."""
    entered = counted.reports[-1]
    if len(raw) > MAX_REPORT or hashlib.sha256(raw).hexdigest() != entered["content"]:
        raise VerificationError("consultation.reports", "report.json is not what two officials approved")
    with readable():
        content = statement.load(raw, MAX_REPORT)
        totals = content["totals"]
        compared: list[tuple[str, Any, Any]] = [
            ("complete", content["complete"], entered["complete"]),
            ("owed", totals["owed"], entered["comments"]),
            ("replied", totals["replied"], entered["replied"]),
            ("comments", totals["comments"], len(counted.comments)),
            ("amendments", totals["amendments"], said.amendments),
            *((name, _differs(content[name], said.by[member], counted), False) for name, member in _BY.items()),
            ("by_region", sum(content["by_region"].values()), len(counted.comments)),
            ("by_day", content["by_day"], dict(Counter(day for _, day, *_ in counted.comments))),
            ("supports", totals["supports"], sum(said.supports)),
            ("changes", _called(content["changes"]), _changed(texts, len(content["versions"]))),
            ("versions", [_version(one) for one in content["versions"]], _versions(counted, content)),
        ]
        seen: set[int] = set()
        for position in content["positions"]:
            numbers = {statement.natural(one) for one in position["comments"]}
            if not numbers or len(numbers) != len(position["comments"]) or numbers & seen:
                raise VerificationError("consultation.reports", f"comment {position['comments'][0]} stands there twice")
            seen |= numbers
            compared.append(("place of a position", position["place"], said.place(min(numbers))))
            if 1 <= min(numbers) <= max(numbers) <= len(said.supports):
                supporting = sum(said.supports[number - 1] for number in numbers)
                compared.append(("supports of a position", position["supports"], supporting))
            if (reply := position["reply"]) is not None and not (
                1 <= reply <= len(said.replies) and numbers <= set(said.replies[reply - 1])
            ):
                raise VerificationError("consultation.reports", f"reply {reply} is to other comments")
        answered = sum(len(one["comments"]) for one in content["positions"] if one["reply"] is not None)
        compared += [("positions", [len(seen), answered], [entered["comments"], entered["replied"]])]
        if seen and not 1 <= min(seen) <= max(seen) <= len(counted.comments):
            raise VerificationError("consultation.reports", "a position names a comment that is not there")
        listed = [_reply(one) for one in content["replies"]]
        if entered["complete"]:
            held = [number for number, one in enumerate(counted.replies, 1) if one["superseded_by"] is None]
            compared.append(("replies", [one[0] for one in listed], held))
        for one in listed:
            compared.append(("reply", one, _entered(counted, one[0])))
    return compare("consultation.reports", compared, "in the log") + len(seen)


def check_table(raw: bytes, report: bytes, counted: ConsultationCount, said: Said) -> int:
    """Check the report's table: the bytes that the report names, with every comment and reply as the log has them,
    and where and with how many supporters the site has them.

    Raises :class:`VerificationError` (``consultation.reports``).
    """
    with readable():
        named = statement.load(report, MAX_REPORT)["table"]
    if len(raw) > MAX_REPORT or hashlib.sha256(raw).hexdigest() != named:
        raise VerificationError("consultation.reports", "report.csv is not what two officials approved")
    with readable():
        found = [
            (
                row["comment"],
                row["commitment"],
                row["what"],
                row["day"],
                row["reply"],
                row["verdict"],
                row["reply_commitment"],
                row["provision"],
                row["supports"],
            )
            for row in csv.DictReader(io.StringIO(raw.decode()))
        ]
    for number, (told, entered) in enumerate(zip(found, counted.comments, strict=False), 1):
        what, day, commitment = entered[:3]
        reply = (
            counted.replies[int(told[4]) - 1]
            if told[4].isdecimal() and 0 < int(told[4]) <= len(counted.replies)
            else None
        )
        answered = ("", "", "") if reply is None else (told[4], reply["verdict"], reply["document"])
        if told != (str(number), commitment, what, day, *answered, *said.row(number)):
            raise VerificationError("consultation.reports", f"report.csv says otherwise of comment {number}")
    return compare("consultation.reports", [("rows", len(found), len(counted.comments))], "in the log") + len(found)


def _differs(counts: dict[str, int], said: Counter[str], counted: ConsultationCount) -> bool:
    """Whether a report counts otherwise by something than the comments that are there now: but for those that were
    erased since, of which it is not told any more, and those that were to be erased then and were kept."""
    more = [statement.natural(counts.get(name, 0)) - said[name] for name in counts.keys() | said.keys()]
    kept = sum(any(one[0] == "erasing" for one in comment[5]) for comment in counted.comments) - counted.gone
    return sum(filter(lambda n: n > 0, more)) > counted.gone or -sum(filter(lambda n: n < 0, more)) > max(kept, 0)


def _called(changes: list[dict[str, Any]]) -> list[str]:
    return sorted(str([one[name] for name in ("version", "lang", "old", "new", "change")]) for one in changes)


def _changed(texts: Texts, versions: int) -> list[str]:
    """What became of provisions up to a version, by the maps that were signed."""
    return sorted(
        str([version, lang, old, new, change])
        for (version, lang), text in texts.items()
        for old, new, change in text.map.changes
        if version <= versions and change != "unchanged"
    )


def _version(one: dict[str, Any]) -> list[Any]:
    return [one["number"], one["published_at"], sorted([text["lang"], text["document"]] for text in one["texts"])]


def _versions(counted: ConsultationCount, content: dict[str, Any]) -> list[Any]:
    """Those that there were when it was made: none was taken out since."""
    there = counted.versions[: max(1, len(content["versions"]))]
    return [
        [number, one["at"], [[lang, document] for lang, document, _ in one["texts"]]]
        for number, one in enumerate(there, 1)
    ]


def _reply(one: dict[str, Any]) -> list[Any]:
    changed = one["changed"]
    return [
        statement.natural(one["number"]),
        one["verdict"],
        one["comments"],
        one["document"],
        None if changed is None else changed["version"],
    ]


def _entered(counted: ConsultationCount, number: int) -> list[Any] | None:
    if not 1 <= number <= len(counted.replies):
        return None
    one = counted.replies[number - 1]
    return [number, one["verdict"], one["count"], one["document"], one["changed"]]
