"""Files of ballots: BLT, ABIF, PrefLib, tally sheets."""

from __future__ import annotations

import pytest
from crypto.tests.ballot_files import opened
from hypothesis import given
from hypothesis import strategies as st

from egov_crypto.counting.files import blt
from egov_crypto.counting.files.ballot_file import BallotFile, ranks, without
from egov_crypto.counting.files.reading import Format
from egov_crypto.errors import CryptoError, UsageError


def test_blt_with_all_that_is_seen_in_it() -> None:
    text = """\
# made by hand
4 2   # candidates, seats
-3
5 2 1 0
(17) 1 4=1 - 2 0
2 3 1 0
1 1=2
  - 0
3.0 0
0
"Ada"
"Bo ""the # builder"" B"
"Cy"
"Dee" "Green Party"
"Who leads?"
"""
    file = opened(text)
    assert file == BallotFile(
        candidates=("Ada", 'Bo "the # builder" B', "Dee Green Party"),
        ballots={(2, 1, 0): 5, (1, 3, 1): 1, (1, 0, 0): 2, (1, 1, 0): 1, (0, 0, 0): 3},
        title="Who leads?",
        seats=2,
        withdrawn=("Cy",),
    )
    assert blt.read(blt.write(file).decode()) == BallotFile(file.candidates, file.ballots, file.title, file.seats)
    assert blt.write(file).decode().splitlines()[:3] == ["3 2", "3 0", "2 1 0"]


def test_blt_names_without_quotes_without_title_or_without_any() -> None:
    ballots = "2 1\n1 1 2 0\n0\n"
    assert opened(ballots + "Ada   LOVE  (Lab)\nBo O'Neil (#1)\nWard 3").candidates == (
        "Ada LOVE (Lab)",
        "Bo O'Neil (#1)",
    )
    assert opened(ballots + '"Ada "Countess" L"\r\n"Bo"').candidates == ('Ada "Countess" L', "Bo")
    assert opened(ballots + '"Ada" "Bo" "Title"').title == "Title"
    assert opened(ballots).candidates == ("1", "2")
    assert opened("2 1\n-2\n0\n").withdrawn == ("2",)
    nicks = opened("3 2\n[nick a b c]\n[withdrawn c]\n[tie 3 2 1]\n5 a b=c 0\n1 3 2 0\n0\n")
    assert (nicks.ballots, nicks.withdrawn) == ({(1, 2): 5, (0, 1): 1}, ("3",))
    assert nicks.notes == ("line 4 is for another program, and was passed over: [tie 3 2 1]",)
    assert opened(ballots.encode() + "Äda\nБо\n".encode("utf-8-sig")[3:]).candidates == ("Äda", "Бо")
    assert opened((ballots + "Äda\nBo\n").encode("cp1252")).candidates == ("Äda", "Bo")
    assert opened((ballots + "Әсем\nBo\n").encode("utf-16")).candidates == ("Әсем", "Bo")


def test_blt_of_other_programs() -> None:
    """Comments between signs, equal ranks in parentheses, a ballot in two lines, no line 0 after the ballots."""
    file = opened(
        '/* by\n /* hand */ 4 2\n-2\n3 1 (3 4) 0 /* both */ 4 1 3 2 0\n2 4 1 3\n0 1 (3) 0\n"A"\n"B"\n"C"\n"D"'
    )
    assert file.candidates == ("A", "C", "D")
    assert file.ballots == {(1, 2, 2): 3, (1, 2, 0): 4, (2, 3, 1): 2, (0, 1, 0): 1}
    assert file.notes == ("line 7: the line 0 that should end the ballots is missing",)
    with pytest.raises(UsageError, match="line 2: a ballot that goes on in other lines names a candidate twice"):
        opened("3 1\n3 1 2\n2 2 1 0\n0\n")
    assert opened("2 1\n3 1 2\n0\n2 1\n0\n0\n").ballots == {(1, 2): 3, (1, 0): 2}
    in_lines = opened(
        '2 1,,\n-2,\n3 1 2  # a\n\n2 1=2,\n1,\n0,\n# ALTERNATIVE NAME 1: Ada (#1)\nBo,,\n# a remark\n"W, 5",'
    )
    assert (in_lines.candidates, in_lines.withdrawn, in_lines.title) == (("Ada (#1)",), ("Bo",), "W, 5")
    assert in_lines.ballots == {(1,): 5, (0,): 1}
    in_one = opened('2 1 3 1 2 0 2 2 0 0 "Ada = #1" "Bo" "Title"')
    assert (in_one.candidates, in_one.title) == (("Ada = #1", "Bo"), "Title")
    assert in_one.ballots == {(1, 2): 3, (0, 1): 2}


