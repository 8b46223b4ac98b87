"""Everything that is set from outside, by environment variables that begin with ``EGOV_``."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from egov_participation.engines import is_postgresql

_PREFIX: Final = "EGOV_"
_OF_OTHERS: Final = frozenset({"EGOV_VERIFY_STATE", "EGOV_BALLOT_STATE"})
"""Variables of the observers' commands, which begin like ours."""
IPNetwork = IPv4Network | IPv6Network


def is_this_machine(host: str) -> bool:
    """Whether the host name never leads to another machine: ``localhost``, a name under it, or a loopback address."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


PASSKEY_AT_ONCE: Final = (
    "EGOV_REGISTRAR_PASSKEY_HOURS: must be 1 at least: a site that lies could enrol a passkey of its own for somebody, "
    "and that person needs the time to object"
)
MAIL_IN_CLEAR: Final = (
    "EGOV_SMTP_STARTTLS: must be on unless the mail server is this machine: whoever listens on the way reads the codes "
    "that people sign in with"
)


def is_in_clear(database_url: str) -> bool:
    """Whether the way to a database on another machine is not sure to lead there alone: libpq by itself takes any
    certificate, and none."""
    url = make_url(database_url)
    host, mode = url.query.get("host", url.host), url.query.get("sslmode")
    if url.get_backend_name() != "postgresql" or not isinstance(host, str) or host.startswith("/"):
        return False
    return not is_this_machine(host) and mode not in ("verify-full", "verify-ca")


class Settings(BaseSettings):
    """The settings of one installation. Secrets are not among them: `keyring` keeps those in `keys_dir`."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True)

    database_url: str = "sqlite:///var/egov.sqlite3"
    """SQLAlchemy address of the database."""
    keys_dir: Path = Path("var/keys")
    """Folder of the server's keys, apart from the database so that a copy of one is not a copy of both."""
    registrar_url: str = ""
    """Where the registrar's own process is reached: ``unix:/run/egov/registrar.sock`` or ``http://127.0.0.1:8100``.
    Empty: it is inside the web process, as the demo has it."""
    registrar_token_file: Path | None = None
    """File with the secret that the platform and the registrar share, so that it knows who asks."""
    registrar_database_url: str = "sqlite:///var/registrar/registrar.sqlite3"
    """SQLAlchemy address of the registrar's own database."""
    registrar_keys_dir: Path = Path("var/registrar-keys")
    """Folder of the registrar's own keys."""
    registrar_complaints_days: int = Field(default=90, ge=1, le=3650)
    """So long after closing the registrar can still tell whose credential is whose."""
    registrar_passkey_hours: int = Field(default=12, ge=0, le=24 * 30)
    """So long after the desk enrolled a passkey the registrar takes it for nothing yet: the person has the time to
    object. 0 in the demo alone."""
    registrar_batch_seconds: int = Field(default=3600, ge=0, le=24 * 3600)
    """So long attestations of signatures wait at most for others to leave with."""
    registrar_audit_days: int = Field(default=180, ge=1, le=3650)
    """So long after a petition closed its signatures can be audited: then the registrar destroys its key and who
    signed."""
    jurisdiction: str = "kz"
    """Code of the rule set that new petitions are handed in under."""
    jurisdiction_dir: Path | None = None
    """Folder of rule sets of one's own, which win over those of the package."""
    base_url: str = "http://localhost:8000"
    """Origin of the main site."""
    booth_url: str = "http://booth.localhost:8000"
    """Origin of the booth: another host name of the same process."""
    trusted_proxies: Annotated[tuple[IPNetwork, ...], NoDecode] = ()
    """Networks of the proxies whose word on the visitor's address is taken, separated by commas."""
    timezone: str = "Asia/Almaty"
    """The time zone in which pages and mails say a time."""
    smtp_host: str = "localhost"
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = 25
    smtp_starttls: bool = False
    smtp_user: str | None = None
    smtp_password_file: Path | None = None
    """File with the mail server's password."""
    mail_from: str = "no-reply@localhost"
    bounce_address: str = ""
    """Where mail servers send what they cannot deliver, as ``bounces@vote.example.org``; what arrives there (with
    anything after a ``+``) must be piped into ``egov mail bounce``. Empty: `mail_from`."""
    oidc_issuer: str = ""
    """An electronic identity's provider (OpenID Connect), where people may sign in too; empty: none."""
    oidc_client_id: str = ""
    oidc_client_secret_file: Path | None = None
    """File with the secret that the provider gave us; without one the client is public and relies on PKCE."""
    oidc_name: str = ""
    """What people call it, in Kazakh, Russian and English with `` / `` between them, or one name for all three."""
    oidc_iin_claim: str = "iin"
    """The claim that holds the IIN."""
    oidc_level: Annotated[int, Field(ge=1, le=3)] = 3
    """The assurance level of signing in there."""
    registry_url: str = ""
    """Address of a register of residents that is asked over HTTP; without it, the embedded table is the register."""
    registry_token_file: Path | None = None
    """File with the token that proves to it who asks."""
    registry_ca_file: Path | None = None
    """Certificates to know it by, if those of the system do not do."""
    registry_fresh_days: int = Field(default=1, ge=0, le=30)
    """So long an answer of it is not asked for again."""
    registry_stale_days: int = Field(default=7, ge=0, le=60)
    """So old an answer may serve while it does not answer."""
    registry_keep_days: int = Field(default=400, ge=1)
    """After that what it said of somebody is forgotten, unless it was asked again."""
    source_url: str = ""
    """Where the source of all this is published, shown where people are told how to verify."""
    demo: bool = False
    """A demonstration: mails are shown on a page instead of sent, and pages say that nothing here counts."""
    argon2_mib: Annotated[int, Field(ge=1, le=1024)] = 64
    """Memory that hashing one recovery code takes, in MiB (Argon2id)."""
    log_witnesses: Annotated[tuple[tuple[str, str], ...], NoDecode] = ()
    """Who cosigns the transparency log: verifier key and address of each, with a blank between, separated by commas."""
    log_quorum: int = Field(default=0, ge=0)
    """How many of them are to have cosigned the latest checkpoint; fewer is said, and nothing waits for it."""
    worker: bool = True
    """Whether the web process also does the background jobs."""
    worker_processes: int = Field(default=0, ge=0, le=64)
    """So many processes verify what a trustee hands in, where many have voted; with 1 the worker does it itself. 0:
    one less than there are processors, and at most 8."""
    contact: str = ""
    """Address of the contact centre, shown where somebody may need a person: a mail address."""
    contact_phone: str = ""
    """Its telephone, as it is dialled: ``+7 7172 55-55-55``."""
    contact_hours: str = ""
    """When somebody answers there, in figures: ``9:00–18:00``."""
    contact_address: str = ""
    """Where one can go."""
    operator: str = ""
    """The institution that runs the site and answers for people's data, as `oidc_name` is written."""
    privacy_law: str = ""
    """The law on personal data that holds, where it is not Kazakhstan's; written likewise."""
    data_licence: str = "https://creativecommons.org/licenses/by/4.0/"
    """Address of the licence under which everything public may be used again."""
    log_format: Literal["json", "console"] = "json"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    metrics_token_file: Path | None = None
    """File with the token that whoever reads ``/metrics`` must show; without it there is no such page."""
    otlp_endpoint: str = ""
    """Where traces are sent (OTLP over HTTP); empty: none are made."""
    page_cache: Annotated[float, Field(ge=0, le=10)] = 1.0
    """Seconds for which a public page may be shown again as it was; 0: never."""

    @field_validator("database_url", "registrar_database_url")
    @classmethod
    def _is_one_of_the_two_databases(cls, value: str) -> str:
        try:
            is_postgresql(value)
        except (ValueError, ArgumentError):
            raise ValueError(
                "must be such as sqlite:////srv/egov/egov.sqlite3 or postgresql+psycopg://USER@HOST/NAME"
            ) from None
        return value

    @field_validator("timezone")
    @classmethod
    def _is_a_time_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (OSError, KeyError, ValueError):  # a folder's name, an unknown one, none at all
            raise ValueError("must be a time zone such as Asia/Almaty") from None
        return value

    @field_validator("otlp_endpoint")
    @classmethod
    def _is_a_collector(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("must be an address such as http://127.0.0.1:4318/v1/traces")
        return value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split_at_commas(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("log_witnesses", mode="before")
    @classmethod
    def _split_into_pairs(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [tuple(part.split()) for part in value.split(",") if part.strip()]
        if any(len(pair) != 2 for pair in pairs):
            raise ValueError("must be VERIFIER_KEY https://ADDRESS of each witness, with commas between them")
        return pairs

    @field_validator("log_witnesses")
    @classmethod
    def _are_reached_safely(cls, value: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        for _, url in value:
            parts = urlsplit(url)
            safe = parts.scheme == "https" or (parts.scheme == "http" and is_this_machine(parts.hostname or ""))
            if not safe or not parts.hostname or parts.query or parts.fragment or parts.username:
                raise ValueError("a witness's address must be such as https://witness.example.org")
        return tuple((key, url.rstrip("/")) for key, url in value)

    @model_validator(mode="after")
    def _quorum_can_be_had(self) -> Self:
        if self.log_quorum > len(self.log_witnesses):
            raise ValueError("EGOV_LOG_QUORUM must not be more than there are witnesses in EGOV_LOG_WITNESSES")
        return self

    @field_validator("base_url", "booth_url")
    @classmethod
    def _is_an_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
            raise ValueError("must be an origin such as https://vote.example.org")
        if parts.scheme == "http" and not is_this_machine(parts.hostname):
            raise ValueError("must be https: http only for localhost, where nobody listens in")
        # As browsers write it in Host and Origin: in lower case, without the scheme's own port.
        own_port = parts.port in {None, {"http": 80, "https": 443}[parts.scheme]}
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        return f"{parts.scheme}://{host}" if own_port else f"{parts.scheme}://{host}:{parts.port}"

    @field_validator("source_url")
    @classmethod
    def _is_a_page(cls, value: str) -> str:
        if value and (urlsplit(value).scheme != "https" or not urlsplit(value).hostname):
            raise ValueError("must be an address such as https://code.example.org/egov")
        return value

    @field_validator("data_licence")
    @classmethod
    def _is_a_licence(cls, value: str) -> str:
        if urlsplit(value).scheme != "https" or not urlsplit(value).hostname:
            raise ValueError("must be the address of a licence, such as https://creativecommons.org/licenses/by/4.0/")
        return value

    @field_validator("bounce_address")
    @classmethod
    def _leaves_room_for_a_token(cls, value: str) -> str:
        local, _, domain = value.rpartition("@")
        if value and (not local or len(local) > 16 or "+" in local or not domain):
            raise ValueError("must be an address such as bounces@example.org, with at most 16 letters before the @")
        return value

    @field_validator("operator", "privacy_law")
    @classmethod
    def _is_said_once_or_thrice(cls, value: str) -> str:
        names = value.split(" / ")
        if value and (not all(names) or len(names) not in (1, 3)):
            raise ValueError("must be said once, or in three languages (Kazakh / Russian / English)")
        return value

    @field_validator("registry_url")
    @classmethod
    def _is_a_registry(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
            raise ValueError("must be an address such as https://register.example.org/egov")
        if value and parts.scheme == "http" and not is_this_machine(parts.hostname or ""):
            raise ValueError("must be https: everybody's IIN goes there")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _registry_is_told_who_asks(self) -> Self:
        if self.registry_url and self.registry_token_file is None:
            raise ValueError("with EGOV_REGISTRY_URL, EGOV_REGISTRY_TOKEN_FILE must be set")
        if self.registry_stale_days < self.registry_fresh_days or self.registry_keep_days < self.registry_stale_days:
            raise ValueError(
                "EGOV_REGISTRY_FRESH_DAYS, EGOV_REGISTRY_STALE_DAYS and EGOV_REGISTRY_KEEP_DAYS must not fall"
            )
        return self

    @field_validator("registrar_url")
    @classmethod
    def _is_on_this_machine(cls, value: str) -> str:
        if not value:
            return ""
        if value.startswith("unix:/"):
            return value
        parts = urlsplit(value)
        here = parts.scheme == "http" and is_this_machine(parts.hostname or "")
        if not here or parts.port is None or parts.path.strip("/") or parts.query or parts.username:
            raise ValueError("must be unix:/PATH or http://127.0.0.1:PORT: what is asked there leaves no machine")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _registrar_is_told_who_asks(self) -> Self:
        if self.registrar_url and self.registrar_token_file is None:
            raise ValueError("with EGOV_REGISTRAR_URL, EGOV_REGISTRAR_TOKEN_FILE must be set")
        return self

    @model_validator(mode="after")
    def _origins_differ(self) -> Self:
        if urlsplit(self.base_url).hostname == urlsplit(self.booth_url).hostname:
            raise ValueError("EGOV_BASE_URL and EGOV_BOOTH_URL must have different host names")
        if self.base_url.partition(":")[0] != self.booth_url.partition(":")[0]:
            raise ValueError("EGOV_BASE_URL and EGOV_BOOTH_URL must both be http or both be https")
        return self

    @field_validator("oidc_issuer")
    @classmethod
    def _is_an_issuer(cls, value: str) -> str:
        parts = urlsplit(value)
        safe = parts.scheme == "https" or (parts.scheme == "http" and is_this_machine(parts.hostname or ""))
        if value and (not safe or not parts.hostname or parts.query or parts.fragment or parts.username):
            raise ValueError("must be an issuer such as https://id.example.org, exactly as the provider writes itself")
        return value

    @model_validator(mode="after")
    def _provider_is_whole(self) -> Self:
        names = self.oidc_name.split(" / ")
        if self.oidc_issuer and (not self.oidc_client_id or not all(names) or len(names) not in (1, 3)):
            raise ValueError(
                "with EGOV_OIDC_ISSUER, EGOV_OIDC_CLIENT_ID must be set, and EGOV_OIDC_NAME to one name or to three "
                "(Kazakh / Russian / English)"
            )
        return self

    @model_validator(mode="after")
    def _mail_password_is_not_overheard(self) -> Self:
        if self.smtp_user and not self.smtp_starttls and not is_this_machine(self.smtp_host):
            raise ValueError(
                "with EGOV_SMTP_USER, EGOV_SMTP_STARTTLS must be on unless the mail server is this machine"
            )
        return self

    @property
    def https(self) -> bool:
        """Whether browsers reach the site over TLS; then cookies are ``__Host-`` and HSTS is sent."""
        return self.base_url.startswith("https:")

    def files(self) -> dict[str, Path]:
        """The files that hold a secret each, by the setting's name."""
        names = [
            name for name in type(self).model_fields if name.endswith(("_token_file", "_secret_file", "_password_file"))
        ]
        given = {f"EGOV_{name.upper()}": getattr(self, name) for name in names}
        return {name: file for name, file in given.items() if file is not None}

    def unreadable(self) -> list[str]:
        """The files of `files` that cannot be read or hold nothing: each a sentence that begins with its setting."""
        found = []
        for name, file in self.files().items():
            try:
                if not file.read_bytes().strip():
                    found.append(f"{name}: {file} is empty")
            except OSError as error:
                found.append(f"{name}: {file} cannot be read ({error.strerror})")
        return found

    @classmethod
    def unknown(cls, names: Iterable[str]) -> list[str]:
        """Of environment variables, those that begin like a setting and are none: a slip of the pen, unnoticed."""
        known = {f"{_PREFIX}{name.upper()}" for name in cls.model_fields}
        found = []
        for name in sorted(name.upper() for name in names if name.upper().startswith(_PREFIX)):
            if name not in known and name not in _OF_OTHERS:
                like = get_close_matches(name, known, 1)
                found.append(f"{name}: there is no such setting" + (f"; is {like[0]} meant?" if like else ""))
        return found

    def unsafe(self) -> list[str]:
        """What must not be so where it counts: each a sentence that begins with its setting. The demo may be so."""
        if self.demo:
            return []
        keys, database = self.keys_dir.resolve(), make_url(self.database_url)
        beside = database.get_backend_name() == "sqlite" and Path(str(database.database)).resolve().parent
        found = {
            "EGOV_BASE_URL: must be https, and EGOV_BOOTH_URL too": not self.https,
            "EGOV_TRUSTED_PROXIES: must name the proxy in front that speaks TLS; without it all visitors are one": (
                self.https and not self.trusted_proxies
            ),
            "EGOV_REGISTRAR_URL: must name the registrar's own process (`egov registrar serve`): only the demo has it "
            "inside the web process": not self.registrar_url,
            PASSKEY_AT_ONCE: self.registrar_passkey_hours == 0,
            MAIL_IN_CLEAR: not (self.smtp_starttls or is_this_machine(self.smtp_host)),
            "EGOV_MAIL_FROM: must be an address of yours that can be answered or bounce": is_this_machine(
                self.mail_from.rpartition("@")[2]
            ),
            "EGOV_CONTACT: must be the address where people are helped": "@" not in self.contact,
            "EGOV_KEYS_DIR: must not lie in the database's folder: a copy of one must not be a copy of both": (
                beside and keys.is_relative_to(beside)
            ),
            "EGOV_SMTP_PASSWORD_FILE: must be given with EGOV_SMTP_USER": bool(
                self.smtp_user and not self.smtp_password_file
            ),
        }
        return [sentence for sentence, so in found.items() if so]

    @classmethod
    def for_tests(cls, folder: Path) -> Self:
        """Settings whose files all lie in `folder`; nothing is done in the background."""
        return cls(
            database_url=f"sqlite:///{folder / 'egov.sqlite3'}",
            keys_dir=folder / "keys",
            registrar_database_url=f"sqlite:///{folder / 'registrar.sqlite3'}",
            registrar_keys_dir=folder / "registrar-keys",
            base_url="http://localhost",
            booth_url="http://booth.localhost",
            argon2_mib=1,
            worker=False,
            worker_processes=1,
        )
