"""Ballots as systems of several makers export them: Dominion, Hart, the common data format."""

from __future__ import annotations

import json
import zipfile
from typing import Any

import pytest
from crypto.tests.ballot_files import opened, workbook

from egov_crypto.counting.files import dominion, hart
from egov_crypto.counting.files.layouts import Reading
from egov_crypto.counting.files.reading import Format
from egov_crypto.errors import UsageError

DOMINION: dict[str, Any] = {
    "ContestManifest.json": {
        "List": [
            {"Id": 7, "Description": "Mayor", "NumOfRanks": 3},
            {"Id": 8, "Description": "Measure A", "NumOfRanks": 0},
        ]
    },
    "CandidateManifest.json": {
        "List": [
            {"Id": 70, "ContestId": 7, "Description": "Ada"},
            {"Id": 71, "ContestId": 7, "Description": "Bo"},
            {"Id": 80, "ContestId": 8, "Description": "Yes"},
        ]
    },
    "CvrExport_1.json": {
        "Sessions": [
            {
                "Original": {
                    "IsCurrent": True,
                    "Cards": [{"Contests": [{"Id": 7, "Marks": [{"CandidateId": 71, "Rank": 1}]}]}],
                }
            },
            {
                "Original": {"IsCurrent": False, "Cards": [{"Contests": [{"Id": 7, "Marks": []}]}]},
                "Modified": {
                    "IsCurrent": True,
                    "Cards": [
                        {"Contests": [{"Id": 8, "Marks": [{"CandidateId": 80, "Rank": 1}]}]},
                        {
                            "Contests": [
                                {
                                    "Id": 7,
                                    "Marks": [
                                        {"CandidateId": 70, "Rank": 1, "IsVote": False},
                                        {"CandidateId": 71, "Rank": 1, "IsAmbiguous": True},
                                        {"CandidateId": 71, "Rank": 2},
                                    ],
                                }
                            ]
                        },
                    ],
                },
            },
        ]
    },
    "part/CvrExport_2.json": {
        "Sessions": [
            {"Original": {"Contests": [{"Id": 7, "Marks": [{"CandidateId": c, "Rank": 1} for c in (70, 71)]}]}},
            {"Original": {"Contests": [{"Id": 8, "Marks": []}]}},
        ]
    },
}


def test_exports_of_dominion_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    def packed(parts: dict[str, Any]) -> bytes:
        return workbook({name: json.dumps(part) for name, part in parts.items()}).getvalue()

    file = opened(packed(DOMINION))
    assert (file.title, file.candidates) == ("Mayor", ("Ada", "Bo"))
    assert file.ballots == {(0, 1): 1, (1, 2): 1, (0, 0): 1}
    assert file.notes == ("1 ballots end with a rank given to several",)
    mark = {"CandidateId": 80, "Rank": 1}
    for parts, message in (
        ({"CandidateManifest.json": {"List": {}}, "ContestManifest.json": {"List": []}}, "has no contest with ranks"),
        ({"CandidateManifest.json": [], "ContestManifest.json": []}, "not the form of a Dominion export: TypeError"),
        (DOMINION | {"CvrExport_1.json": {"Sessions": [{}]}}, "KeyError 'Original'"),
        (
            DOMINION | {"CvrExport_1.json": {"Sessions": [{"Original": {"Contests": [{"Id": 7, "Marks": [mark]}]}}]}},
            "candidate 80 is not among",
        ),
    ):
        with pytest.raises(UsageError, match=message):
            opened(packed(parts))
    with pytest.raises(UsageError, match="not an archive that can be read"):
        opened(b"PK\x03\x04", format_=Format.DOMINION)
    parts = {name: part for name, part in DOMINION.items() if not name.startswith(("Cvr", "part/"))}
    with pytest.raises(UsageError, match="the archive has no records"):
        opened(packed(parts))
    huge = workbook({name: json.dumps(part) for name, part in parts.items()} | {"CvrExport.json": "9" * 5000})
    with pytest.raises(UsageError, match="not the form of a Dominion export: ValueError"):
        opened(huge.getvalue())
    monkeypatch.setattr(dominion, "MOST_BYTES", 50)
    with pytest.raises(UsageError, match=r"Manifest.json is larger than 0 MB"):
        opened(packed(DOMINION))