def test_blt_takes_a_second_mention_as_a_rank_left_out_and_says_so() -> None:
    file = opened("3 1\n4 1 1 2 0\n1 3 0\n0\n")
    assert file.ballots == {(1, 3, 0): 4, (0, 0, 1): 1}
    assert file.notes == ("4 ballots name a candidate twice: the second time is taken as a rank left out",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("3 0\n0\n", "line 1: there are no seats"),
        ("300 1\n0\n", "line 1: between 1 and 255 candidates"),
        ("3 1\n1 2 4 0\n0\n", "line 2: there is no candidate 4"),
        ("3 1\n1 2 x 0\n0\n", "line 2: 'x' is not a whole number"),
        ("3 1\n1.5 2 0\n0\n", "line 2: '1.5' is not a whole number"),
        ("3 1\n9999999999 2 0\n0\n", "line 2: 9999999999 is too many"),
        ("3 1\n1 2 3\n1 2\n", "line 2: the file ends within a ballot"),
        ("3 1\n1 2 0\n", "the file ends before the line 0"),
        ("3 1\n1 2 0\n0 1\n", "line 3: something follows the 0"),
        ("3 1\n-4\n0\n", "line 2: there is no candidate 4"),
        ("3 1\n[nick a b b]\n0\n", "line 2: 3 different names"),
        ("3 1\n[\n0\n", "line 2: '[' is not known"),
        ("3 1\n[seats 2]\n0\n", "line 2: '[seats 2]' is not known"),
        ("2 1\n-1 -2\n0\n", "all candidates have withdrawn"),
        ("3 1\n0\nAda\nBo\n", "2 names for 3 candidates"),
        ('2 1\n0\n"Ada"\n""\n', "line 4: a candidate without a name"),
        ("1 1\n0\na\nb\nc\nd\ne\n", "line 5: more names than the 1 candidates"),
        ("2 1\n1 " + "- " * 5000 + "0\n0\n", "line 2: a ballot of more than 4096 ranks"),
        ("2 1\n1 1==2 0\n0\n", "line 2: '' is not a whole number"),
    ],
)
def test_blt_errors_name_the_line(text: str, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        opened(text, format_=Format.BLT)
    assert str(raised.value).startswith(message)


BALLOTS = st.integers(1, 5).flatmap(
    lambda n: st.tuples(
        st.tuples(*[st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=6)] * n),
        st.dictionaries(st.tuples(*[st.integers(0, n + 1)] * n), st.integers(1, 9), max_size=8),
    )
)


@given(BALLOTS, st.integers(1, 9))
def test_blt_reads_what_it_writes(ballots: tuple[tuple[str, ...], dict[tuple[int, ...], int]], seats: int) -> None:
    names, profile = ballots
    file = BallotFile(names, profile, "A title", seats)
    assert blt.read(blt.write(file).decode()) == file


@given(
    st.binary(max_size=80) | st.text('0123 -=\n"#,:>{V', max_size=60).map(str.encode),
    st.none() | st.sampled_from(Format),
)
def test_nothing_but_our_errors_comes_of_any_bytes(raw: bytes, format_: Format | None) -> None:
    try:
        file = opened(raw, format_=format_)
    except CryptoError:
        return
    assert all(len(ballot) == len(file.candidates) for ballot in file.ballots)


def test_no_line_takes_longer_than_it_is_long() -> None:
    """Each of these would take hours if what stands before it could be read in more than one way."""
    blank = " " * 2**17
    assert opened(f"2 1\n1 1{blank}=  2 0\n0\n").ballots == {(1, 1): 1}
    assert opened(f"  Option 1{blank}: x\nV: 1\n", format_=Format.TALLY).candidates == ("x",)
    assert opened(f"  Option 1{blank}x\nV: 1\n", format_=Format.TALLY).candidates == ("Option 1",)
    assert opened(f"  Option 1: x{blank}y |/\nV: 1\n", format_=Format.TALLY).candidates == ("x y",)
    with pytest.raises(UsageError):
        opened("Choice_1_1:a:1:" + "1" * 2**17 + ",x\n", format_=Format.CSV)
    scores = ",".join(f"A/{score}" for score in range(2**15))
    assert opened(f"1:{scores}\n").ballots == {(1,): 1}
    for text, format_ in (
        ("\n" * 2**15 + "x", None),
        (f"{{}}\n={blank}x", Format.ABIF),
    ):
        with pytest.raises(UsageError):
            opened(text, format_=format_)


