"""Every setting, in one typed object: defaults, then ``gongkai.toml``, then files named like the variables in the
secrets directory, then ``GONGKAI_*`` (the later wins).

``GONGKAI_CONFIG`` names another file, ``GONGKAI_SECRETS_DIR`` another directory than ``/run/secrets``. A bad value
raises ConfigurationError naming the setting, what was expected and an example; the table in docs/settings.md is made
from this class.
"""

import logging
import os
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote

from platformdirs import user_data_path
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from gongkai import __version__
from gongkai.digest import sha256_hex
from gongkai.errors import ConfigurationError
from gongkai.hours import Hours


def _about(default: Any, says: str, example: str, **limits: Any) -> Any:
    return Field(default, description=says, examples=[example], **limits)


logger = logging.getLogger(__name__)

_SECRETS_DIR = "/run/secrets"
"""Where Docker, Podman and Kubernetes put them."""


SECRETS = frozenset({"s3_secret_key", "catalog_password", "webhook_secret"})
"""Settings whose values appear in no message and in no child's command or environment that did not come so."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="GONGKAI_", extra="forbid", frozen=True)

    archive: str = _about(
        "./archive", "where the archive is kept: a directory or s3://bucket/prefix", "s3://reports/cn"
    )
    catalog: str | None = _about(
        None,
        "SQLAlchemy URL of the catalog, SQLite or PostgreSQL (extra postgres); default catalog.db in a local archive, "
        "or in the user's data directory for S3",
        "postgresql+psycopg://gongkai@db.example.org/gongkai",
    )
    catalog_password: str | None = _about(
        None, "password for a catalog on a server, where its URL has none; best kept in the secrets directory", "…")
    s3_endpoint: str | None = _about(None, "host:port of the S3 service", "127.0.0.1:8333")
    s3_access_key: str | None = _about(None, "S3 access key", "reports")
    s3_secret_key: str | None = _about(None, "S3 secret key", "…")
    s3_secure: bool = _about(True, "speak TLS to the S3 service", "false")

    contact: str = _about(
        "https://github.com/gongkai-archive/gongkai",
        "how a site's operator reaches you; part of the user agent",
        "mailto:archive@example.org",
        min_length=3,
    )
    delay_s: float = _about(2.0, "seconds between requests to one host", "2", ge=0, le=3600)
    max_requests: int = _about(300, "requests one crawl of one site may spend", "300", ge=1, le=100_000)
    timeout_s: float = _about(30.0, "seconds one fetch may take", "30", gt=0, le=600)
    max_body_mib: int = _about(32, "largest body taken, in MiB", "32", ge=1, le=512)
    max_redirects: int = _about(6, "redirects followed for one fetch", "6", ge=0, le=20)
    retries: int = _about(2, "further tries after a transient failure", "2", ge=0, le=10)
    max_backoff_s: float = _about(
        120.0,
        "longest wait before a further try; a host asking for more is left for a later crawl",
        "120",
        ge=0,
        le=86_400,
    )
    rest_h: float = _about(
        6.0, "hours a host that turned a crawl away (challenge, 429) is not asked again; 0 remembers nothing", "6",
        ge=0, le=720,
    )
    recheck: bool = _about(
        False, "ask for every kept report again, not only for what is new in the lists that named them", "true")
    dense_days: int = _about(
        3, "days between crawls of a site around the deadlines (10 January to 10 February, 20 March to 10 April)", "3",
        ge=1, le=30)
    sparse_days: int = _about(30, "days between crawls of a site in the rest of the year", "30", ge=1, le=366)
    crawl_hours: str = _about(
        "", "hours in Beijing time in which crawls that are due may begin, for example at night; empty is any hour",
        "19:00-07:30")
    requests_a_day: int = _about(
        100_000, "requests a Beijing day that crawls which are due may spend together; an hour gets its even share",
        "20000", ge=1)
    jobs: int = _about(8, "sites crawled at the same time by gongkai schedule and crawl --due; about 110 MiB each", "8",
                       ge=1, le=256)
    lease_s: float = _about(
        120.0, "seconds after which a runner or worker that went silent loses its sites and jobs to another one", "120",
        ge=2, le=3600)
    silent_days: int = _about(60, "days without a crawl that went well after which a site counts as silent", "60", ge=1)
    webhook_url: str | None = _about(
        None, "where to POST what needs a human, as JSON; http or https", "https://hooks.example.org/gongkai")
    webhook_secret: str | None = _about(
        None, "key of the HMAC-SHA256 signature of what is posted", "…")
    least_free_gib: float = _about(
        5.0, "free space on the archive's disk below which a human is told", "5", ge=0)
    browser: bool = _about(False, "draw pages that only scripts fill with the system's Chromium", "true")
    browser_path: str | None = _about(None, "the Chromium to use; default the first found on the path",
                                      "/usr/bin/chromium")
    browser_timeout_s: float = _about(60.0, "seconds one page may take to be drawn", "60", gt=0, le=600)
    allow_hosts: Annotated[tuple[str, ...], NoDecode] = _about(
        (), "hosts outside .gov.cn that may be asked, loopback included; comma-separated", "127.0.0.1,www.example.org"
    )

    sandbox_memory_mib: int = _about(1024, "memory one file's reader may use, in MiB", "1536", ge=256)
    sandbox_cpu_s: int = _about(30, "processor seconds one file's reader may use", "30", ge=1)
    sandbox_wall_s: float = _about(30.0, "seconds one file's reader may take", "60", gt=0)

    ocr_memory_mib: int = _about(4096, "memory the reader of scans may use, in MiB", "4096", ge=1024)
    ocr_page_s: float = _about(120.0, "seconds one page of a scan may take", "60", gt=0)
    ocr_wall_s: float = _about(300.0, "seconds a scan may take in all (where other pages of a file have text: at most "
                               "sandbox_wall_s); pages there is no time for are named and stay unread", "900", gt=0)

    language: Literal["zh", "en"] = _about("zh", "language of messages for people", "en")
    log_format: Literal["human", "json"] = _about(
        "human", "how logs are written: for people, or one JSON object a line", "json")
    log_days: int = _about(
        90, "days for which gongkai schedule keeps the logs of single crawls in the state directory", "90", ge=1)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = _about("INFO", "how much the crawl log says", "INFO")

    @field_validator("allow_hosts", mode="before")
    @classmethod
    def _split_hosts(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip().lower() for part in value.split(",") if part.strip())
        return value

    @field_validator("crawl_hours")
    @classmethod
    def _hours(cls, value: str) -> str:
        Hours.read(value)
        return value

    @field_validator("webhook_url")
    @classmethod
    def _posted_to(cls, value: str | None) -> str | None:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("expected an http or https address")
        return value or None

    @field_validator("archive")
    @classmethod
    def _place(cls, value: str) -> str:
        if not value or ("://" in value and not value.startswith("s3://")) or value.rstrip("/") == "s3:":
            raise ValueError("expected a directory or s3://bucket/prefix")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        secrets = (SecretsSettingsSource(settings_cls, place),) if (place := _secrets_dir()) else ()
        return init_settings, env_settings, *secrets, TomlConfigSettingsSource(settings_cls, _config_file())

    @property
    def user_agent(self) -> str:
        """Honest, with contact; the browser-like token in front because some firewalls answer 403 without one."""
        return f"Mozilla/5.0 (compatible; Gongkai/{__version__}; +{self.contact})"

    @cached_property
    def state_dir(self) -> Path:
        """Frontiers, journals of running crawls, turns at hosts and logs: local even when the archive is on S3."""
        if self.archive.startswith("s3://"):
            return user_data_path("gongkai") / sha256_hex(f"{self.s3_endpoint} {self.archive.rstrip('/')}")[:16]
        return Path(self.archive) / "state"

    @property
    def catalog_url(self) -> str:
        """With its password: not for messages."""
        if self.catalog:
            return _with_password(self.catalog, self.catalog_password)
        place = self.state_dir if self.archive.startswith("s3://") else Path(self.archive)
        return f"sqlite:///{place.absolute() / 'catalog.db'}"


def _config_file() -> Path:
    return Path(os.environ.get("GONGKAI_CONFIG", "gongkai.toml"))


def _secrets_dir() -> Path | None:
    place = Path(os.environ.get("GONGKAI_SECRETS_DIR", _SECRETS_DIR))
    return place if place.is_dir() else None


def _with_password(url: str, password: str | None) -> str:
    """``scheme://user@host/…`` becomes ``scheme://user:password@host/…``; any other shape is left as it is."""
    scheme, found, rest = url.partition("://")
    user, at, place = rest.partition("@")
    if password is None or not found or not at or not user or ":" in user or "/" in user:
        return url
    return f"{scheme}://{user}:{quote(password, safe='')}@{place}"


