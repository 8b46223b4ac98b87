"""Putting things into the index, in the transaction that changes them, and finding them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, Select, Subquery, and_, cast, func, insert, literal, or_, union_all
from sqlalchemy import select as choose
from sqlmodel import Session, col, delete, select

from egov_participation.database import UnitOfWork
from egov_participation.search import rules, words
from egov_participation.search.models import Document, DocumentText, Posting
from egov_participation.search.snippets import Piece, Wanted, has_hit, marked, snippet

Texts = Mapping[str, tuple[str, str]]
"""Title and body by language."""

_AFTER_ALL: Final = b"\xff"
"""Greater than any byte of UTF-8."""


@dataclass(frozen=True, slots=True)
class Found:
    """One result."""

    kind: str
    ref: str
    path: str
    """Without the language."""
    at: datetime
    lang: str
    """Of title and snippet: the visitor's, or that in which it was found."""
    title: Sequence[Piece]
    snippet: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class Results:
    """A page of results."""

    total: int
    items: Sequence[Found]
    all_words: bool = True
    """False: nothing holds every word; these hold some."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """One word of a query."""

    terms: frozenset[bytes]
    prefixes: frozenset[bytes]


def index(tx: UnitOfWork, kind: str, ref: str, path: str, texts: Texts, at: datetime) -> int:
    """Make a thing findable, or bring what the index knows of it up to date. The same again writes nothing.

    Args:
        kind: what it is, such as ``vote``; `ref` names it among its kind.
        path: of its page, without the language.
        texts: a missing language is left out.
        at: when it was published: of two that fit as well, the later is first.

    Returns:
        Its id in the index, for a room that looks among its own things (`holding`).
    """
    texts = {lang: (words.composed(title), words.composed(body)) for lang, (title, body) in texts.items()}
    tx.add_if_new(Document, kind=kind, ref=ref, path=path, at=at)
    document = tx.exec(select(Document).where(Document.kind == kind, Document.ref == ref).with_for_update()).one()
    assert document.id is not None
    if (document.path, document.at, _texts(tx.session, document)) != (path, at, texts):
        document.path, document.at = path, at
        _write(tx, document, texts)
    return document.id


def remove(tx: UnitOfWork, kind: str, ref: str) -> None:
    """Let a thing be found no longer."""
    document = tx.exec(select(Document).where(Document.kind == kind, Document.ref == ref)).first()
    if document is not None:
        _clear(tx, document)
        tx.session.delete(document)


def refs(session: Session, kind: str) -> set[str]:
    """The references of everything of a kind."""
    return set(session.exec(select(Document.ref).where(Document.kind == kind)))


def rebuild(tx: UnitOfWork) -> int:
    """Make the terms of everything anew, after the rules of stems have changed.

    Returns:
        How many things there are.
    """
    documents = tx.exec(select(Document)).all()
    for document in documents:
        _write(tx, document, _texts(tx.session, document))
    return len(documents)


def find(session: Session, lang: str, query: str, limit: int = rules.PAGE, offset: int = 0) -> Results:
    """What fits a visitor's words, the best first: everything that holds all of them, else what holds some.

    The last word may be the beginning of one, if it is long or found nowhere as it stands. A query is words and nothing
    else: no letter has a meaning of its own.
    """
    asked = _asked(session, query)
    if not asked:
        return Results(0, ())
    ranked = _ranked(session, asked)
    for least in (len(asked), 1):
        total = session.execute(choose(func.count()).select_from(ranked).where(ranked.c.matched >= least)).scalar_one()
        if total:
            rows = session.execute(_page(ranked, least, limit, offset)).scalars().all()
            wanted = Wanted(
                frozenset[bytes]().union(*(one.terms for one in asked)),
                frozenset[bytes]().union(*(one.prefixes for one in asked)),
            )
            items = [_found(session, document, lang, wanted) for document in rows]
            return Results(total, items, all_words=least == len(asked))
    return Results(0, ())


def holding(session: Session, kind: str, query: str) -> Select[int] | None:
    """Ids (of `index`) of whatever of a kind that is kept apart (`rules.APART`) holds every word of a query, read as by
    `find`; None: there is no word in it."""
    asked = _asked(session, query, rules.mark(kind))
    if not asked:
        return None
    held = union_all(*(choose(_best(one).subquery().c.document_id) for one in asked)).subquery()
    return choose(held.c.document_id).group_by(held.c.document_id).having(func.count() == len(asked))


def alike(session: Session, lang: str, kind: str, text: str, limit: int = 5) -> Sequence[Found]:
    """Things of one kind that share at least two words with a line of text (one, if it has no more), the best first."""
    asked = _asked(session, text)
    if not asked:
        return ()
    ranked = _ranked(session, asked)
    page = _page(ranked, min(2, len(asked)), limit, 0).where(col(Document.kind) == kind)
    wanted = Wanted(frozenset[bytes]().union(*(one.terms for one in asked)), frozenset())
    return [_found(session, document, lang, wanted) for document in session.execute(page).scalars().all()]


def _asked(session: Session, query: str, mark: bytes = b"") -> list[_Asked]:
    """The words of a query that can find something; the mark goes before their terms (`rules.mark`)."""
    plain = list(dict.fromkeys(word.plain for word in words.words(words.composed(query[: rules.MAX_QUERY]))))
    asked = []
    for place, word in enumerate(plain, 1):
        prefixes = _marked(words.prefixes_asked(word), mark) if place == len(plain) else frozenset[bytes]()
        terms = _marked(words.terms_asked(word), mark)
        if len(word) < words.CERTAIN_PREFIX and _held(session, terms):
            prefixes = frozenset()
        one = _Asked(terms, prefixes)
        if one.terms or (one.prefixes and len(plain) == 1):
            asked.append(one)
    return asked[: rules.MAX_WORDS]


def _marked(terms: Iterable[bytes], mark: bytes) -> frozenset[bytes]:
    return frozenset(mark + term for term in terms)


def _held(session: Session, terms: frozenset[bytes]) -> bool:
    """Whether anything holds one of these terms."""
    found = select(Posting.document_id).where(col(Posting.term).in_(terms)).limit(1)
    return bool(terms) and session.exec(found).first() is not None


def _ranked(session: Session, asked: Sequence[_Asked]) -> Subquery:
    """Each document that holds any of the words: how many of them, and how well it fits."""
    everywhere = col(Document.kind).not_in(rules.APART)
    documents = session.exec(select(func.count()).select_from(Document).where(everywhere)).one()
    parts = []
    for one in asked:
        best = _best(one).subquery()
        having = session.execute(choose(func.count()).select_from(best)).scalar_one()
        weight = rules.rarity(documents, having)
        parts.append(choose(best.c.document_id, (cast(best.c.score, BigInteger) * weight).label("score")))
    together = union_all(*parts).subquery()
    return (
        choose(
            together.c.document_id,
            func.count().label("matched"),
            func.sum(together.c.score).label("score"),
        )
        .group_by(together.c.document_id)
        .subquery()
    )


def _best(one: _Asked) -> Select[tuple[int, int]]:
    """Each document that holds the word in any of its meanings, with the best score; a mere beginning counts half."""
    term = col(Posting.term)
    kinds = []
    if one.terms:
        kinds.append(
            choose(col(Posting.document_id), (col(Posting.score) * 2).label("score")).where(term.in_(one.terms))
        )
    if one.prefixes:
        within = or_(*(and_(term >= prefix, term < prefix + _AFTER_ALL) for prefix in sorted(one.prefixes)))
        kinds.append(choose(col(Posting.document_id), (col(Posting.score) * literal(1)).label("score")).where(within))
    held = union_all(*kinds).subquery()
    return choose(held.c.document_id, func.max(held.c.score).label("score")).group_by(held.c.document_id)


def _page(ranked: Subquery, least: int, limit: int, offset: int) -> Select[Document]:
    return (
        choose(Document)
        .join(ranked, ranked.c.document_id == col(Document.id))
        .where(ranked.c.matched >= least)
        .order_by(
            ranked.c.matched.desc(),
            ranked.c.score.desc(),
            col(Document.at).desc(),
            col(Document.id),
        )
        .limit(limit)
        .offset(offset)
    )


def _found(session: Session, document: Document, lang: str, wanted: Wanted) -> Found:
    texts = _texts(session, document)
    shown = lang if lang in texts else next(iter(texts))
    if not _holds(texts[shown], shown, wanted):
        shown = next((other for other, text in texts.items() if _holds(text, other, wanted)), shown)
    title, body = texts[shown]
    return Found(
        kind=document.kind,
        ref=document.ref,
        path=document.path,
        at=document.at,
        lang=shown,
        title=marked(title, shown, wanted),
        snippet=snippet(body, shown, wanted),
    )


def _holds(text: tuple[str, str], lang: str, wanted: Wanted) -> bool:
    return has_hit(text[0], lang, wanted) or has_hit(text[1], lang, wanted)


def _texts(session: Session, document: Document) -> dict[str, tuple[str, str]]:
    rows = session.exec(
        select(DocumentText).where(DocumentText.document_id == document.id).order_by(DocumentText.lang)
    ).all()
    return {row.lang: (row.title, row.body) for row in rows}


def _write(tx: UnitOfWork, document: Document, texts: Texts) -> None:
    _clear(tx, document)
    rows = [
        {"document_id": document.id, "lang": lang, "title": title, "body": body}
        for lang, (title, body) in texts.items()
    ]
    mark = rules.mark(document.kind)
    postings = [
        {"term": mark + term, "document_id": document.id, "score": score} for term, score in rules.scores(texts).items()
    ]
    for table, values in ((DocumentText, rows), (Posting, postings)):
        if values:
            tx.session.execute(insert(table), values)


def _clear(tx: UnitOfWork, document: Document) -> None:
    tx.exec(delete(Posting).where(col(Posting.document_id) == document.id))
    tx.exec(delete(DocumentText).where(col(DocumentText.document_id) == document.id))
