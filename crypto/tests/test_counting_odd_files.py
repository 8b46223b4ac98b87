"""Files of ballots that are damaged anywhere: a count, or a sentence about what is wrong, and nothing else."""

from __future__ import annotations

import io
import json
import zipfile
from contextlib import suppress

from crypto.tests.ballot_files import PARTS, workbook
from crypto.tests.test_counting_exports import DOMINION
from hypothesis import given
from hypothesis import strategies as st

from egov_crypto.counting import Method, MethodType, Rules, count
from egov_crypto.counting.files.layouts import Reading
from egov_crypto.counting.files.reading import Format, read
from egov_crypto.errors import UsageError

TEXTS = (
    '4 2 # c\n-3\n5 2 1 0\n(17) 1 4=1 - 2 0\n3.0 0\n0\n"Ada"\n"Bo ""b"""\n"Cy"\n"Dee" "Green"\n"Who?"\n',
    "3 2\n[nick a b c]\n[withdrawn c]\n[tie 3 2 1]\n5 a (b c) 0 /* x */\n1 3 2 0\n0\n",
    '{title: "A"}\n=A:[Ada]\n3: A>B=C # why\n2:"B"\n1:[C]/5, B/2\n',
    "# TITLE: t\n# ALTERNATIVE NAME 1: Ada\n# ALTERNATIVE NAME 2: Bo\n3: 2,{1}\n1: {},{1}\n",
    "2\n1,Ada\n2,Bo\n7,7,2\n4,1,2\n3,{2,1}\n",
    '3,2,\n5,2,1,\n1,3,,1,\n"Candidate 1","Ada","L",\n"Candidate 2","Bo",\n"Candidate 3","Cy",\n"Ward"\n',
    "id,Rank 1,Rank 2,Count\n1,Ada,Bo,2\n2,overvote,undervote,1\n",
    "  Option 1---->: Ada\n /  Option 2---->: Bo\nV: 12 x\nV: -1 y\n",
)
RECORD = (
    "<Cvr><Contests><Contest><Name>Mayor</Name><Id>1</Id><Options><Option><Name>Ada</Name><Id>2</Id><Value>10</Value>"
    "</Option><Option><Id>3</Id><Value>01</Value><WriteInData><Text>Bo</Text></WriteInData></Option></Options></Contest>"
    "</Contests></Cvr>"
)
REPORT = json.dumps(
    {
        "@type": "CVR.CastVoteRecordReport",
        "Election": [{"Contest": [{"@id": "c", "Name": "Mayor", "ContestSelection": [{"@id": "a"}, {"@id": "b"}]}]}],
        "CVR": [
            {
                "CurrentSnapshotId": "s",
                "CVRSnapshot": [
                    {
                        "@id": "s",
                        "CVRContest": [
                            {
                                "ContestId": "c",
                                "CVRContestSelection": [
                                    {
                                        "ContestSelectionId": "a",
                                        "SelectionPosition": [{"HasIndication": "yes", "Rank": 1}],
                                    }
                                ],
                            }
                        ],
                    }
                ],
            }
        ],
    }
)
PACKED: tuple[dict[str, str], ...] = (
    PARTS,
    {name: json.dumps(part) for name, part in DOMINION.items()},
    {"1_a.xml": RECORD, "1_b.xml": RECORD},
)
PIECES = (
    *(
        "",
        "0",
        "-1",
        "007",
        "1e9",
        "9" * 30,
        "9" * 5000,
        "٣",
        "²",
        "\0",
        "\n",
        "\r",
        " ",
        "\t",
        ",",
        ";",
        ":",
        ">",
        "=",
    ),
    *("(", ")", "[", "]", "{", "}", "<", "/>", "&", "&#0;", '"', "#", "/*", "*/", "-", "\ufeff", "\ud7ff", "\u202e"),
    *("null", "true", "[]", "{}", "[[", "NaN", "1.5", '"Rank": 1', "<!DOCTYPE a>", "<Option/>", "[seats 2]"),
)
METHODS = (
    Method(MethodType.STV, rules=Rules.SCOTTISH, seats=2),
    Method(MethodType.STV, rules=Rules.MEEK, seats=2),
    *(Method(each) for each in (MethodType.IRV, MethodType.SCHULZE, MethodType.CONDORCET, MethodType.BORDA)),
    Method(MethodType.MAJORITY_JUDGMENT, grades=("good", "bad")),
)
EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), st.sampled_from(PIECES)), min_size=1, max_size=4)


def damaged(text: str, edits: list[tuple[float, int, str]]) -> str:
    """``text`` with some characters at some places taken out and others put there."""
    for where, length, piece in edits:
        start = int(where * len(text))
        text = text[:start] + piece + text[start + length :]
    return text


def counted(raw: bytes, method: Method, format_: Format | None = None) -> None:
    with suppress(UsageError):
        file = read(io.BytesIO(raw), "x", Reading(), format_)
        count(method, len(file.candidates), file.ballots, b"")


@given(st.sampled_from([*TEXTS, REPORT]), EDITS, st.sampled_from(METHODS), st.sampled_from([None, *Format]))
def test_a_damaged_text_is_counted_or_refused(
    text: str, edits: list[tuple[float, int, str]], method: Method, format_: Format | None
) -> None:
    counted(damaged(text, edits).encode(errors="replace"), method, format_)


@given(st.sampled_from(PACKED), st.floats(0, 0.999), EDITS, st.sampled_from(METHODS))
def test_a_damaged_part_of_an_archive_is_counted_or_refused(
    parts: dict[str, str], which: float, edits: list[tuple[float, int, str]], method: Method
) -> None:
    name = list(parts)[int(which * len(parts))]
    counted(workbook({**parts, name: damaged(parts[name], edits)}).getvalue(), method)


@given(st.sampled_from(PACKED), st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=5))
def test_a_damaged_archive_is_counted_or_refused(parts: dict[str, str], changes: list[tuple[float, int]]) -> None:
    raw = bytearray(workbook(parts).getvalue())
    assert zipfile.is_zipfile(io.BytesIO(raw))
    for where, value in changes:
        raw[int(where * len(raw))] = value
    counted(bytes(raw), METHODS[2])