def load_settings(**given: Any) -> Settings:
    """Settings with command-line values on top; None leaves a value to the environment. Raises ConfigurationError."""
    named = os.environ.get("GONGKAI_CONFIG")
    if named and not Path(named).is_file():
        raise ConfigurationError(
            f"GONGKAI_CONFIG names {named}, which is not a file; point it at a TOML file or unset it"
        )
    place = os.environ.get("GONGKAI_SECRETS_DIR")
    if place and not Path(place).is_dir():
        raise ConfigurationError(f"GONGKAI_SECRETS_DIR names {place}, which is not a directory; point it at a "
                                 "directory with files named like settings (gongkai_s3_secret_key) or unset it")
    files = _secrets_dir()
    _doubt_misspelt([*os.environ, *(path.name.upper() for path in (files.iterdir() if files else ()))])
    try:
        return Settings(**{key: value for key, value in given.items() if value is not None})
    except ValidationError as problem:
        raise ConfigurationError("\n".join(_explain(error, given) for error in problem.errors())) from None
    except ValueError as problem:  # tomllib.TOMLDecodeError is one
        raise ConfigurationError(
            f"{_config_file()}: not valid TOML ({problem}); expected lines like delay_s = 2"
        ) from None


def _doubt_misspelt(given: Iterable[str]) -> None:
    """A misspelt GONGKAI_ARCHIVE would otherwise fill another directory without a word."""
    known = {f"GONGKAI_{name.upper()}" for name in Settings.model_fields} | {"GONGKAI_CONFIG", "GONGKAI_SECRETS_DIR"}
    for name in given:
        if name.startswith("GONGKAI_") and name not in known:
            for near in get_close_matches(name, known, 1, cutoff=0.85):
                logger.warning("%s is not a setting and is not used; did you mean %s?", name, near)


def _explain(error: Any, given: dict[str, Any]) -> str:
    name = str(error["loc"][0]) if error["loc"] else "?"
    about = Settings.model_fields.get(name)
    if about is None:
        known = ", ".join(sorted(Settings.model_fields))
        return f"{name} in {_config_file()}: no such setting; the known ones are {known}"
    says = error["msg"].removeprefix("Value error, ")
    example = (about.examples or [""])[0]
    value = "its value" if name in SECRETS else repr(error["input"])
    return (
        f"{_origin(name, given)}: {value} cannot be used: {says}. "
        f"Expected: {about.description}. Example: {example}"
    )


def _origin(name: str, given: dict[str, Any]) -> str:
    """Where the value came from, so that it can be found and mended."""
    if given.get(name) is not None:
        return f"{name} as given"
    variable = f"GONGKAI_{name.upper()}"
    if variable in os.environ:
        return variable
    place = _secrets_dir()
    file = next((path for path in place.iterdir() if path.name.upper() == variable), None) if place else None
    return str(file or f"{name} in {_config_file()}")
