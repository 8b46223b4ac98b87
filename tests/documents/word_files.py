"""Small files of Word, made part by part: what is not said is left out of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SPACES = (
    f'xmlns:w="{W}" xmlns:r="{R}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)


def run(text: str, looks: str = "") -> str:
    """A run of words; line feeds become soft breaks, tabs tabs."""
    inner = "".join(
        "<w:br/>"
        if piece == "\n"
        else "<w:tab/>"
        if piece == "\t"
        else f'<w:t xml:space="preserve">{escape(piece)}</w:t>'
        for piece in _pieces(text)
    )
    return f"<w:r>{f'<w:rPr>{looks}</w:rPr>' if looks else ''}{inner}</w:r>"


def p(text: str = "", looks: str = "", words: str = "", *, raw: str = "") -> str:
    """A paragraph: its words, its properties, properties of its words; ``raw`` is markup instead of words."""
    properties = f"<w:pPr>{looks}</w:pPr>" if looks else ""
    return f"<w:p>{properties}{raw or (run(text, words) if text else '')}</w:p>"


def centred(text: str, *, bold: bool = True) -> str:
    return p(text, '<w:jc w:val="center"/>', "<w:b/>" if bold else "")


def numbered(text: str, list_: int, level: int = 0) -> str:
    return p(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_}"/></w:numPr>')


def styled(text: str, style: str) -> str:
    return p(text, f'<w:pStyle w:val="{style}"/>')


def cell(content: str, properties: str = "") -> str:
    body = content if content.startswith("<") else p(content)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{body}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def table(*rows: str) -> str:
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{''.join(rows)}</w:tbl>"


def level(place: int, form: str, text: str, start: int = 1, more: str = "") -> str:
    counting = f'<w:start w:val="{start}"/><w:numFmt w:val="{form}"/>{more}'
    return f'<w:lvl w:ilvl="{place}">{counting}<w:lvlText w:val="{text}"/></w:lvl>'


def lists(*abstracts: str, nums: str = "") -> str:
    """Contents of ``numbering.xml``: abstract lists 0, 1 … of the levels given, and a list 1, 2 … of each."""
    made = "".join(f'<w:abstractNum w:abstractNumId="{at}">{one}</w:abstractNum>' for at, one in enumerate(abstracts))
    usual = "".join(
        f'<w:num w:numId="{at + 1}"><w:abstractNumId w:val="{at}"/></w:num>' for at in range(len(abstracts))
    )
    return made + usual + nums


def docx(
    body: str,
    *,
    numbering: str = "",
    styles: str = "",
    footnotes: str = "",
    parts: Mapping[str, bytes | str] | None = None,
    relations: str = "",
    main_type: str = MAIN_TYPE,
) -> io.BytesIO:
    """A file of Word with this body.

    Args:
        parts: More parts, or others in the place of the usual ones, by name.
        relations: More lines of the main part's relations.
    """
    known = {"numbering": numbering, "styles": styles, "footnotes": footnotes}
    rels = "".join(
        f'<Relationship Id="r{name}" Type="{R}/{name}" Target="{name}.xml"/>' for name, text in known.items() if text
    )
    files: dict[str, bytes | str] = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main_type}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{R}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f"{rels}{relations}</Relationships>",
        "word/document.xml": f"<w:document {SPACES}><w:body>{body}<w:sectPr/></w:body></w:document>",
    }
    for name, text in known.items():
        if text:
            files[f"word/{name}.xml"] = f"<w:{name} {SPACES}>{text}</w:{name}>"
    files.update(parts or {})
    return packed(files)


def packed(files: Mapping[str, bytes | str]) -> io.BytesIO:
    """A ZIP of these files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    stream.seek(0)
    return stream


def _pieces(text: str) -> list[str]:
    found, piece = [], ""
    for char in text:
        if char in "\n\t":
            found += [piece, char] if piece else [char]
            piece = ""
        else:
            piece += char
    return [*found, piece] if piece else found
