"""Lines become provisions: kinds by their words, depth by the order of rank that acts keep to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from egov_participation.documents.errors import DocumentRefusedError
from egov_participation.documents.legal.contents import without_contents
from egov_participation.documents.legal.front import split_front
from egov_participation.documents.legal.headings import heads_of
from egov_participation.documents.legal.heads import Head
from egov_participation.documents.legal.language import check_one_language, language_of, words_of
from egov_participation.documents.legal.lists import continues, starts
from egov_participation.documents.legal.marks import (
    annex_of,
    has_initials,
    is_approval,
    is_caption,
    is_form,
    is_form_mark,
    is_note,
    is_signature,
    note_goes_on,
)
from egov_participation.documents.legal.preparing import apart, together, unwrapped
from egov_participation.documents.legal.quoting import quoted_lines
from egov_participation.documents.legal.sequence import doubtful
from egov_participation.documents.legal.stack import Draft, Stack
from egov_participation.documents.lines import Line, capitals, one_line, paragraphs
from egov_participation.documents.structure import RANK, Document, Kind, flat

_HEADED = frozenset({Kind.PART, Kind.SECTION, Kind.SUBSECTION, Kind.CHAPTER, Kind.PARAGRAPH, Kind.ARTICLE, Kind.ANNEX})


def document_of(lines: Iterable[Line], source_format: str, dropped: Sequence[str] = ()) -> Document:
    """A document from the lines of its source, in reading order.

    Args:
        dropped: Codes of ``doubts.py`` for what the reader of the format left out.

    Raises:
        DocumentRefusedError: ``document.no_text`` or ``document.two_languages``.
    """
    kept, contents = without_contents(apart(together(unwrapped(lines))))
    if not any(line.text.strip() or line.table for line in kept):
        raise DocumentRefusedError("document.no_text")
    check_one_language(kept)
    builder = _Builder(kept)
    drafts = builder.build()
    doubtful(drafts)
    said = {*dropped, *(["dropped.contents"] if contents else [])}
    return Document(
        builder.title,
        language_of(words_of(line) for line in kept),
        tuple(draft.provision() for draft in drafts),
        source_format,
        tuple(sorted(said)),
    )


_LONGEST_LINE: Final = 300
_LONGEST_HEADING: Final = 800
"""Characters of what may be a heading: of a line that is not in bold, and of one that is or of a whole heading."""


class _Builder:
    def __init__(self, lines: list[Line]) -> None:
        self._quoted, self._unclosed = quoted_lines(lines)
        self._lines = lines
        self._looks = any(line.bold or line.centred for line in lines)
        self._heads = heads_of(lines, self._quoted)
        self._stack = Stack()
        self._heading: Draft | None = None
        """The provision whose heading the next line may still be."""
        self._announced: Draft | None = None
        """A remark whose words are in the next line."""
        self.title = ""

    def build(self) -> list[Draft]:
        places = range(len(self._lines))
        start = next((place for place in places if self._starts(place)), None)
        if start is None:
            start = next((place for place in places[1:] if annex_of(self._lines[place]) is not None), None)
        front = self._lines if start is None else self._lines[:start]
        self.title, preamble = split_front(front, structured=start is not None)
        for place, line in enumerate(front):
            if place in preamble:
                self._front_line(line, Kind.TEXT if start is None else Kind.PREAMBLE)
        for place in range(len(front), len(self._lines)):
            self._line(place)
        return self._stack.drafts

    def _starts(self, place: int) -> bool:
        """Whether the numbered part of the act begins here."""
        head = self._heads[place]
        return head is not None and head.kind in RANK and head.sure

    def _front_line(self, line: Line, kind: Kind) -> None:
        if line.table:
            self._table(line)
        elif line.note or is_note(line.text):
            self._note(line)
        elif self._announced is not None:
            self._go_on(line)
        elif kind is Kind.PREAMBLE and is_form(line.text) and self._stamped:
            # "DRAFT", "LAW", "OF THE REPUBLIC …" over each other are one stamp, and nobody comments on its lines.
            last = self._stack.drafts[-1]
            last.text = f"{last.text}\n{paragraphs(line.text)}"
        else:
            self._stack.loose(kind, text=paragraphs(line.text), label=line.label)

    @property
    def _stamped(self) -> bool:
        """Lines that only say what sort of act this is were the last thing read."""
        last = self._stack.drafts[-1] if self._stack.drafts else None
        return last is not None and last.kind is Kind.PREAMBLE and all(map(is_form, last.text.split("\n")))

    def _line(self, place: int) -> None:
        line, head = self._lines[place], self._heads[place]
        announced, self._announced = self._announced, None
        if line.table:
            self._table(line)
        elif line.note or is_note(line.text):
            self._note(line)
        elif place in self._quoted:
            self._heading = None
            draft = self._stack.inside(Kind.TEXT, text=paragraphs(line.printed))
            draft.doubt = "quote.unclosed" if place in self._unclosed else ""
        elif head is not None and head.kind in RANK and (head.sure or self._stack.has_prefix(head.number)):
            self._numbered(place, head)
        elif (annex := annex_of(line)) is not None:
            self._heading = self._stack.annex(annex.number, annex.label, annex.series or self._act_below(place))
            self._heading.line = line
        elif self._approves(line):
            self._heading = self._stack.annex("", one_line(line.text), "")
            self._heading.line = line
        elif self._heading is not None and self._heading.awaits_heading and is_form_mark(line.text):
            self._stack.inside(Kind.TEXT, text=one_line(line.text))
        elif announced is not None:
            announced.text = "\n".join(filter(None, [announced.text, one_line(line.text)]))
        elif self._is_signature(place):
            self._heading = None
            self._stack.signature(one_line(line.text))
        elif self._heading is not None and self._heading.names_act(line):
            pass
        elif self._goes_on(line):
            assert self._heading is not None
            self._heading.add_heading(line)
        else:
            self._text(place, head)

    def _numbered(self, place: int, head: Head) -> None:
        line = self._lines[place]
        doubt = line.doubt or head.doubt or ("text.struck" if line.struck else "")
        draft = Draft(head.kind, number=head.number, label=head.label, style=head.style, doubt=doubt)
        rest = head.rest
        if head.kind is Kind.ARTICLE and self._is_text(place, rest):
            draft.text, self._heading = paragraphs(rest), None
        elif head.kind in _HEADED:
            draft.heading, self._heading = one_line(rest), draft
        else:
            draft.text, self._heading = paragraphs(rest), None
        draft.line = line
        self._stack.put(draft)

    def _is_text(self, place: int, rest: str) -> bool:
        """Whether what follows "Статья 2." is its text, for want of a heading."""
        rest = rest.rstrip()
        if not rest or rest[-1] not in ".:;":
            return False
        line = self._lines[place]
        if rest[-1] in ":;":
            return True
        if line.bold or line.outline is not None or line.centred:
            return False
        return len(rest) > 120 or not self._holds_more(place)

    def _holds_more(self, place: int) -> bool:
        """Whether something follows that can stand in the article that begins here."""
        if place + 1 == len(self._lines):
            return False
        after, head = self._lines[place + 1], self._heads[place + 1]
        if head is not None:
            return RANK.get(head.kind, 99) > RANK[Kind.ARTICLE]
        return not is_signature(after.text) and annex_of(after) is None

    def _goes_on(self, line: Line) -> bool:
        """Whether a line is the heading of the provision above, or more of it."""
        draft = self._heading
        text = one_line(line.text)
        if draft is None or len(draft.heading) > _LONGEST_HEADING or text[-1:] in ";:_":
            return False
        longest = _LONGEST_HEADING if line.bold and not draft.heading else _LONGEST_LINE
        if len(text) > longest or not any(char.isalpha() for char in text):
            return False
        first = draft.line
        if not draft.heading:
            if draft.kind is Kind.ANNEX:
                plain = not self._looks and len(text) < 200 and not text.endswith((".", ","))
                return (line.shows_heading or plain) and not line.right and not text.startswith("(")
            return line.shows_heading or (
                not text.endswith(".") and (draft.kind is not Kind.ARTICLE or len(text) < 200)
            )
        alike = first is not None and (line.bold, line.centred) == (first.bold, first.centred)
        if line.gap or not alike or not (line.centred or (line.bold and draft.kind is Kind.ANNEX)):
            return False
        return capitals(text) == capitals(draft.heading) or text[0].islower()

    def _text(self, place: int, head: Head | None) -> None:
        line = self._lines[place]
        self._heading = None
        if self._fills_number(line, head):
            return
        self._leave_list(place)
        if head is not None and head.kind is Kind.TEXT:
            draft = self._stack.inside(Kind.TEXT, text=paragraphs(head.rest), label=head.label)
        else:
            draft = self._stack.inside(Kind.TEXT, text=paragraphs(line.printed))
        draft.doubt = "text.struck" if line.struck else line.doubt

    def _fills_number(self, line: Line, head: Head | None) -> bool:
        """Whether the words of a point stand in the paragraph after its number."""
        last = self._stack.drafts[-1] if self._stack.drafts else None
        if head is not None or last is None or last.text or last.kind not in {Kind.POINT, Kind.SUBPOINT}:
            return False
        last.text = paragraphs(line.text)
        return True

    def _leave_list(self, place: int) -> None:
        """A paragraph after a list belongs to its last item, or again to what holds the list."""
        top = self._stack.top
        if top is None or top.kind is not Kind.SUBPOINT:
            return
        items = self._items_after(place)
        text = one_line(self._lines[place].text)
        if items and starts(items[0].number) and text.endswith(":"):
            # A list of its own under this paragraph: what comes after it tells whether the outer list goes on.
            items = [item for before, item in pairwise(items) if not continues(before, item)]
            if not any(continues(open_, item) for open_ in self._stack.subpoints() for item in items):
                self._stack.leave_list()
            return
        if items and any(continues(open_, items[0]) for open_ in self._stack.subpoints()):
            return
        if self._stack.last_words.endswith((".", "!")) and text[:1].isupper():
            self._stack.leave_list()

    def _items_after(self, place: int) -> list[Head]:
        """The subpoints that follow, up to the next provision of another kind."""
        found: list[Head] = []
        for head in self._heads[place + 1 : place + 200]:
            if head is None or head.kind not in RANK:
                continue
            if head.kind is not Kind.SUBPOINT:
                break
            found.append(head)
        return found

    def _note(self, line: Line) -> None:
        text = paragraphs(line.text)
        draft = self._stack.note(text)
        if not line.note and note_goes_on(text):
            self._announced = draft

    def _go_on(self, line: Line) -> None:
        assert self._announced is not None
        self._announced.text = "\n".join([self._announced.text, one_line(line.text)])
        self._announced = None

    def _table(self, line: Line) -> None:
        last = self._stack.drafts[-1] if self._stack.drafts else None
        heading = ""
        if last is not None and last.kind is Kind.TEXT and is_caption(last.text) and "\n" not in last.text:
            heading = last.text
            self._stack.drafts.pop()
        self._heading = None
        draft = self._stack.inside(Kind.TABLE, text=flat(line.table))
        draft.heading, draft.table = heading, line.table

    def _act_below(self, place: int) -> str:
        """To what it is an annex, where the line under "Annex 1" says that."""
        after = self._lines[place + 1 : place + 2]
        return Draft.act_named(after[0].text) if after else ""

    def _approves(self, line: Line) -> bool:
        """Whether the stamp stands here over rules that the act before it puts into force.

        It shows by its place on the page; pasted text has none, but there the act above it is signed.
        """
        if not is_approval(line):
            return False
        if line.right or line.centred or self._stack.signed:
            return True
        plain = not line.text.rstrip().endswith(".") and (line.gap or not self._stack.in_annex)
        return self._stack.ever_signed and plain

    def _is_signature(self, place: int) -> bool:
        text = self._lines[place].text
        if self._stack.signed and (has_initials(text) or (is_form(text) and self._stack.awaits_name)):
            return True
        if not is_signature(text) or (self._stack.in_annex and not has_initials(text)):
            return False
        following = next((head for head in self._heads[place + 1 : place + 4] if head is not None), None)
        return following is None or following.kind is not Kind.SUBPOINT
