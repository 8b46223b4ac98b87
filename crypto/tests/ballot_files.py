"""Files of ballots for tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from egov_crypto.counting.files.ballot_file import BallotFile
from egov_crypto.counting.files.layouts import Reading
from egov_crypto.counting.files.reading import read

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
