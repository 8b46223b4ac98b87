"""Trustees' key files, and the passphrases that open them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from crypto.tests import forging
from crypto.tests.making import dump

from egov_crypto import keyfile
from egov_crypto.errors import UsageError
from egov_crypto.group import Q, base
from egov_crypto.keyfile import KeyFile

SECRET = 123456789**8
PASSPHRASE = "lusab-babad-gutih-tugad-mumuk-kafil"
UUID = "KMLMr96HM3M2nQ"


@pytest.fixture(scope="module")
def sealed() -> bytes:
    return keyfile.seal(SECRET, UUID, PASSPHRASE)


def test_words_are_written_as_the_scheme_says() -> None:
    """The examples of arXiv:0901.4016: internet addresses, each as two words."""
    for address, words in (
        ("127.0.0.1", "lusab-babad"),
        ("63.84.220.193", "gutih-tugad"),
        ("63.118.7.35", "gutuk-bisog"),
        ("140.98.193.141", "mudof-sakat"),
        ("64.255.6.200", "haguz-biram"),
        ("128.30.52.45", "mabiv-gibot"),
        ("198.81.129.136", "sinid-makam"),
    ):
        a, b, c, d = map(int, address.split("."))
        assert f"{keyfile._proquint(a << 8 | b)}-{keyfile._proquint(c << 8 | d)}" == words


def test_all_words_differ() -> None:
    assert len({keyfile._proquint(number) for number in range(2**16)}) == 2**16


def test_passphrases_have_six_words_and_differ() -> None:
    made = {keyfile.generate_passphrase() for _ in range(100)}
    assert len(made) == 100
    assert all([len(word) for word in passphrase.split("-")] == [5] * 6 for passphrase in made)


def test_a_key_file_opens_with_its_passphrase_however_it_was_copied(sealed: bytes) -> None:
    file = KeyFile.parse(sealed)
    assert file.open(PASSPHRASE) == SECRET
    assert file.open(f"  {PASSPHRASE.upper().replace('-', '  ')}\n") == SECRET
    assert (file.election, file.public_key) == (UUID, base(SECRET))


@pytest.mark.parametrize("wrong", ["", PASSPHRASE[:-1], PASSPHRASE + "x", PASSPHRASE.replace("-", ""), "a" * 35])
def test_another_passphrase_does_not_open_it(sealed: bytes, wrong: str) -> None:
    with pytest.raises(UsageError, match="the passphrase is wrong"):
        KeyFile.parse(sealed).open(wrong)


def test_nothing_of_the_key_stands_in_it_and_no_two_are_the_same(sealed: bytes) -> None:
    assert str(SECRET).encode() not in sealed
    assert f"{SECRET:x}".encode() not in sealed
    again = json.loads(keyfile.seal(SECRET, UUID, PASSPHRASE))
    first = json.loads(sealed)
    assert again["kdf"]["salt"] != first["kdf"]["salt"]
    assert again["cipher"]["nonce"] != first["cipher"]["nonce"]
    assert again["cipher"]["sealed"] != first["cipher"]["sealed"]
    assert first["kdf"]["iterations"] >= 600_000


CHANGES: dict[str, Callable[[Any], Any]] = {
    "another election": lambda value: {**value, "election": "1" * 14},
    "no election": lambda value: {**value, "election": ""},
    "another public key": lambda value: {**value, "public_key": base(5).text},
    "more rounds": lambda value: forging.replaced(value, ("kdf", "iterations"), 600_001),
    "another salt": lambda value: forging.replaced(value, ("kdf", "salt"), "00" * 16),
    "another nonce": lambda value: forging.replaced(value, ("cipher", "nonce"), "00" * 12),
    "another ciphertext": lambda value: forging.replaced(
        value, ("cipher", "sealed"), f"{int(value['cipher']['sealed'], 16) ^ 1:0{len(value['cipher']['sealed'])}x}"
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_key_file_does_not_open(sealed: bytes, change: str) -> None:
    """What it says of itself is bound to what is sealed in it."""
    changed = dump(CHANGES[change](json.loads(sealed)))
    with pytest.raises(UsageError, match="or the key file was changed"):
        KeyFile.parse(changed).open(PASSPHRASE)


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("type",), "egov-trustee"),
        (("type",), None),
        (("version",), 2),
        (("version",), "1"),
        (("election",), None),
        (("public_key",), "00" * 32),
        (("public_key",), f"{1:064x}"),
        (("kdf", "name"), "PBKDF2"),
        (("kdf", "iterations"), 599_999),
        (("kdf", "iterations"), 1),
        (("kdf", "iterations"), 10**9),
        (("kdf", "iterations"), True),
        (("kdf", "salt"), "00"),
        (("kdf", "salt"), "0 " * 16),
        (("kdf", "salt"), "AA" * 16),
        (("kdf",), []),
        (("cipher", "name"), "AES-128-GCM"),
        (("cipher", "nonce"), "00" * 8),
        (("cipher", "sealed"), "00"),
        (("cipher", "sealed"), 5),
        (("cipher",), None),
    ],
)
def test_a_file_of_another_shape_is_not_read(sealed: bytes, path: tuple[str, ...], wrong: object) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        KeyFile.parse(dump(forging.replaced(json.loads(sealed), path, wrong)))


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"5", b"\xff", b"[" * 10**5, b'{"type":"egov-trustee-key"}'])
def test_something_else_is_no_key_file(raw: bytes) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        KeyFile.parse(raw)


@pytest.mark.parametrize(
    "raw", [b"", b'"', b"5", b'"0"', b'"007"', b'"-1"', f'"{Q}"'.encode(), b"null", b'"x"', b"[" * 10**5]
)
def test_something_else_is_no_private_key(raw: bytes) -> None:
    with pytest.raises(UsageError, match="not a private key"):
        keyfile.parse_private_key(raw)


def test_a_plain_private_key_is_read() -> None:
    assert keyfile.parse_private_key(b'"123"') == 123


def test_a_key_file_may_be_laid_out_otherwise(sealed: bytes) -> None:
    assert KeyFile.parse(json.dumps(json.loads(sealed), indent=2).encode()).open(PASSPHRASE) == SECRET


def test_without_the_package_cryptography_it_is_said_what_to_install() -> None:
    program = (
        "import sys; sys.modules['cryptography'] = None\nfrom egov_crypto import keyfile\nkeyfile.seal(5, '', 'x')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=240)
    assert "UsageError: key files need the package cryptography: pip install cryptography" in done.stderr


def test_verifying_needs_nothing_but_pynacl() -> None:
    """What a bare interpreter loads (the environment's own hooks) is not counted."""
    bare, ours = modules_of(""), modules_of("import egov_crypto.cli.verify, egov_crypto.cli.ballot\n")
    loaded = {name for name in ours - bare - set(sys.stdlib_module_names) if not name.startswith("_")}
    assert loaded == {"egov_crypto", "nacl"}


def modules_of(program: str) -> set[str]:
    program = f"import sys, json\n{program}print(json.dumps([name.partition('.')[0] for name in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, timeout=240)
    return set(json.loads(done.stdout))