def test_what_has_one_name_in_exports_of_dominion_systems_is_told_apart() -> None:
    """Nothing is lost, and nobody gets another's votes."""

    def packed(**changed: Any) -> bytes:
        parts = {**DOMINION, **{f"{name}.json": {"List": listed} for name, listed in changed.items()}}
        return workbook({name: json.dumps(part) for name, part in parts.items()}).getvalue()

    contests = DOMINION["ContestManifest.json"]["List"]
    candidates = DOMINION["CandidateManifest.json"]["List"]
    two = packed(ContestManifest=[*contests, {"Id": 9, "Description": "Mayor", "NumOfRanks": 3}])
    with pytest.raises(UsageError, match=r"choose one: 'Mayor \[7\]'; 'Mayor \[9\]'"):
        opened(two)
    assert opened(two, Reading(contest="[7]")).ballots == opened(packed()).ballots
    for listed, message in (
        ([*candidates, candidates[0]], "the identifier 70 is given twice"),
        ([{**each, "Description": name} for each, name in zip(candidates, ("A", "A", "Yes"), strict=True)], ""),
        (
            [{"Id": key, "ContestId": 7, "Description": name} for key, name in ((70, "A"), (71, "A"), (1, "A [70]"))],
            r"two are called 'A \[70\]'",
        ),
    ):
        if message:
            with pytest.raises(UsageError, match=message):
                opened(packed(CandidateManifest=listed))
        else:
            assert opened(packed(CandidateManifest=listed)).candidates == ("A [70]", "A [71]")
    export = json.dumps(DOMINION["CvrExport_1.json"])
    parts = {name: json.dumps(part) for name, part in DOMINION.items() if "CvrExport" not in name}
    folders = workbook(parts | {"1/CvrExport.json": export, "2/CvrExport.json": export}).getvalue()
    assert sum(opened(folders).ballots.values()) == 4
    again = workbook(parts | {"CvrExport.json": export, "1/ContestManifest.json": parts["ContestManifest.json"]})
    with pytest.raises(UsageError, match=r"has 2 files ContestManifest\.json"):
        opened(again.getvalue())
    again = workbook(parts | {"CvrExport.json": export})
    with zipfile.ZipFile(again, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("CvrExport.json", export)
    with pytest.raises(UsageError, match=r"two files CvrExport\.json"):
        opened(again.getvalue())


def test_exports_of_hart_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    def contest(name: str, *options: str) -> str:
        within = "".join(f"<Option>{option}</Option>" for option in options)
        return f"<Contest><Name>{name}</Name><Id>id-{name}</Id><Options>{within}</Options><Overvoted/></Contest>"

    def marked(name: str, value: str) -> str:
        return f"<Name>{name}</Name><Id>id-{name}</Id><Value>{value}</Value>"

    def written(text: str, status: str, value: str) -> str:
        data = f"<Text>{text}</Text><ImageId>x</ImageId><WriteInDataStatus>{status}</WriteInDataStatus>"
        return f"<WriteInData>{data}</WriteInData><Id>id-w</Id><Value>{value}</Value>"

    def sheet(*contests: str) -> str:
        name = "http://tempuri.org/CVRDesign.xsd"
        return f'\ufeff<Cvr xmlns="{name}"><Contests>{"".join(contests)}</Contests><SheetNumber>1</SheetNumber></Cvr>'

    sheets = {
        "1_a.xml": sheet(
            contest("Mayor", marked("Ada", "100"), marked("Bo", "011")), contest("Tax", marked("Yes", "1"))
        ),
        "1_b.xml": sheet(contest("Mayor", marked("Bo", "100"), marked("Ada", "100"))),
        "1_c.xml": sheet(contest("Mayor")),
        "d/1_d.XML": sheet(contest("Mayor", written("", "Unresolved", "010"), written("Cy", "Resolved", "001"))),
        "1_e.xml": sheet(contest("Mayor", written("No", "Rejected", "100"), marked("Ada &amp; co", "010"))),
        "images/x.png": "",
        "1_f.xml": sheet(contest("Mayor", marked("Bo", "100")).replace("<Overvoted/>", "<InvalidVote/>")),
        "1_g.xml": sheet(contest("Mayor", "")),
        "1_g.xml.sig.xml": "<Signature/>",
    }
    file = opened(workbook(sheets).getvalue())
    assert (file.title, file.candidates) == ("Mayor", ("Ada", "Ada & co", "Bo", "Cy", "Write-in"))
    assert file.ballots == {(1, 0, 2, 0, 0): 1, (0,) * 5: 4, (0, 0, 0, 2, 1): 1, (0, 1, 0, 0, 0): 1}
    assert file.notes == ("1 ballots end with a rank given to several",)
    for lie, message in (
        (sheet(contest("Mayor", marked("Ada", "2"))), "1_z.xml: '2' does not say at which ranks"),
        (sheet(contest("Mayor", marked("", "1"))), "1_z.xml: Option without a Name"),
        (sheet("<Contest/>"), "1_z.xml: Contest without a Id"),
        ("<Ballot/>", "1_z.xml is not a cast-vote record"),
        ("<Cvr>", "1_z.xml is not XML"),
        ('<!DOCTYPE c [<!ENTITY e "x">]><Cvr>&e;</Cvr>', "document type declaration"),
        ("<C\0vr/>", "1_z.xml is not UTF-8"),
        (
            sheet(contest("Mayor", marked("Ada", "1").replace("id-", "x-"))),
            "another option of the contest is called 'Ada'",
        ),
    ):
        with pytest.raises(UsageError, match=message):
            opened(workbook(sheets | {"1_z.xml": lie}).getvalue())
    party = contest("Mayor", marked("Di", "10")).replace("id-Mayor", "other")
    both = workbook(sheets | {"2_a.xml": sheet(party)}).getvalue()
    with pytest.raises(UsageError, match=r"choose one: 'Mayor \[id-Mayor\]'; 'Mayor \[other\]'"):
        opened(both)
    assert opened(both, Reading(contest="[other]")).ballots == {(1,): 1}
    with pytest.raises(UsageError, match="no contest with ranks"):
        opened(workbook({"1_a.xml": sheet(contest("Tax", marked("Yes", "1")))}).getvalue())
    with pytest.raises(UsageError, match="not an archive that can be read"):
        opened(b"PK\x03\x04", format_=Format.HART)
    again = workbook(sheets)
    with zipfile.ZipFile(again, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("1_a.xml", sheets["1_b.xml"])
    with pytest.raises(UsageError, match="two records of one name"):
        opened(again.getvalue())
    monkeypatch.setattr(hart, "MOST_BYTES", 50)
    with pytest.raises(UsageError, match=r"1_a\.xml is larger than"):
        opened(workbook(sheets).getvalue())


def test_the_common_data_format() -> None:
    def snapshot(identifier: str, *marks: tuple[str, int, str]) -> dict[str, Any]:
        selections = [
            {"ContestSelectionId": who, "SelectionPosition": [{"HasIndication": marked, "Rank": rank}]}
            for who, rank, marked in marks
        ]
        return {"@id": identifier, "CVRContest": [{"ContestId": "c1", "CVRContestSelection": selections}]}

    def record(*snapshots: dict[str, Any]) -> dict[str, Any]:
        return {"@type": "CVR.CVR", "CurrentSnapshotId": snapshots[-1]["@id"], "CVRSnapshot": list(snapshots)}

    report = {
        "@type": "CVR.CastVoteRecordReport",
        "CVR": [
            record(snapshot("s1", ("a", 1, "yes"), ("b", 2, "yes"))),
            record(snapshot("s2", ("a", 1, "yes")), snapshot("s3", ("a", 1, "no"), ("b", 1, "yes"), ("b", 2, "yes"))),
            record(snapshot("s4", ("a", 1, "yes"), ("b", 1, "yes"))),
            record({"@id": "s5"}),
        ],
        "Election": [
            {
                "Candidate": [{"@id": "p1", "Name": "Ada"}],
                "Contest": [
                    {
                        "@id": "c1",
                        "Name": "Mayor",
                        "ContestSelection": [{"@id": "a", "CandidateIds": ["p1"]}, {"@id": "b"}],
                    }
                ],
            }
        ],
    }
    file = opened(json.dumps(report))
    assert (file.title, file.candidates) == ("Mayor", ("Ada", "b"))
    assert file.ballots == {(1, 2): 1, (0, 1): 1, (0, 0): 1}
    assert file.notes == ("1 ballots end with a rank given to several",)
    for text, message in (
        (json.dumps(report).replace('"s5"', '"s6"', 1), "not a report of cast-vote records: KeyError 's6'"),
        (json.dumps(report).replace('"Rank": 1', '"Rank": 0', 1), "0 is no rank"),
        (json.dumps(report | {"Election": []}), "the report has no contest"),
        ('{"CVR.": ', "not a report of cast-vote records: JSONDecodeError"),
        ("[" * 10**6, "not a report of cast-vote records: RecursionError"),
    ):
        with pytest.raises(UsageError, match=message):
            opened(text, format_=Format.CDF)
    (election,) = report["Election"]
    other = {**election["Contest"][0], "@id": "c2"}
    several = json.dumps(report | {"Election": [election | {"Contest": [*election["Contest"], other]}]})
    with pytest.raises(UsageError, match=r"choose one: 'Mayor \[c1\]'; 'Mayor \[c2\]'"):
        opened(several)
    assert opened(several, Reading(contest="[c1]")).ballots == file.ballots
    same = json.dumps(report).replace('"Name": "Ada"', '"Name": "b"')
    assert opened(same).candidates == ("b [a]", "b [b]")
