"""Settings and secrets."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from pydantic import ValidationError

from egov_participation import keyring
from egov_participation.settings import Settings, is_in_clear

DOCUMENTED = Path(__file__).parents[2] / "docs" / "settings.md"


@pytest.mark.parametrize(
    "value", ["vote.example.org", "ftp://vote.example.org", "https://vote.example.org/site", "https://"]
)
def test_an_address_that_is_no_origin_is_refused(value: str) -> None:
    with pytest.raises(ValidationError, match="must be an origin"):
        Settings(base_url=value)


def test_the_booth_has_a_host_of_its_own() -> None:
    with pytest.raises(ValidationError, match="different host names"):
        Settings(base_url="http://localhost:1", booth_url="http://localhost:2")


def test_both_hosts_speak_tls_or_neither_does() -> None:
    with pytest.raises(ValidationError, match="both be https"):
        Settings(base_url="https://vote.example.org", booth_url="http://booth.localhost")


@pytest.mark.parametrize("host", ["vote.example.org", "10.0.5.7", "localhost.example.org", "notlocalhost", "0.0.0.0"])
def test_a_public_host_without_tls_is_refused(host: str) -> None:
    with pytest.raises(ValidationError, match="must be https"):
        Settings(base_url=f"http://{host}", booth_url="http://booth.localhost")
    with pytest.raises(ValidationError, match="EGOV_SMTP_STARTTLS must be on"):
        Settings(smtp_host=host, smtp_user="egov")
    assert Settings(smtp_host=host).smtp_user is None
    assert Settings(smtp_host=host, smtp_user="egov", smtp_starttls=True).smtp_starttls


@pytest.mark.parametrize("host", ["localhost", "vote.localhost", "127.0.0.1", "[::1]"])
def test_this_machine_needs_no_tls(host: str) -> None:
    settings = Settings(base_url=f"http://{host}:8000", booth_url="http://booth.localhost:8000")
    assert (settings.base_url, settings.https) == (f"http://{host}:8000", False)
    assert Settings(smtp_host=host.strip("[]"), smtp_user="egov").smtp_user == "egov"


@pytest.mark.parametrize(
    "value", ["http://code.example.org", "code.example.org/egov", "javascript:alert(1)", "https://"]
)
def test_where_the_source_is_published_is_an_https_address(value: str) -> None:
    with pytest.raises(ValidationError, match="must be an address"):
        Settings(source_url=value)
    assert Settings(source_url="https://code.example.org/egov").source_url == "https://code.example.org/egov"


@pytest.mark.parametrize(
    "value",
    [
        "https://registrar.example.org:8100",
        "http://registrar.example.org:8100",
        "http://127.0.0.1",
        "http://127.0.0.1:8100/path",
        "http://somebody@127.0.0.1:8100",
        "unix:registrar.sock",
    ],
)
def test_the_registrar_is_on_this_machine_and_told_who_asks(value: str) -> None:
    secret = Path("/srv/egov/secrets/registrar")
    with pytest.raises(ValidationError, match="leaves no machine"):
        Settings(registrar_url=value, registrar_token_file=secret)
    for right in ("http://127.0.0.1:8100", "http://[::1]:8100", "unix:/run/registrar.sock"):
        assert Settings(registrar_url=right, registrar_token_file=secret).registrar_url == right
        with pytest.raises(ValidationError, match="EGOV_REGISTRAR_TOKEN_FILE must be set"):
            Settings(registrar_url=right)


SAFE = {
    "base_url": "https://vote.example.org",
    "booth_url": "https://booth.example.org",
    "trusted_proxies": "127.0.0.1/32",
    "mail_from": "vote@example.org",
    "contact": "help@example.org",
    "database_url": "sqlite:////srv/egov/data/egov.sqlite3",
    "keys_dir": "/srv/egov/keys",
    "registrar_url": "unix:/run/egov-registrar/registrar.sock",
    "registrar_token_file": "/srv/egov/secrets/registrar",
}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({}, []),
        ({"base_url": "http://localhost", "booth_url": "http://booth.localhost"}, ["EGOV_BASE_URL"]),
        ({"trusted_proxies": ""}, ["EGOV_TRUSTED_PROXIES"]),
        ({"mail_from": "no-reply@localhost"}, ["EGOV_MAIL_FROM"]),
        ({"contact": ""}, ["EGOV_CONTACT"]),
        ({"registrar_url": ""}, ["EGOV_REGISTRAR_URL"]),
        ({"registrar_passkey_hours": 0}, ["EGOV_REGISTRAR_PASSKEY_HOURS"]),
        ({"registrar_passkey_hours": 0, "demo": True}, []),
        ({"keys_dir": "/srv/egov/data/keys"}, ["EGOV_KEYS_DIR"]),
        ({"keys_dir": "/srv/egov/data/keys", "database_url": "postgresql+psycopg://egov@/egov"}, []),
        ({"smtp_user": "egov", "smtp_host": "localhost"}, ["EGOV_SMTP_PASSWORD_FILE"]),
        ({"smtp_host": "mail.example.org"}, ["EGOV_SMTP_STARTTLS"]),
        ({"smtp_host": "mail.example.org", "smtp_starttls": True}, []),
        ({"contact": "", "trusted_proxies": ""}, ["EGOV_TRUSTED_PROXIES", "EGOV_CONTACT"]),
        ({"contact": "", "trusted_proxies": "", "demo": True}, []),
    ],
)
def test_what_is_unsafe_is_named(change: dict[str, object], named: list[str]) -> None:
    settings = Settings.model_validate(SAFE | change)

    assert [sentence.partition(":")[0] for sentence in settings.unsafe()] == named


@pytest.mark.parametrize(
    ("url", "in_clear"),
    [
        ("sqlite:////srv/egov/data/egov.sqlite3", False),
        ("postgresql+psycopg://egov@/egov", False),
        ("postgresql+psycopg://egov@/egov?host=/run/postgresql", False),
        ("postgresql+psycopg://egov@127.0.0.1/egov", False),
        ("postgresql+psycopg://egov@db.example.org/egov", True),
        ("postgresql+psycopg://egov@/egov?host=db.example.org", True),
        ("postgresql+psycopg://egov@db.example.org/egov?sslmode=require", True),
        ("postgresql+psycopg://egov@db.example.org/egov?sslmode=verify-full", False),
    ],
)
def test_the_way_to_a_database_elsewhere_is_verified(url: str, in_clear: bool) -> None:
    assert is_in_clear(url) is in_clear


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timezone", "Mars/Base"),
        ("timezone", "Asia"),
        ("timezone", ""),
        ("timezone", "../../etc/passwd"),
        ("smtp_port", 0),
        ("smtp_port", 99_999),
        ("database_url", "nonsense"),
        ("database_url", "mysql://egov@/egov"),
        ("database_url", "postgresql://egov@/egov"),
        ("registrar_database_url", "registrar.sqlite3"),
        ("otlp_endpoint", "127.0.0.1:4318"),
    ],
)
def test_what_would_only_fail_later_is_refused(name: str, value: object) -> None:
    with pytest.raises(ValidationError) as refusal:
        Settings.model_validate({name: value})
    assert [error["loc"] for error in refusal.value.errors()] == [(name,)]


def test_a_slip_of_the_pen_in_a_name_is_noticed() -> None:
    given = ["EGOV_BASEURL", "egov_base_url", "EGOV_ZZZ", "EGOV_VERIFY_STATE", "HOME", "LEGOV_X"]
    assert Settings.unknown(given) == [
        "EGOV_BASEURL: there is no such setting; is EGOV_BASE_URL meant?",
        "EGOV_ZZZ: there is no such setting",
    ]


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EGOV_SMTP_HOST", "mail.example.org")

    assert Settings().smtp_host == "mail.example.org"


def test_proxies_are_networks_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EGOV_TRUSTED_PROXIES", "127.0.0.1/32, 2001:db8::/64,10.0.5.7")

    assert [str(network) for network in Settings().trusted_proxies] == ["127.0.0.1/32", "2001:db8::/64", "10.0.5.7/32"]
    monkeypatch.setenv("EGOV_TRUSTED_PROXIES", "proxy.example.org")
    with pytest.raises(ValidationError, match="trusted_proxies"):
        Settings()


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    made = keyring.secret(tmp_path / "keys", "a")

    assert len(made) == 32
    assert keyring.secret(tmp_path / "keys", "a") == made
    assert keyring.secret(tmp_path / "keys", "b") != made
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "keys" / "a").stat().st_mode & 0o777 == 0o600


def test_who_starts_at_the_same_time_has_the_same_secret(tmp_path: Path) -> None:
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(keyring.secret(tmp_path, "a"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 8
    assert len(set(found)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_secret_that_was_cut_short_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"short")

    with pytest.raises(ValueError, match="should hold 32 bytes"):
        keyring.secret(tmp_path, "a")


def test_every_setting_is_documented_with_its_default() -> None:
    rows = re.findall(r"^\| `EGOV_(\w+)` \| (?:`(.*?)`|–) \|", DOCUMENTED.read_text("utf-8"), re.MULTILINE)
    defaults = {
        name.upper(): ""
        if field.default in (None, ())
        else str(field.default).replace("True", "true").replace("False", "false")
        for name, field in Settings.model_fields.items()
    }

    assert dict(rows) == defaults
