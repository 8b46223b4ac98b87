"""Tables of ballots: cast-vote records of several kinds, Scottish wards."""

from __future__ import annotations

import io

import pytest
from crypto.tests.ballot_files import PARTS, opened, workbook

from egov_crypto.counting.files import cvr, spreadsheet
from egov_crypto.counting.files.ballot_file import BallotFile
from egov_crypto.counting.files.layouts import Reading
from egov_crypto.counting.files.marks import Marks, Overvotes, read_again
from egov_crypto.counting.files.reading import Format
from egov_crypto.errors import UsageError


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
    table = 'voter,Ada,Bo,Cy,overvote,remark\nx,1,3,2,,\ny,2,,1.0,4,good\nz,1,1,-,,\n,,,0,,blank\nw,"1,3",2,,,\n'
    told = Reading(first="ada", last="Overvote", marks=Marks(Overvotes.EQUAL, None))
    file = opened(table, told)
    assert file.candidates == ("Ada", "Bo", "Cy")
    assert file.ballots == {(1, 3, 2): 1, (2, 0, 1): 1, (1, 1, 0): 1, (0, 0, 0): 1, (1, 2, 0): 1}
    for reading, message in (
        (Reading(), "none of the first 20 rows names columns for ranks"),  # not the row with 1, 3 and 2
        (Reading(first="Dee"), "none of the first 20 rows names a column 'Dee'"),
        (Reading(first="Bo", last="Ada"), "there is no column 'Ada' after 'Bo'"),
        (Reading(first="Ada"), "line 3: 'good' is no rank of remark"),
    ):
        with pytest.raises(UsageError, match=message):
            opened(table, reading)
    with pytest.raises(UsageError, match="two columns are called 'Ada'"):
        opened(table.replace("Bo", "Ada"), told)
    table = "Rank 1,Rank 2,Choice 1\nAda,Bo,Cy\n"
    with pytest.raises(UsageError, match="several columns have one rank of ''"):
        opened(table)
    with pytest.raises(UsageError, match="there are two columns 'rank 1'"):
        opened("Rank 1,Rank 1\nAda,Bo\n", Reading(columns=("Rank 1",)))
    assert opened(table, Reading(columns=("Rank 1", "Rank 2"))).ballots == {(1, 2): 1}


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
    told = Reading(marks=Marks(Overvotes.CONTINUING), parted="//")
    assert opened("Rank 1,Rank 2\nA,B//C\n", told).ballots == {(1, 2, 2): 1}
    with pytest.raises(UsageError, match="does not say to whom a rank was given"):
        opened("Rank 1,Rank 2\nA,overvote\n", Reading(marks=Marks(Overvotes.CONTINUING)))


def test_a_table_of_several_contests_wants_one_chosen() -> None:
    table = "id;Mayor Choice 1 of 2;Mayor Choice 2 of 2;Council Choice 1 of 2;Council Choice 2 of 2\nx;A;B;C;D\n"
    with pytest.raises(UsageError, match="several contests, choose one: 'Mayor'; 'Council'"):
        opened(table)
    assert opened(table, Reading(contest="council")).candidates == ("C", "D")
    for head in (
        "Second Choice,First choice",
        "mayor rank_2,mayor rank_1",
        "2nd,1st",
        "2,1",
        "[Preference 2],[Preference 1]",
    ):
        assert opened(f"{head}\r\nB,A\r\n".encode("utf-8-sig")).ballots == {(1, 2): 1}


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
        ("xl/worksheets/one.xml", f'<w><row><c t="s"><v>{"9" * 5000}</v></c></row></w>', "whose text is not in it"),
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
    damaged = workbook({"xl/workbook.xml": "abcdefgh" * 9}).getvalue()
    place = damaged.index(b"xl/workbook.xml") + len("xl/workbook.xml")
    with pytest.raises(UsageError, match="not a workbook that can be read: Error -3"):
        list(spreadsheet.rows(io.BytesIO(damaged[:place] + b"\xff\xff" + damaged[place + 2 :])))
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
        ('"""Ward 5"" ",', "2022,", "line 7: ballots come before the candidates"),
    ):
        with pytest.raises(UsageError, match=message):
            opened(table.replace(old, new, 1), format_=Format.WARD)


def test_a_table_is_a_list_of_rows_too() -> None:
    assert cvr.read([["1", "2"], ["A", "B"]], Reading()).ballots == {(1, 2): 1}
    # One rank left out now and then is not two in a row.
    assert cvr.read([list("12345"), ["A", "", "B", "", "C"]], Reading(marks=Marks(skips=1))).ballots == {(1, 2, 3): 1}
