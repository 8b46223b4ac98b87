"""Why a file is refused. Every one has a code, a sentence for the official, and the places that it means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from egov_participation.i18n import N_

MOST_PLACES: Final = 20


class DocumentRefusedError(ValueError):
    """A file that is not read, and nothing of it kept.

    Args:
        code: Which refusal, of `REFUSALS`.
        places: Where in the file, in its own words, at most `MOST_PLACES`.
        values: What the sentence of the code names (sizes in bytes, names of types).
    """

    def __init__(self, code: str, places: Sequence[str] = (), **values: str | int) -> None:
        self.code = code
        self.places = tuple(places)[:MOST_PLACES]
        self.values = values
        super().__init__(code)


REFUSALS: Final = {
    "file.empty": N_("The file is empty."),
    "file.too_large": N_("The file is larger than %(most)s MB. Leave pictures out of it and save it again."),
    "file.unknown": N_(
        "This is no Word file (.docx), whatever its name says. Open it in the program it was made with and "
        "save it as .docx."
    ),
    "file.password": N_("The file is protected with a password. Take the password off and save it again."),
    "file.doc": N_("This is a file of an old Word (.doc). Open it in Word and save it as .docx."),
    "file.pdf": N_(
        "This is a PDF: it holds pages, and no text in order. Use the Word file (.docx) that it was made from."
    ),
    "file.rtf": N_("This is an RTF file. Open it in Word and save it as .docx."),
    "file.odt": N_("This is an OpenDocument file (.odt). Open it in LibreOffice and save it as .docx."),
    "file.image": N_("This is a picture: its words cannot be read. Use the Word file (.docx) of the act."),
    "file.web_page": N_(
        "This is a web page, not a Word file. Open it in Word and save it as .docx, or paste its text."
    ),
    "file.program": N_("This file is a program. It is not opened, and nothing of it is kept."),
    "file.archive": N_("This is an archive, not a Word file. Take the .docx out of it and send that."),
    "file.not_word": N_("This is a file of Excel or PowerPoint. The text of an act is read from Word files (.docx)."),
    "file.damaged": N_(
        "The file is damaged and cannot be unpacked whole. Open it in Word, save it under another name and send that."
    ),
    "docx.no_document": N_("The file holds no text of a Word document. Open it in Word and save it again."),
    "docx.broken_xml": N_(
        "A part of the file is not written as Word writes it, and cannot be read. Open it in Word, save it "
        "under another name and send that."
    ),
    "docx.entities": N_(
        "A part of the file declares a document type, which Word never writes and which can do harm. It is not read."
    ),
    "docx.bomb": N_("The file would unpack to far more than a document holds. It is not read."),
    "docx.too_many_parts": N_("The file is made of %(count)s parts, more than the %(most)s that are read."),
    "docx.duplicate_part": N_(
        "The file holds the same part twice, so that it could show one text here and another in Word. It is not read."
    ),
    "docx.bad_name": N_("The file holds a part whose name leads out of the file. It is not read."),
    "docx.macros": N_("The file holds macros, which are programs. Save it in Word as .docx without macros."),
    "docx.embedded_program": N_(
        "A program or a packed file is embedded in the document. Delete it in Word and save the document again."
    ),
    "docx.embedded_archive": N_(
        "An archive is embedded in the document. Delete it in Word and save the document again."
    ),
    "docx.inserted_file": N_(
        "Another file is inserted in the document as a whole, and its text is not in it. Open the document in "
        "Word, save it again and send that."
    ),
    "docx.external": N_(
        "The document would fetch something from another computer when it is opened. Nothing is fetched, and "
        "it is not read."
    ),
    "docx.tracked_changes": N_(
        "The file holds %(count)s tracked changes that nobody has accepted or rejected, so that it is not "
        "settled which text is meant. Accept or reject them in Word (Review), save the file and send it "
        "again."
    ),
    "xml.too_large": N_("The file is larger than the %(most)s MB that are read of XML. Send its annexes apart."),
    "xml.encoding": N_("The file is not written in UTF-8 (it says %(name)s). Save it in UTF-8."),
    "xml.doctype": N_(
        "The file declares a document type, which Akoma Ntoso does not need and which can do harm. It is not read."
    ),
    "xml.broken": N_("The XML is broken at line %(line)s. Check it in the program that it was made with."),
    "xml.too_deep": N_("The file holds more than %(most)s things inside of each other. It is not read."),
    "akn.other_xml": N_("This is XML of another kind (%(name)s), not Akoma Ntoso."),
    "akn.version": N_("This Akoma Ntoso is of a version that is not read (%(name)s). Version 3.0 is."),
    "akn.kind": N_("The file holds no act and no bill (it is a %(name)s)."),
    "akn.empty": N_("The file holds no provisions."),
    "document.too_long": N_(
        "The document has more than %(most)s paragraphs. Send its annexes as documents of their own."
    ),
    "document.no_text": N_(
        "There are no words to read in this document. Perhaps its pages are pictures: use the file with the text."
    ),
    "document.two_languages": N_(
        "The document holds two languages side by side or one after the other. Save each language as a file of its own."
    ),
}
"""The sentence of each code: what is the matter with the file, and what to do about it."""
