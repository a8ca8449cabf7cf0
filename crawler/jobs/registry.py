"""The sites file: one agency a row, CSV or YAML with the columns url, agency, region_code, former_names, schedule."""

import csv
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from crawler.fetching.egress import EgressPolicy
from gongkai.address import canonical, host_of
from gongkai.errors import ConfigurationError
from gongkai.settings import Settings
from gongkai.site import AgencySite

logger = logging.getLogger(__name__)

COLUMNS = ("url", "agency", "region_code", "former_names", "schedule")


def site_of(url: str, settings: Settings, *, where: str = "", **row: Any) -> AgencySite:
    """A site a person named. A bare host gets ``http://``. Raises ConfigurationError for what cannot be crawled."""
    text = url.strip()
    address = canonical(text if "://" in text else f"http://{text}")
    prefix = f"{where}: " if where else ""
    problem = EgressPolicy(settings.allow_hosts).refusal(address or "")
    a_word = "://" not in text and not {".", ":"} & set(host_of(address or ""))
    if address is None or (a_word and problem):
        raise ConfigurationError(
            f"{prefix}{url!r} is not a web address; expected an agency's home page such as http://cgj.xm.gov.cn/"
        )
    if problem:
        raise ConfigurationError(f"{prefix}{address} will not be asked: {problem}")
    code = str(row.get("region_code") or "").strip() or None
    if code and not (code.isdigit() and len(code) == 6):
        raise ConfigurationError(
            f"{prefix}region_code {code!r} is not a GB/T 2260 code; expected six digits such as 350200"
        )
    names = row.get("former_names") or ()
    if not isinstance(names, list | tuple):
        names = str(names).replace("；", ";").replace(",", ";").split(";")
    return AgencySite(
        url=address,
        agency=str(row.get("agency") or "").strip() or None,
        region_code=code,
        former_names=tuple(name for n in names if (name := str(n).strip())),
        schedule=str(row.get("schedule") or "").strip() or None,
    )


def read_sites(path: Path, settings: Settings) -> list[AgencySite]:
    """Every site of a registry file, each checked. The error names the file and the line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        reason = "it is not UTF-8" if isinstance(problem, UnicodeDecodeError) else problem.strerror or problem
        raise ConfigurationError(
            f"{path}: cannot be read ({reason}); expected CSV or YAML in UTF-8 (in a spreadsheet: save as CSV UTF-8)"
        ) from None
    rows = _yaml_rows(path, text) if path.suffix.lower() in (".yaml", ".yml") else _csv_rows(path, text)
    sites = [site_of(where=where, settings=settings, **row) for where, row in rows]
    if not sites:
        raise ConfigurationError(
            f"{path}: no site in it; expected one row a site with the columns {', '.join(COLUMNS)}"
        )
    return sites


def _csv_rows(path: Path, text: str) -> list[tuple[str, dict[str, Any]]]:
    reader = csv.DictReader(text.splitlines())
    _check_columns(path, reader.fieldnames or ())
    rows = []
    for row in reader:
        where = f"{path} line {reader.line_num}"
        if None in row:
            raise ConfigurationError(f'{where}: more fields than columns; put "…" around a field that holds a comma')
        if (row["url"] or "").strip():
            rows.append((where, {k: v for k, v in row.items() if k in COLUMNS}))
        elif any((value or "").strip() for value in row.values()):
            raise ConfigurationError(f"{where}: no url; expected the agency's home page")
    return rows


def _check_columns(path: Path, names: Iterable[str]) -> None:
    if "url" not in names:
        raise ConfigurationError(f"{path}: the first line has no column url; expected {','.join(COLUMNS)}")
    if unknown := [name for name in names if name not in COLUMNS]:
        logger.warning("%s: not used: %s; the columns are %s", path, ", ".join(unknown), ", ".join(COLUMNS))


def _yaml_rows(path: Path, text: str) -> list[tuple[str, dict[str, Any]]]:
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as problem:
        raise ConfigurationError(f"{path}: not valid YAML ({problem})") from None
    entries = data.get("sites") if isinstance(data, dict) else data
    if not isinstance(entries, list) or not all(isinstance(e, dict) and isinstance(e.get("url"), str) for e in entries):
        raise ConfigurationError(
            f"{path}: expected a list of sites, each with a url, as in: - url: http://cgj.xm.gov.cn/"
        )
    if unknown := sorted({str(key) for e in entries for key in e} - set(COLUMNS)):
        logger.warning("%s: not used: %s; the keys are %s", path, ", ".join(unknown), ", ".join(COLUMNS))
    return [(f"{path} site {n}", {k: v for k, v in e.items() if k in COLUMNS}) for n, e in enumerate(entries, 1)]
