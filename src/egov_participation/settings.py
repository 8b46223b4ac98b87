"""Everything that is set from outside, by environment variables that begin with ``EGOV_``."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

IPNetwork = IPv4Network | IPv6Network


def is_this_machine(host: str) -> bool:
    """Whether the host name never leads to another machine: ``localhost``, a name under it, or a loopback address."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class Settings(BaseSettings):
    """The settings of one installation. Secrets are not among them: `keyring` keeps those in `keys_dir`."""

    model_config = SettingsConfigDict(env_prefix="EGOV_", frozen=True)

    database_url: str = "sqlite:///var/egov.sqlite3"
    """SQLAlchemy address of the database."""
    keys_dir: Path = Path("var/keys")
    """Folder of the server's keys, apart from the database so that a copy of one is not a copy of both."""
    base_url: str = "http://localhost:8000"
    """Origin of the main site."""
    booth_url: str = "http://booth.localhost:8000"
    """Origin of the booth: another host name of the same process."""
    trusted_proxies: Annotated[tuple[IPNetwork, ...], NoDecode] = ()
    """Networks of the proxies whose word on the visitor's address is taken, separated by commas."""
    timezone: str = "Asia/Almaty"
    """The time zone in which pages and mails say a time."""
    smtp_host: str = "localhost"
    smtp_port: int = 25
    smtp_starttls: bool = False
    smtp_user: str | None = None
    smtp_password_file: Path | None = None
    """File with the mail server's password."""
    mail_from: str = "no-reply@localhost"
    source_url: str = ""
    """Where the source of all this is published, shown where people are told how to verify."""
    demo: bool = False
    """A demonstration: mails are shown on a page instead of sent, and pages say that nothing here counts."""
    worker: bool = True
    """Whether the web process also does the background jobs."""

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split_at_commas(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

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

    @model_validator(mode="after")
    def _origins_differ(self) -> Self:
        if urlsplit(self.base_url).hostname == urlsplit(self.booth_url).hostname:
            raise ValueError("EGOV_BASE_URL and EGOV_BOOTH_URL must have different host names")
        if self.base_url.partition(":")[0] != self.booth_url.partition(":")[0]:
            raise ValueError("EGOV_BASE_URL and EGOV_BOOTH_URL must both be http or both be https")
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

    @classmethod
    def for_tests(cls, folder: Path) -> Self:
        """Settings whose files all lie in `folder`; nothing is done in the background."""
        return cls(
            database_url=f"sqlite:///{folder / 'egov.sqlite3'}",
            keys_dir=folder / "keys",
            base_url="http://localhost",
            booth_url="http://booth.localhost",
            worker=False,
        )
