"""Entries of the log: canonical JSON as RFC 8785 writes it, and one spelling only."""

from __future__ import annotations

import json
from typing import Any

import pytest

from egov_crypto import canonical, entry
from egov_crypto.errors import UsageError, VerificationError

# RFC 8785: section 3.2.3 (sorting; its U+007F is not escaped), and github.com/cyberphone/json-canonicalization,
# testdata/input and testdata/output: structures, french, unicode, and values without its fractions.
SORTED = """\
{"\\r":"Carriage Return","1":"One","\u0080":"Control\u007f","ö":"Latin Small Letter O With Diaeresis",\
"€":"Euro Sign","\U0001f600":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}"""
UNSORTED = """\
{"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",\
"\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control\\u007f",\
"\\u00f6":"Latin Small Letter O With Diaeresis"}"""
FRENCH = """\
{"peach":"This sorting order","péché":"is wrong according to French","pêche":"but canonicalization MUST",\
"sin":"ingnore locale"}"""
PUBLISHED = [
    (UNSORTED, SORTED),
    (
        '{"1":{"f":{"f":"hi","F":5},"\\n":56},"10":{},"":"empty","a":{},"111":[{}],"A":{}}',
        '{"":"empty","1":{"\\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{}],"A":{},"a":{}}',
    ),
    (FRENCH, FRENCH),
    ('{"Unnormalized Unicode":"\\u1e0d\\u0307"}', '{"Unnormalized Unicode":"\u1e0d\u0307"}'),
    (
        '{"escaping":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
        '{"escaping":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/","literals":[null,true,false]}',
    ),
    ("[56,{},[]]", "[56,{},[]]"),
    ("[0,-1,9007199254740991,-9007199254740991]", "[0,-1,9007199254740991,-9007199254740991]"),
    ('"\\u0008\\u0009\\u000a\\u000c\\u000d\\u0000\\u001f\\u007f"', '"\\b\\t\\n\\f\\r\\u0000\\u001f\x7f"'),
]
STATE = {"type": "vote.state", "version": 1, "vote": "KMLMr96HM3M2nQ", "state": "open"}


def code(raw: bytes) -> str:
    with pytest.raises(VerificationError) as error:
        entry.parse(raw)
    return error.value.code


@pytest.mark.parametrize(("text", "written"), PUBLISHED)
def test_json_is_written_as_rfc_8785_writes_it(text: str, written: str) -> None:
    value = json.loads(text)
    assert canonical.dump(value) == written.encode()
    assert canonical.load(written.encode()) == value


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" 1",
        b"1 ",
        b"1\n",
        b"\xef\xbb\xbf1",
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b'{"a":1, "b":2}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a":1,"a":2}',
        '{"\ufb33":1,"\U0001f600":2}'.encode(),
        b'{"a":1,}',
        b"[1,2,]",
        b"01",
        b"+1",
        b"-0",
        b"1.0",
        b"1e3",
        b"0.5",
        b"9007199254740992",
        b"-9007199254740992",
        b"9" * 5000,
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b'"\\u0041"',
        b'"\\/"',
        b'"\\u000a"',
        b'"\\u001F"',
        b'"\\u007f"',
        b'"\\ud83d\\ude02"',
        b'"\\ud83d"',
        b'"\x01"',
        b"'a'",
        b"nul",
        b"[" * 66 + b"]" * 66,
        b"[" * 50_000 + b"]" * 50_000,
        b'{"a":' * 50_000,
    ],
)
def test_other_spellings_are_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical.load(raw)
    assert code(raw) == "entry.format"


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        0.5,
        2**53,
        -(2**53),
        float("nan"),
        b"a",
        {1: "a"},
        {None: 1},
        {"a": {1, 2}},
        "\ud800",
        {"\udc00": 1},
        object(),
    ],
)
def test_what_readers_would_disagree_on_is_not_written(value: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical.dump(value)
    with pytest.raises(UsageError, match="no entry"):
        entry.dump({**STATE, "more": value})


def test_nesting_ends_where_it_is_said_to() -> None:
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        for depth in (63, 64, 65):
            raw = f"{opening * depth}1{closing * depth}".encode()
            value: Any = 1
            for _ in range(depth):
                value = [value] if opening == "[" else {"a": value}
            if depth <= canonical.MAX_DEPTH:
                assert canonical.load(raw) == value
                assert canonical.dump(value) == raw
            else:
                for use, what in ((canonical.load, raw), (canonical.dump, value)):
                    with pytest.raises(ValueError, match="deeply"):
                        use(what)
    assert canonical.load(b'"' + b"[" * 100 + b'"') == "[" * 100


def test_what_contains_itself_is_not_written() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(ValueError, match="deeply"):
        canonical.dump(endless)


def test_an_entry_is_read_as_it_is_written() -> None:
    raw = entry.dump(STATE)
    assert raw == b'{"state":"open","type":"vote.state","version":1,"vote":"KMLMr96HM3M2nQ"}'
    assert entry.parse(raw) == STATE
    assert entry.dump(entry.parse(raw)) == raw


@pytest.mark.parametrize(
    "change",
    [
        {"type": None},
        {"type": ""},
        {"type": "vote"},
        {"type": "vote."},
        {"type": ".state"},
        {"type": "Vote.state"},
        {"type": "vote.state\n"},
        {"type": "vote state"},
        {"type": "vote." + "s" * 60},
        {"type": 1},
        {"version": None},
        {"version": 0},
        {"version": -1},
        {"version": "1"},
        {"version": True},
        {"text": "x" * 65_535},
    ],
)
def test_what_does_not_say_what_it_is_or_is_too_long_is_no_entry(change: dict[str, Any]) -> None:
    value = {**STATE, **change}
    with pytest.raises(UsageError, match="no entry"):
        entry.dump(value)
    assert code(canonical.dump(value)) == "entry.format"


@pytest.mark.parametrize(
    "raw", [b"[]", b"1", b'"vote.state"', b"null", b"{}", b'{"type":"vote.state"}', b'{"version":1}']
)
def test_what_is_no_object_with_a_type_and_a_version_is_no_entry(raw: bytes) -> None:
    assert code(raw) == "entry.format"


def test_an_entry_may_be_as_long_as_a_bundle_can_hold() -> None:
    room = 65_535 - len(entry.dump({**STATE, "text": ""}))
    assert len(entry.dump({**STATE, "text": "x" * room})) == 65_535
    with pytest.raises(UsageError, match="65536"):
        entry.dump({**STATE, "text": "x" * (room + 1)})
