"""Every setting of cxsurvey, read once from the environment and then passed around as one frozen value.

A setting `name` is the environment variable `CXSURVEY_NAME`; for secrets `CXSURVEY_NAME_FILE` may name a
file that holds the value. `docs/settings.md` describes each of them for operators.
"""

from __future__ import annotations

import os
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "CXSURVEY_"
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
SECRETS = ("secret_key", "old_secret_keys", "database_url", "metrics_token")
"""The settings that may come from a file."""


class SecretUnreadable(ValueError):  # noqa: N818 - read by people
    """The file that a setting names for a secret cannot be read."""


class SecretFiles(PydanticBaseSettingsSource):
    """Reads `CXSURVEY_<NAME>_FILE`: the first line of the named file becomes the value of the setting."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        path = os.environ.get(f"{PREFIX}{field_name.upper()}_FILE")
        if not path:
            return None, field_name, False
        try:
            with Path(path).open(encoding="utf-8") as file:
                return file.readline().strip(), field_name, False
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
            raise SecretUnreadable(f"{PREFIX}{field_name.upper()}_FILE: cannot read {path}: {reason}") from error

    def __call__(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name in SECRETS:
            value, _, _ = self.get_field_value(None, name)
            if value is not None:
                values[name] = value
        return values


class Settings(BaseSettings):
    """The whole configuration of one process. Build it with `Settings()`; every value is checked there."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    data_dir: Path = Field(default=Path("data"), description="Folder of the SQLite file, keys and backups.")
    database_url: SecretStr | None = Field(
        default=None, description="SQLAlchemy address of the database; default is SQLite in the data folder."
    )
    secret_key: SecretStr | None = Field(
        default=None, description="Root of all keys, at least 32 characters; default is a generated file."
    )
    old_secret_keys: SecretStr | None = Field(
        default=None, description="Former secret keys, comma separated; links made with them stay valid."
    )
    base_url: str | None = Field(default=None, description="Public address of the service, without a path.")
    insecure_http: bool = Field(default=False, description="Permit an http address that is not loopback.")
    allow_unsafe_db: bool = Field(default=False, description="Permit a database that may lose acknowledged answers.")

    host: str = Field(default="127.0.0.1", description="Address that `serve` listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port that `serve` listens on.")
    trusted_proxies: str = Field(
        default="", description="Comma separated addresses or networks whose forwarding headers count."
    )
    metrics_token: SecretStr | None = Field(default=None, description="Bearer token that may read /metrics.")
    run_worker: bool = Field(default=True, description="Run the job worker as a thread inside `serve`.")

    import_megabytes: int = Field(
        default=50, ge=1, le=2000, description="Largest file that a page or the API takes for an import, in MB."
    )

    log_format: Literal["auto", "json", "console"] = Field(default="auto", description="How log lines look.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="Least level logged.")

    personal_link_days: int = Field(default=60, ge=1, le=730, description="Life of a personal link, in days.")
    form_hours: int = Field(default=24, ge=1, le=168, description="Life of an issued form page, in hours.")
    change_hours: int = Field(
        default=24, ge=1, le=720, description="How long a shared-link answer may be changed, in hours."
    )
    preselect_after_seconds: int = Field(
        default=300,
        ge=0,
        le=86_400,
        description="Seconds after sending before a score link preselects its score.",
    )
    session_days: int = Field(default=30, ge=1, le=365, description="Longest life of a sign-in, in days.")
    session_idle_hours: int = Field(default=72, ge=1, le=8760, description="A sign-in unused this long ends.")
    dashboard_reads: int = Field(default=8, ge=1, le=64, description="Dashboard reads that may run at once.")
    api_rate: int = Field(
        default=12_000,
        ge=0,
        le=60_000_000,
        description="Requests and batch items a live API key may send a minute; 0 for as many as it likes.",
    )
    api_test_rate: int = Field(default=600, ge=0, le=60_000_000, description="The same for an API key in test mode.")
    postgres_lanes: int = Field(default=2, ge=1, le=16, description="Writing connections per process on Postgres.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, SecretFiles(settings_cls)

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 32:
            raise ValueError("must have at least 32 characters")
        return value

    @field_validator("base_url")
    @classmethod
    def _plain_origin(cls, value: str | None) -> str | None:
        if value is None or value == "":
            return None
        parts = urlsplit(value.rstrip("/"))
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must be an address such as https://feedback.example.com")
        if parts.path or parts.query or parts.fragment or parts.username:
            raise ValueError("must be scheme, host and port only")
        return f"{parts.scheme}://{parts.netloc}"

    @field_validator("api_rate", "api_test_rate")
    @classmethod
    def _fits_a_batch(cls, value: int) -> int:
        if 0 < value < 100:
            raise ValueError("must be at least 100, so that a batch of that many fits, or 0 for no limit")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        try:
            for item in _items(value):
                ip_network(item, strict=False)
        except ValueError:
            raise ValueError("must be addresses or networks such as 127.0.0.1,10.0.0.0/8") from None
        return value

    @model_validator(mode="after")
    def _safe_to_serve(self) -> Self:
        if self.base_url and not self.is_https and not self.is_loopback_origin and not self.insecure_http:
            raise ValueError(
                "CXSURVEY_BASE_URL: http is only allowed on loopback; use https, "
                "or set CXSURVEY_INSECURE_HTTP=1 to accept that sign-ins and links travel in clear text"
            )
        if self.base_url is None and not _is_loopback(self.host):
            raise ValueError("CXSURVEY_BASE_URL must be set when CXSURVEY_HOST is not a loopback address")
        return self

    @property
    def origin(self) -> str:
        """Scheme, host and port that links are built with and that browsers must send."""
        if self.base_url:
            return self.base_url
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def is_https(self) -> bool:
        return self.origin.startswith("https://")

    @property
    def is_loopback_origin(self) -> bool:
        return _is_loopback(urlsplit(self.origin).hostname or "")

    @property
    def database(self) -> str:
        """The address of the database, with the SQLite default filled in."""
        if self.database_url is not None and self.database_url.get_secret_value():
            return self.database_url.get_secret_value()
        return f"sqlite:///{(self.data_dir / 'cxsurvey.db').absolute()}"

    @property
    def proxy_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        return tuple(ip_network(item, strict=False) for item in _items(self.trusted_proxies))

    @property
    def former_secret_keys(self) -> tuple[str, ...]:
        return tuple(_items(self.old_secret_keys.get_secret_value())) if self.old_secret_keys else ()


def unknown_names() -> list[str]:
    """The environment variables that look like a setting of ours and are none, such as a misspelt one."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    known |= {f"{PREFIX}{name.upper()}_FILE" for name in SECRETS}
    return sorted(name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() not in known)


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def _is_loopback(host: str) -> bool:
    if host in LOOPBACK_NAMES:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
