"""The sites file: one agency a row, CSV or YAML with the columns url, agency, region_code, former_names, schedule."""

import csv
import io
import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import yaml

from crawler.fetching.policy import EgressPolicy
from crawler.sites.schedule import read_schedule
from gongkai.address import canonical, host_of, identity
from gongkai.errors import ConfigurationError
from gongkai.settings import Settings
from gongkai.site import AgencySite

logger = logging.getLogger(__name__)

COLUMNS = ("url", "agency", "region_code", "former_names", "schedule")
_YAML = (".yaml", ".yml")
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True)
class Entry:
    """A row as it stands in the file, not judged yet; `where` names file and line."""

    where: str
    fields: dict[str, Any]


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
    if code and (wrong := _wrong_code(code)):
        raise ConfigurationError(f"{prefix}region_code {code!r} {wrong}")
    try:
        read_schedule(schedule := str(row.get("schedule") or "").strip() or None)
    except ValueError as wrong:
        raise ConfigurationError(f"{prefix}{wrong}") from None
    names = row.get("former_names") or ()
    if not isinstance(names, list | tuple):
        names = re.split("[;；,，]", str(names))
    return AgencySite(
        url=address,
        agency=str(row.get("agency") or "").strip() or None,
        region_code=code,
        former_names=tuple(name for n in names if (name := str(n).strip())),
        schedule=schedule,
    )


def _wrong_code(code: str) -> str | None:
    if not re.fullmatch("[0-9]{6}", code):
        return "is not a GB/T 2260 code; expected six digits such as 350200"
    from crawler.reports.regions import by_code  # half a second, for those who name a place

    if code in by_code():
        return None
    wider = (by_code().get(code[:4] + "00"), by_code().get(code[:2] + "0000"))
    near = next((f"; {region.code} is {region.name}" for region in wider if region), "")
    return f"is no division of GB/T 2260 in force{near}. A zone without a code takes that of the place it lies in"


def read_sites(path: Path, settings: Settings) -> list[AgencySite]:
    """Every site of a file, each checked, no site twice. The error names the file and the line."""
    first: dict[str, tuple[str, AgencySite]] = {}
    for entry in read_entries(path):
        site = site_of(where=entry.where, settings=settings, **entry.fields)
        earlier, other = first.setdefault(identity(site.url), (entry.where, site))
        if earlier != entry.where:
            raise ConfigurationError(twice(entry.where, site, earlier, other))
    return [site for _, site in first.values()]


def twice(where: str, site: AgencySite, earlier: str, other: AgencySite) -> str:
    spelt = "" if site.url == other.url else f" (there {other.url})"
    return f"{where}: {site.url} already stands at {earlier}{spelt}; keep one row a site"


def read_entries(path: Path) -> list[Entry]:
    """The rows of a file that has the right form; what they say is not judged."""
    text = _text(path)
    entries = _yaml_rows(path, text) if path.suffix.lower() in _YAML else _csv_rows(path, text)
    if not entries:
        raise ConfigurationError(
            f"{path}: no site in it; expected one row a site with the columns {', '.join(COLUMNS)}"
        )
    return entries


def write_sites(sites: Iterable[AgencySite], target: TextIO, *, as_yaml: bool = False) -> int:
    """Sites as a file that `read_sites` reads back; returns how many. `as_yaml` by the name of the file asked for."""
    rows = [
        {"url": s.url, "agency": s.agency, "region_code": s.region_code, "former_names": list(s.former_names),
         "schedule": s.schedule}
        for s in sites
    ]
    if as_yaml:
        stated = [{key: value for key, value in row.items() if value} for row in rows]
        yaml.safe_dump(stated, target, allow_unicode=True, sort_keys=False)
        return len(rows)
    writer = csv.DictWriter(target, fieldnames=COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({**row, "former_names": ";".join(row["former_names"] or ())} for row in rows)
    return len(rows)


def is_yaml(path: Path) -> bool:
    return path.suffix.lower() in _YAML


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise ConfigurationError(
            f"{path}: cannot be read ({problem.strerror or problem}); expected CSV or YAML in UTF-8"
        ) from None
    if data.startswith(_SPREADSHEETS):
        raise ConfigurationError(
            f"{path}: is a spreadsheet, not text; open it, save as CSV UTF-8 (CSV UTF-8 逗号分隔), and give that file"
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigurationError(
            f"{path}: cannot be read (it is not UTF-8); {_coding(data)}expected CSV or YAML in UTF-8 (in a "
            "spreadsheet: save as CSV UTF-8)"
        ) from None


def _coding(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "it is UTF-16; "
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    return "it looks like GBK, which a spreadsheet's plain CSV is in China; "


def _csv_rows(path: Path, text: str) -> list[Entry]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        _check_columns(path, reader.fieldnames or ())
        return list(_csv_entries(path, reader))
    except csv.Error as problem:
        raise ConfigurationError(f"{path} line {reader.line_num + 1}: not CSV ({problem})") from None


def _csv_entries(path: Path, reader: "csv.DictReader[str]") -> Iterator[Entry]:
    for row in reader:
        where = f"{path} line {reader.line_num}"
        if None in row:
            raise ConfigurationError(f'{where}: more fields than columns; put "…" around a field that holds a comma')
        if (row["url"] or "").strip():
            yield Entry(where, {k: v for k, v in row.items() if k in COLUMNS})
        elif any((value or "").strip() for value in row.values()):
            raise ConfigurationError(f"{where}: no url; expected the agency's home page")


def _check_columns(path: Path, names: Iterable[str]) -> None:
    if "url" not in names:
        apart = next((sign for sign in ";\t" if any(sign in name for name in names)), None)
        hint = f"; its fields are separated by {apart!r} where a comma is expected" if apart else ""
        raise ConfigurationError(f"{path}: the first line has no column url; expected {','.join(COLUMNS)}{hint}")
    if unknown := [name for name in names if name not in COLUMNS]:
        logger.warning("%s: not used: %s; the columns are %s", path, ", ".join(unknown), ", ".join(COLUMNS))


def _yaml_rows(path: Path, text: str) -> list[Entry]:
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)  # the one written in C is ten times as fast
    try:
        node: Any = loader.get_single_node()
        data: Any = loader.construct_document(node) if node else None
    except (yaml.YAMLError, ValueError, RecursionError) as problem:  # ValueError: a date such as 2020-13-45
        raise ConfigurationError(f"{path}: not valid YAML ({problem})") from None
    finally:
        loader.dispose()
    if isinstance(data, dict):
        data, node = data.get("sites"), _of_key(node, "sites")
    is_list = isinstance(node, yaml.SequenceNode) and isinstance(data, list)
    if not is_list or not all(isinstance(e, dict) and isinstance(e.get("url"), str) for e in data):
        raise ConfigurationError(
            f"{path}: expected a list of sites, each with a url, as in: - url: http://cgj.xm.gov.cn/"
        )
    if unknown := sorted({str(key) for e in data for key in e} - set(COLUMNS)):
        logger.warning("%s: not used: %s; the keys are %s", path, ", ".join(unknown), ", ".join(COLUMNS))
    lines = [child.start_mark.line + 1 for child in node.value]
    return [
        Entry(f"{path} line {line}", {k: v for k, v in e.items() if k in COLUMNS})
        for line, e in zip(lines, data, strict=True)
    ]


def _of_key(node: yaml.MappingNode, key: str) -> yaml.Node | None:
    """The value that stands for a key: the last one, as in the data made from it."""
    return next((value for name, value in reversed(node.value) if name.value == key), None)