def test_abif() -> None:
    file = opened('# c\n{title: "A vote"}\n{"note": "x"}\n=A:[Ada L.]\n3: A>B=C # why\n2:"B"\n1:[C]>A , B\n4:\n')
    assert file.candidates == ("Ada L.", "B", "C")
    assert file.title == "A vote"
    assert file.ballots == {(1, 2, 2): 3, (0, 1, 0): 2, (2, 2, 1): 1, (0, 0, 0): 4}
    assert opened("1:A/5>B/5\n  2:A/2,B/5,C/2,D").ballots == {(1, 2, 0, 0): 1, (2, 1, 2, 0): 2}
    assert opened('=[A]:Ada [L.]\n="B":\n1:A>B').candidates == ("Ada [L.]", "B")
    again = opened("3:A>A>B\n2:B=B\n1:A>B")
    assert again.ballots == {(1, 3): 3, (0, 1): 2, (1, 2): 1}
    assert again.notes == ("5 ballots name a candidate twice: the second time is taken as a rank left out",)
    with pytest.raises(UsageError, match="the file has no ballots"):
        opened("=A:[Ada]\n")
    for text, message in (
        ("1:A/x", "line 1: a candidate is followed by '/x'"),
        ("1:A>>B", "line 1: no candidate's name at '>B'"),
        ("1:A>", "line 1: a ballot ends with"),
        ("1:A\nx", "line 2: neither"),
    ):
        with pytest.raises(UsageError, match=message):
            opened(text)


def test_tally_sheets() -> None:
    sheet = "  The format is:\n    Option 1---------->: Ada\n  /  Option 2--------->: Bo\n |/ Option 3: Neither  |||/\n"
    file = opened(sheet + "V: 12-  5de2d9\nV: -1A  5de2da\nV: 12-\tffff\n")
    assert file.candidates == ("Ada", "Bo", "Neither")
    assert file.ballots == {(1, 2, 0): 2, (0, 1, 10): 1}
    with pytest.raises(UsageError, match="line 6: a ballot on 2 options"):
        opened(sheet + "V: 12-  5de2d9\nV: 12 5de2d9\n")
    file = opened(sheet + "V: 12  5de2d9\n")
    assert file.candidates == ("Option 1", "Option 2")
    assert file.notes == ("the sheet names 3 options and its ballots rank 2: they bear numbers",)
    with pytest.raises(UsageError, match="no ballots"):
        opened(sheet, format_=Format.TALLY)


def test_preflib() -> None:
    file = opened(
        "# FILE NAME: x.toi\n# TITLE: Who leads?\n# ALTERNATIVE NAME 1: Ada\n# ALTERNATIVE NAME 2: Bo\n"
        "# ALTERNATIVE NAME 3: Cy, of Kent\n3: 2,{1, 3}\n2: 3\n1: {},{1}\n4:\n"
    )
    assert (file.title, file.candidates) == ("Who leads?", ("Ada", "Bo", "Cy, of Kent"))
    assert file.ballots == {(2, 1, 2): 3, (0, 0, 1): 2, (2, 0, 0): 1, (0, 0, 0): 4}
    former = "2\n1,Ada\n2,Bo\n7,7,2\n4,1,2\n3,{2,1}\n"
    assert opened(former).ballots == {(1, 2): 4, (1, 1): 3}
    for text, message in (
        (former + "1,3\n", "line 7: there is no candidate 3"),
        (former + "1,{" + "9" * 5000 + "}\n", "line 7: there is no candidate 9"),
        (former + "1,2,2\n", "line 7: a candidate is named twice"),
        (former + "1;2\n", "line 7: not an order"),
        ("3\n1,Ada\n2,Bo\n7\n", "line 4: a candidate's number"),
        ("x\n", "line 1: a PrefLib file begins"),
    ):
        with pytest.raises(UsageError, match=message):
            opened(text, format_=Format.PREFLIB)


def test_ranks_and_who_is_left_out() -> None:
    assert ranks([[1], [], [0, 1]], 3) == (3, 1, 0)
    assert without({(1, 2, 3): 1, (1, 1, 2): 2, (0, 2, 1): 3}, {1}) == {(1, 2): 3, (0, 1): 3}
