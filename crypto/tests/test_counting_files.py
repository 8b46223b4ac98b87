"""Files of ballots: BLT, cast-vote records, ABIF, tally sheets."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egov_crypto.counting.files import blt, cvr, spreadsheet
from egov_crypto.counting.files.ballot_file import BallotFile, ranks, without
from egov_crypto.counting.files.layouts import Reading
from egov_crypto.counting.files.marks import Marks, Overvotes, read_again
from egov_crypto.counting.files.reading import Format, read
from egov_crypto.errors import CryptoError, UsageError

PARTS = {
    "xl/workbook.xml": '<workbook xmlns="urn:m" xmlns:r="urn:r"><sheets><sheet name="First" sheetId="1" r:id="r1"/>'
    '<sheet name="Second" sheetId="2" r:id="r2"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="urn:p"><Relationship Id="r1" Target="worksheets/one.xml"/>'
    '<Relationship Id="r2" Target="/xl/worksheets/two.xml"/></Relationships>',
    "xl/sharedStrings.xml": '<sst xmlns="urn:m"><si><t>Rank 1</t></si><si><r><t>A</t></r><r><t>da</t></r>'
    "<rPh><t>reading</t></rPh></si></sst>",
    "xl/worksheets/one.xml": '<worksheet xmlns="urn:m"><sheetData><row><c r="A1" t="s"><v>0</v></c>'
    '<c r="C1" t="inlineStr"><is><t>Rank 2</t></is></c></row><row><c t="s"><v>1</v></c><c/><c t="str"><f>B&amp;1</f>'
    "<v>Bo</v></c></row></sheetData></worksheet>",
    "xl/worksheets/two.xml": '<w xmlns="urn:m"><sheetData><row><c r="B1"><v>7</v></c></row></sheetData></w>',
}


def opened(text: str | bytes, reading: Reading | None = None, **options: object) -> BallotFile:
    raw = text.encode() if isinstance(text, str) else text
    return read(io.BytesIO(raw), "folder/some file.csv", reading or Reading(), **options)  # type: ignore[arg-type]


def workbook(parts: Mapping[str, str]) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)
    file.seek(0)
    return file


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
        opened("3 1\n3 1 2\n2 2 1\n0\n")


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


def test_cast_vote_records_are_read_by_the_rules_that_are_told() -> None:
    table = """\
A table about a vote
Precinct,1st Choice Mayor,2nd Choice Mayor,3rd Choice Mayor,Count
P1,Ada,Bo,Cy,2
P1,undervote,Ada,Bo,1
P2,undervote,,Ada,1.0
P2,overvote,Ada,,1

