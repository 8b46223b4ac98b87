"""Signed notes: published ones verify, everything else that looks like one does not."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from crypto.tests.logs import KEY, flipped

from egov_crypto import note
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.note import MAX_SIGNATURES, MAX_SIZE, Note, Signature, SigningKey, VerifierKey

# c2sp.org/signed-note, its example of a verifier key and a note.
FOO = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
FOO_NOTE = """\
This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
"""
# golang.org/x/mod, sumdb/note/note_test.go.
PETER_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ENOCH_LINE = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)
# c2sp.org/signed-note, the note it starts with; its key is not published.
POEM = """\
Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore \
NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
"""


def verified(text: str, *keys: str) -> list[str]:
    """Whose signatures hold under the note."""
    return [key.name for key, _ in note.verify(Note.parse(text.encode()), map(VerifierKey.parse, keys))]


def with_line(old: str, new: str) -> str:
    """The note with something else in its signature's line."""
    assert old in PETER_LINE
    return f"{TEXT}\n{PETER_LINE.replace(old, new)}"


def refused(raw: bytes | str, *keys: str) -> str:
    """The code with which the note is refused."""
    with pytest.raises(VerificationError) as error:
        note.verify(Note.parse(raw.encode() if isinstance(raw, str) else raw), map(VerifierKey.parse, keys))
    return error.value.code


def test_the_specifications_note_holds() -> None:
    assert verified(FOO_NOTE, FOO) == ["example.com/foo"]
    assert Note.parse(FOO_NOTE.encode()).text == "This is an example message.\n"
    assert VerifierKey.parse(FOO).text == FOO


def test_gos_note_is_made_byte_for_byte() -> None:
    key = SigningKey.parse(PETER_SECRET)
    assert Note(TEXT, (key.sign(TEXT),)).raw.decode() == f"{TEXT}\n{PETER_LINE}"
    assert (key.text, key.verifier_key.text) == (PETER_SECRET, PETER)


def test_a_note_may_bear_signatures_of_keys_that_one_does_not_know() -> None:
    both = f"{TEXT}\n{PETER_LINE}{ENOCH_LINE}"
    assert verified(both, PETER) == ["PeterNeumann"]
    assert verified(both, ENOCH) == ["EnochRoot"]
    assert verified(both, ENOCH, PETER, PETER) == ["PeterNeumann", "EnochRoot"]
    assert refused(both, FOO) == "note.unsigned"
    assert refused(both) == "note.unsigned"


def test_the_text_ends_at_the_last_empty_line() -> None:
    poem = Note.parse(POEM.encode())
    assert poem.text.endswith("sole:\n\ned è subito sera.\n")
    assert poem.signatures[0].key_id.hex() == "367ba04b"
    assert poem.raw == POEM.encode()
    for text in ("\n", "\n\n", "a\n\n\n", "\na\n"):
        made = Note(text, (KEY.sign(text),))
        assert Note.parse(made.raw) == made
        note.verify(Note.parse(made.raw), [KEY.verifier_key])


def test_a_signature_of_a_known_key_must_hold_whatever_the_others_say() -> None:
    wrong = PETER_LINE.replace("AQxV", "AQxW")
    assert refused(f"{TEXT}\n{wrong}", PETER) == "note.signature"
    assert refused(f"{TEXT}\n{ENOCH_LINE}{wrong}", PETER, ENOCH) == "note.signature"
    assert refused(f"{TEXT}\n{PETER_LINE}{wrong}", PETER) == "note.signature"
    assert refused(f"{TEXT}\n{PETER_LINE[:60]}ABCD{PETER_LINE[60:]}", PETER) == "note.signature"
    assert verified(f"{TEXT}\n{ENOCH_LINE}{wrong}", ENOCH) == ["EnochRoot"]


def test_a_name_alone_or_an_id_alone_makes_no_known_key() -> None:
    assert refused(with_line("PeterNeumann", "Carmen"), PETER) == "note.unsigned"
    assert refused(with_line("x08g", "xxxx"), PETER) == "note.unsigned"


def test_every_changed_bit_and_every_byte_more_or_less_is_refused() -> None:
    raw = FOO_NOTE.encode()
    key = VerifierKey.parse(FOO)
    changed = [flipped(raw, bit) for bit in range(8 * len(raw))]
    for place in range(len(raw)):
        changed.append(raw[:place] + raw[place + 1 :])
        changed.extend(raw[:place] + more + raw[place:] for more in (b"\n", b" ", b"=", b"A", raw[place : place + 1]))
    changed = [each for each in changed if each != raw]
    assert len(changed) > 14 * len(raw) - 20
    for each in changed:
        with pytest.raises(VerificationError, match=r"note\.(format|signature|unsigned)"):
            note.verify(Note.parse(each), [key])


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "\n",
        TEXT,
        f"{TEXT}\n",
        PETER_LINE,
        f"\n{PETER_LINE}",
        f"{TEXT}{PETER_LINE}",
        f"{TEXT}\n{PETER_LINE}".removesuffix("\n"),
        f"{TEXT}\n{PETER_LINE}\n",
        f"{TEXT}\n{PETER_LINE}Unexpected line.\n",
        f"\x01{TEXT}\n{PETER_LINE}",
        f"{TEXT}\n{PETER_LINE}".replace("\n", "\r\n"),
        f"{TEXT}\t\n\n{PETER_LINE}",
        f"\0{TEXT}\n{PETER_LINE}",
        with_line("—", "-"),
        with_line("— ", "—"),
        with_line("— ", "—  "),
        with_line(" x", "  x"),
        with_line("=", "= "),
        with_line("PeterNeumann", "Peter Neumann"),
        with_line("PeterNeumann", "Peter\u00a0Neumann"),
        with_line("PeterNeumann", "Peter\u2028Neumann"),
        with_line("PeterNeumann", "Peter+Neumann"),
        with_line("PeterNeumann ", ""),
        with_line("nAM=", "nAM"),
        with_line("nAM=", "nAN="),
        with_line("nAM=", "nA-="),
        with_line("nAM=", "nАM="),
        f"{TEXT}\n— PeterNeumann x08gow==\n",
        f"{TEXT}\n— PeterNeumann x08g\n",
        f"{TEXT}\n— PeterNeumann \n",
        f"{TEXT}\n" + PETER_LINE * (MAX_SIGNATURES + 1),
        "a" * MAX_SIZE + f"\n\n{PETER_LINE}",
    ],
)
def test_what_is_no_note_is_refused(raw: str) -> None:
    assert refused(raw, PETER) == "note.format"


