"""What an official is told about a document that was read: where the reader is not sure, and what it left out."""

from __future__ import annotations

from typing import Final

from egov_participation.i18n import N_

DOUBTS: Final = {
    "number.repeated": N_("This number occurs twice here. Which is right?"),
    "number.missing": N_("A number before this one is missing. Was something left out, or is it numbered wrongly?"),
    "number.order": N_("This number is smaller than the one before it. Is it numbered wrongly?"),
    "heading.glued": N_(
        "This heading stood inside of the paragraph before it, and was parted from it here. Is that right?"
    ),
    "heading.style": N_("This is a heading by its style alone: no word says what it is. Choose what it is."),
    "quote.unclosed": N_("A quotation begins here and is never closed. Where does it end?"),
    "text.struck": N_(
        "Some of these words are struck through, and were read like all others. Are they part of the text?"
    ),
}
"""Questions about one provision (`structure.Provision.doubt`)."""

DROPPED: Final = {
    "dropped.contents": N_("the table of contents"),
    "dropped.header_footer": N_("headers and footers of the pages"),
    "dropped.picture": N_("pictures and drawings"),
    "dropped.comment": N_("comments in the margin"),
    "dropped.hidden": N_("hidden words"),
    "dropped.formula": N_("how formulas are set (their signs stay)"),
    "dropped.changes_of_looks": N_("tracked changes of looks, which change no word"),
    "dropped.number_form": N_("the way some numbers are written; digits stand in their place"),
    "dropped.embedded": N_("tables and documents embedded as files"),
    "dropped.notes": N_("footnotes inside of tables and quotations"),
    "dropped.deleted_words": N_("words that are marked as deleted"),
    "dropped.quoted_structure": N_("the structure of provisions quoted for another act (their words stay)"),
    "dropped.other_documents": N_("documents that the file refers to and does not hold"),
}
"""What the file holds and the text does not (`structure.Document.dropped`), to stand after "Not taken over:"."""