P3,Bo,Bo,UWI,1
P3,undervote,undervote,undervote,3
"""
    file = opened(table)
    assert (file.title, file.candidates) == ("some file", ("Ada", "Bo", "Cy", "UWI"))
    assert file.ballots == {(1, 2, 3, 0): 2, (1, 2, 0, 0): 1, (1, 0, 0, 0): 1, (0, 0, 0, 0): 4, (0, 1, 0, 2): 1}
    assert file.notes == ("1 ballots end with a rank given to several",)
    file = opened(table, Reading(marks=Marks(Overvotes.NEXT, 1), leave_out=frozenset({"uwi"})))
    assert file.candidates == ("Ada", "Bo", "Cy")
    assert file.ballots == {(1, 2, 3): 2, (1, 2, 0): 1, (1, 0, 0): 1, (0, 0, 0): 4, (0, 1, 0): 1}
    assert file.notes == ("1 ballots end with too many ranks left out",)
    file = opened(
        table, Reading(columns=("3rd choice  mayor", "1st Choice Mayor"), undervote=frozenset({"undervote", "UWI"}))
    )
    assert file.ballots[(2, 0, 1)] == 2
    assert file.ballots[(0, 1, 0)] == 2


def test_a_table_with_a_column_for_each_candidate() -> None:
    table = "voter,Ada,Bo,Cy,remark\nx,1,3,2,\ny,2,,1.0,good\nz,1,1,-,\n,,,0,blank\n"
    told = Reading(first="ada", last="Cy", marks=Marks(Overvotes.EQUAL, None))
    file = opened(table, told)
    assert file.candidates == ("Ada", "Bo", "Cy")
    assert file.ballots == {(1, 3, 2): 1, (2, 0, 1): 1, (1, 1, 0): 1, (0, 0, 0): 1}
    for reading, message in (
        (Reading(), "none of the first 20 rows names columns for ranks"),  # not the row with 1, 3 and 2
        (Reading(first="Dee"), "none of the first 20 rows names a column 'Dee'"),
        (Reading(first="Bo", last="Ada"), "there is no column 'Ada' after 'Bo'"),
        (Reading(first="Ada"), "line 3: 'good' is no rank of remark"),
    ):
        with pytest.raises(UsageError, match=message):
            opened(table, reading)


def test_a_table_with_a_column_for_each_candidate_at_each_rank() -> None:
    head = ",".join(
        f'"Choice_{number}_1:Mayor, {office}:{rank}:Number of Winners 1:{name}:NON"'
        for number, office, name in ((1, "City", "Ada"), (2, "City", "Bo"), (3, "Town", "Cy"))
        for rank in (1, 2)
    )
    table = f'"RowNumber",{head}\n1,1,0,0,1,1,0\n2,0,1,0,0,0,0\n3,1,0,1,0,0,0\n4,1,1,0,1,0,1\n'
    with pytest.raises(UsageError, match="choose one: 'Mayor, City'; 'Mayor, Town'"):
        opened(table)
    with pytest.raises(UsageError, match="no contest's name has 'council' in it"):
        opened(table, Reading(contest="council"))
    file = opened(table, Reading(contest="city"))
    assert file.candidates == ("Ada", "Bo")
    assert file.ballots == {(1, 2): 1, (1, 0): 2, (0, 0): 1}
    assert file.notes == ("2 ballots end with a rank given to several",)
    file = opened(table, Reading(contest="city", marks=Marks(Overvotes.CONTINUING, 0)))
    assert file.ballots == {(1, 2): 2, (0, 0): 1, (1, 1): 1}
    assert file.notes == ("1 ballots end with too many ranks left out",)
    with pytest.raises(UsageError, match="line 2: 'x' is no mark"):
        opened(table.replace("1,1,0,0,1,1,0", "1,x,0,0,1,1,0"), Reading(contest="city"))


def test_ranks_are_read_again_by_other_rules() -> None:
    file = BallotFile(("A", "B", "C"), {(1, 3, 0): 1, (1, 2, 2): 2, (1, 1, 2): 4})
    assert read_again(file, Marks()).ballots == {(1, 0, 0): 3, (0, 0, 0): 4}
    assert read_again(file, Marks()).notes == (
        "6 ballots end with a rank given to several",
        "1 ballots end with too many ranks left out",
    )
    assert read_again(file, Marks(Overvotes.NEXT, 1)).ballots == {(1, 2, 0): 1, (1, 0, 0): 2, (0, 0, 1): 4}
    assert read_again(file, Marks(Overvotes.CONTINUING, None)).ballots == {(1, 2, 0): 1, (1, 2, 2): 2, (1, 1, 2): 4}
    with pytest.raises(UsageError, match="does not say to whom a rank was given"):
        opened("Rank 1,Rank 2\nA,overvote\n", Reading(marks=Marks(Overvotes.CONTINUING)))


def test_a_table_of_several_contests_wants_one_chosen() -> None:
    table = "id;Mayor Choice 1 of 2;Mayor Choice 2 of 2;Council Choice 1 of 2;Council Choice 2 of 2\nx;A;B;C;D\n"
    with pytest.raises(UsageError, match="several contests, choose one: 'Mayor'; 'Council'"):
        opened(table)
    assert opened(table, Reading(contest="council")).candidates == ("C", "D")


@pytest.mark.parametrize(
    ("table", "reading", "message"),
    [
        ("a,b\nc,d\n", Reading(), "none of the first 20 rows"),
        ("Rank 1,Rank 2\nA,B\n", Reading(columns=("Rank 1", "Rank 3")), "there is no column 'rank 3'"),
        ("Rank 1,Rank 2\nA,B\n", Reading(weight="n"), "there is no column 'n'"),
        ("Rank 1,Count\nA,x\n", Reading(), "line 2: 'x' does not say how many"),
        ("Rank 1\nundervote\n", Reading(), "line 1: between 1 and 255 candidates"),
        ("Rank 1\n" + "A" * 501 + "\n", Reading(), "line 2: a name of more than 500"),
        ('Rank 1\n"A\n', Reading(), "not a table of comma-separated values"),
        ("Rank 1\n\0\n", Reading(), "neither a text nor a workbook"),
    ],
)
def test_what_is_wrong_with_a_table_is_said(table: str, reading: Reading, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        opened(table, reading)
    assert str(raised.value).startswith(message)


def test_workbooks() -> None:
    assert list(spreadsheet.rows(workbook(PARTS))) == [["Rank 1", "", "Rank 2"], ["Ada", "", "Bo"]]
    assert list(spreadsheet.rows(workbook(PARTS), "Second")) == [["", "7"]]
    assert opened(workbook(PARTS).getvalue()).ballots == {(1, 2): 1}
    with pytest.raises(UsageError, match="no sheet 'Third'; there are: First, Second"):
        opened(workbook(PARTS).getvalue(), sheet="Third")


@pytest.mark.parametrize(
    ("part", "content", "message"),
    [
        (
            "xl/worksheets/one.xml",
            '<!DOCTYPE w [<!ENTITY e "x">]><worksheet>&e;</worksheet>',
            "document type declaration",
        ),
        ("xl/worksheets/one.xml", "<worksheet><row>", "is not XML"),
        ("xl/worksheets/one.xml", '<w><row><c r="ZZZ1"><v>1</v></c></row></w>', "out of its place"),
        ("xl/worksheets/one.xml", '<w><row><c r="B1"/><c r="A1"/></row></w>', "out of its place"),
        ("xl/worksheets/one.xml", '<w><row><c t="s"><v>9</v></c></row></w>', "whose text is not in it"),
        ("xl/_rels/workbook.xml.rels", '<R><Relationship Id="r1" Target="../../etc/passwd"/></R>', "is not a table"),
        ("xl/workbook.xml", "<workbook/>", "the workbook has no sheet"),
    ],
)
def test_workbooks_that_are_none(part: str, content: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        list(spreadsheet.rows(workbook(PARTS | {part: content})))


def test_a_workbook_is_read_only_up_to_its_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "MOST_SHARED", 5)
    with pytest.raises(UsageError, match="too much text"):
        list(spreadsheet.rows(workbook(PARTS)))
    monkeypatch.setattr(spreadsheet, "MOST_BYTES", 100)
    with pytest.raises(UsageError, match="is larger than"):
        list(spreadsheet.rows(workbook(PARTS)))
    with pytest.raises(UsageError, match="not a workbook"):
        list(spreadsheet.rows(io.BytesIO(b"PK\x03\x04 and no more")))
    with pytest.raises(UsageError, match=r"it has no xl/workbook\.xml"):
        list(spreadsheet.rows(workbook({"a": "b"})))


def test_a_small_workbook_does_not_unpack_into_all_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "_MOST_TOKEN", 2**18)
    sheet, many = "xl/worksheets/one.xml", 2**20
    for part, content, message in (
        (sheet, "<w><row><c><v>" + "1" * many, "a text of more than"),
        (sheet, "<w><row>" + "<c/>" * 1025, "a row of more than"),
        (sheet, "<w><row><c r='" + "A" * many, "a tag of more than"),
        ("xl/sharedStrings.xml", "<sst><si>" + "<t>x</t>" * 2**16, "a text of more than"),
        ("xl/workbook.xml", "<w>" + "<sheet/>" * 1025, "more than 1024"),
    ):
        with pytest.raises(UsageError, match=message):
            list(spreadsheet.rows(workbook(PARTS | {part: content})))


def test_no_line_takes_longer_than_it_is_long() -> None:
    """Each of these would take hours if what stands before it could be read in more than one way."""
    blank = " " * 2**17
    assert opened(f"2 1\n1 1{blank}=  2 0\n0\n").ballots == {(1, 1): 1}
    assert opened(f"  Option 1{blank}: x\nV: 1\n", format_=Format.TALLY).candidates == ("x",)
    assert opened(f"  Option 1{blank}x\nV: 1\n", format_=Format.TALLY).candidates == ("Option 1",)
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
        (former + "1,2,2\n", "line 7: a candidate is named twice"),
        (former + "1;2\n", "line 7: not an order"),
        ("3\n1,Ada\n2,Bo\n7\n", "line 4: a candidate's number"),
        ("x\n", "line 1: a PrefLib file begins"),
    ):
        with pytest.raises(UsageError, match=message):
            opened(text, format_=Format.PREFLIB)


def test_scottish_wards_as_tables() -> None:
    table = '3,2,\n5,2,1,\n1,3,,1,\n"Candidate 1","Ada","Labour (Lab)",\n"Candidate 2","Bo","",\n"Candidate 3","Cy",\n'
    table += '"""Ward 5"" ",'
    file = opened(table)
    assert file == BallotFile(("Ada Labour (Lab)", "Bo", "Cy"), {(2, 1, 0): 5, (3, 0, 1): 1}, "Ward 5", 2)
    for old, new, message in (
        ("5,2,1,", "5,2,4,", "line 2: candidates are numbered from 1 to 3"),
        ("5,2,1,", "5,2,2,", "line 2: a candidate is named twice"),
        ("Candidate 2", "Candidate 3", "line 5: candidate 2 is wanted"),
        ('"Candidate 3","Cy",', "", "2 names for 3 candidates"),
        ("3,2,", "3,0,", "line 1: such a table begins"),
    ):
        with pytest.raises(UsageError, match=message):
            opened(table.replace(old, new, 1), format_=Format.WARD)


def test_ranks_and_who_is_left_out() -> None:
    assert ranks([[1], [], [0, 1]], 3) == (3, 1, 0)
    assert without({(1, 2, 3): 1, (1, 1, 2): 2, (0, 2, 1): 3}, {1}) == {(1, 2): 3, (0, 1): 3}


def test_a_table_is_a_list_of_rows_too() -> None:
    assert cvr.read([["1", "2"], ["A", "B"]], Reading()).ballots == {(1, 2): 1}
    # One rank left out now and then is not two in a row.
    assert cvr.read([list("12345"), ["A", "", "B", "", "C"]], Reading(marks=Marks(skips=1))).ballots == {(1, 2, 3): 1}