@pytest.mark.parametrize("raw", [b"\xff", b"\xc0\xae", b"\xed\xa0\x80", b"\xf5\x80\x80\x80"])
def test_what_is_no_utf_8_is_no_note(raw: bytes) -> None:
    assert refused(raw + f"{TEXT}\n{PETER_LINE}".encode(), PETER) == "note.format"


def test_as_many_signatures_as_are_allowed_are_read() -> None:
    assert len(Note.parse(f"{TEXT}\n{PETER_LINE * MAX_SIGNATURES}".encode()).signatures) == MAX_SIGNATURES
    large = Signature("pq.example", b"abcd", bytes(5000))
    assert len(Note.parse(Note(TEXT, (large,) * 16).raw).signatures) == 16


def test_lines_without_their_note_are_read_like_those_under_one() -> None:
    lines = f"{PETER_LINE}{ENOCH_LINE}".encode()
    assert note.parse_signatures(lines) == Note.parse(TEXT.encode() + b"\n" + lines).signatures
    long = f"— {'a' * MAX_SIZE} AAAAAAA=\n".encode()
    for raw in (b"", b"\n", b"\n" + lines, lines[:-1], lines + b"\n", b"\xff" + lines, PETER_LINE.encode() * 101, long):
        with pytest.raises(VerificationError, match=r"note\.format"):
            note.parse_signatures(raw)


def test_no_part_of_a_key_and_no_other_character_in_it_makes_a_key() -> None:
    for whole, parse in ((PETER, VerifierKey.parse), (PETER_SECRET, SigningKey.parse)):
        parts = {whole[i:j] for i in range(len(whole)) for j in range(i, len(whole) + 1)} - {whole}
        parts |= {whole[:i] + chr(ord(whole[i]) + 1) + whole[i + 1 :] for i in range(len(whole))}
        for part in parts:
            with pytest.raises(UsageError):
                parse(part)


def key_of(name: str, type_: int, public: bytes) -> str:
    """A key whose id is right, whatever it is."""
    raw = bytes([type_]) + public
    id_ = hashlib.sha256(name.encode() + b"\n" + raw).hexdigest()[:8]
    return f"{name}+{id_}+{base64.b64encode(raw).decode()}"


def test_keys_of_other_types_and_of_weak_points_are_refused() -> None:
    public = VerifierKey.parse(PETER).public
    assert key_of("PeterNeumann", 1, public) == PETER
    weak = [
        bytes(32),
        b"\x01" + bytes(31),
        (2**255 - 20).to_bytes(32, "little"),
        b"\xff" * 32,
        public[:-1],
        public + b"0",
    ]
    for text in [key_of("a", type_, public) for type_ in (0, 2, 4, 6, 255)] + [key_of("a", 1, raw) for raw in weak]:
        with pytest.raises(UsageError):
            VerifierKey.parse(text)
    for name in ("", "a b", "a+b", "a\u2003b", "a\nb", "a\x01b", "a\udcffb"):
        with pytest.raises(UsageError):
            VerifierKey(name, public)
        with pytest.raises(UsageError):
            SigningKey(name, bytes(32))


def test_the_id_of_a_key_has_one_spelling() -> None:
    for text in (
        PETER.replace("c74f20a3", "C74F20A3"),
        PETER.replace("c74f20a3", "0xc74f20a3"),
        f"{PETER}\n",
        f" {PETER}",
    ):
        with pytest.raises(UsageError):
            VerifierKey.parse(text)


def test_keys_that_no_signature_tells_apart_are_not_taken_together() -> None:
    """An id has 4 bytes: whoever wants can make a second key with it. It is one's own list that is wrong then."""

    class Twin(VerifierKey):
        key_id = VerifierKey.parse(PETER).key_id

    twin = Twin("PeterNeumann", VerifierKey.parse(ENOCH).public)
    with pytest.raises(UsageError, match="two keys"):
        note.verify(Note.parse(f"{TEXT}\n{PETER_LINE}".encode()), [VerifierKey.parse(PETER), twin])


def test_a_private_key_is_not_told_in_errors_and_reprs() -> None:
    assert "seed" not in repr(KEY)
    secret = KEY.text.rpartition("+")[2]
    with pytest.raises(UsageError) as error:
        SigningKey.parse(KEY.text.replace("+", "+0", 3))
    assert secret not in str(error.value)
    assert re.fullmatch(r"[^+]+\+[0-9a-f]{8}\+.{44}", SigningKey.generate("a.example").verifier_key.text)
    assert SigningKey.generate("a.example") != SigningKey.generate("a.example")


def test_what_is_no_text_is_not_made_a_note() -> None:
    for text in ("", "a", "a\r\n", "a\tb\n", "a\udcff\n"):
        with pytest.raises(ValueError, match="text"):
            Note(text, (KEY.sign("a\n"),))
    with pytest.raises(ValueError, match="signatures"):
        Note("a\n", ())
