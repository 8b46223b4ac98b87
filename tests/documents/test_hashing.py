"""One spelling of a document, and what its hashes hold."""

from __future__ import annotations

import dataclasses
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.documents.strategies import any_documents, any_provisions

from egov_crypto import canonical as rfc8785
from egov_participation.documents import hashing
from egov_participation.documents.hashing import CanonicalFormError
from egov_participation.documents.structure import Cell, Document, Kind, Provision

SMALL = Document(
    title="Закон",
    language="ru",
    provisions=(Provision(Kind.ARTICLE, number="1", label="Статья 1.", text="Слова.", table=((Cell("а"),),)),),
)


@given(document=any_documents)
def test_what_is_written_is_read_back_and_is_canonical_json(document: Document) -> None:
    raw = hashing.canonical(document)

    assert hashing.parse(raw) == document
    assert rfc8785.dump(json.loads(raw)) == raw


@given(document=any_documents, data=st.data())
def test_no_other_bytes_are_the_same_document(document: Document, data: st.DataObject) -> None:
    raw = hashing.canonical(document)
    place = data.draw(st.integers(0, len(raw) - 1))
    changed = raw[:place] + bytes([raw[place] ^ data.draw(st.integers(1, 255))]) + raw[place + 1 :]

    try:
        read = hashing.parse(changed)
    except CanonicalFormError:
        return
    assert read != document
    assert hashing.document_hash(read) != hashing.document_hash(document)


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: b" " + raw,
        lambda raw: raw.replace("Слова".encode(), b"\\u0421\\u043b\\u043e\\u0432\\u0430"),
        lambda raw: raw.replace(b'"depth":0', b'"depth":false'),
        lambda raw: raw.replace(b'"depth":0', b'"depth":0.0'),
        lambda raw: raw.replace(b'"depth":0', b'"depth":-1'),
        lambda raw: raw.replace(b'"depth":0', b'"depth":64'),
        lambda raw: raw.replace(b'"columns":1', b'"columns":0'),
        lambda raw: raw.replace(b'"header":false', b'"header":0'),
        lambda raw: raw.replace(b'"depth":0', b'"depth":0,"depth":0'),
        lambda raw: raw.replace(b'"depth":0', b'"depth":0,"more":0'),
        lambda raw: raw.replace(b'"kind":"article"', b'"kind":"clause"'),
        lambda raw: raw.replace(b"document-v1", b"document-v2"),
        lambda raw: raw.replace(b'"table":[[', b'"table":["').replace(b"]]", b'"]'),
        lambda raw: raw.replace("Слова".encode(), "и\u0306".encode()),
        lambda raw: raw.replace("Слова".encode(), b"\\ud800"),
        lambda raw: raw[:-1],
        lambda raw: b"[" * 100_000,
        lambda raw: b"\xff",
        lambda raw: b"null",
    ],
)
def test_nothing_but_the_canonical_spelling_is_read(change: object) -> None:
    raw = hashing.canonical(SMALL)
    changed = change(raw)  # type: ignore[operator]

    assert changed != raw
    with pytest.raises(CanonicalFormError):
        hashing.parse(changed)


def test_the_hash_is_recomputed_with_the_standard_library() -> None:
    value = {
        "format": "egov-document-v1",
        "language": "ru",
        "title": "Закон",
        "provisions": [
            {
                "kind": "article",
                "depth": 0,
                "number": "1",
                "label": "Статья 1.",
                "heading": "",
                "text": "Слова.",
                "table": [[{"text": "а", "columns": 1, "rows": 1, "header": False}]],
            }
        ],
    }
    raw = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    assert hashing.document_hash(SMALL) == hashlib.sha256(b"egov-document-v1\0" + raw).digest()


@given(provision=any_provisions(), other=any_provisions())
def test_a_text_hash_is_of_the_words_and_of_nothing_else(provision: Provision, other: Provision) -> None:
    moved = dataclasses.replace(
        provision, kind=other.kind, depth=other.depth, number=other.number, label=other.label, doubt="x"
    )
    same = (provision.heading, provision.text, provision.table) == (other.heading, other.text, other.table)

    assert hashing.text_hash(moved) == hashing.text_hash(provision)
    assert (hashing.text_hash(other) == hashing.text_hash(provision)) is same
