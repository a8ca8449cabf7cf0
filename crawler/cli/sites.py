"""``gongkai sites``: which sites the archive follows, and what is known of sites at all."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from crawler.cli.options import (
    AgencyNameOption,
    AgencyWordsOption,
    ArchiveOption,
    FormatOption,
    FormerNamesOption,
    HomePageArgument,
    RegionCodeOption,
)
from crawler.cli.rows import write_rows
from crawler.cli.speech import show, table, tell, words
from crawler.sites.file import Entry, is_yaml, read_entries, read_sites, site_of, write_sites
from crawler.sites.known import KnownSite, known_sites
from gongkai.address import host_of
from gongkai.chinese import printable
from gongkai.errors import DONE, SITE_GAVE_NOTHING, ConfigurationError
from gongkai.settings import Settings, load_settings
from gongkai.site import AgencySite
from storage import Archive, RegistryChange, SiteRecord

sites = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="站点登记：存档所跟踪的机关网站。\n\nThe registry: which agencies' sites the archive follows.",
)

RegionOption = Annotated[
    str | None, typer.Option("--region", metavar="CODE", help="区划代码或其前几位 · code or prefix")
]
KnownOption = Annotated[bool, typer.Option("--known", help="随软件提供的站点 · the list shipped with Gongkai")]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="缘由，记入登记 · why, kept with it")]
LevelOption = Annotated[
    Literal["central", "province", "prefecture", "county"] | None,
    typer.Option("--level", help="只取该级（配合 --known） · only this level, with --known"),
]
KindOption = Annotated[
    Literal["portal", "ministry", "agency"] | None,
    typer.Option("--kind", help="门户、部委或部门（配合 --known） · which kind, with --known"),
]


@sites.command("add")
def add(
    url: HomePageArgument,
    agency: AgencyNameOption = None,
    region_code: RegionCodeOption = None,
    former_names: FormerNamesOption = None,
    schedule: Annotated[
        str | None, typer.Option("--schedule", metavar="WHEN", help="抓取周期 · how often to crawl it")
    ] = None,
    reason: ReasonOption = "",
    archive: ArchiveOption = None,
) -> None:
    """登记一个站点，或更改其登记 · follow a site, or change what is known of it."""
    settings = load_settings(archive=archive)
    site = site_of(url, settings, agency=agency, region_code=region_code, former_names=former_names, schedule=schedule)
    with Archive.open(settings) as opened:
        _tell_change(opened.add_sites([site], reason=reason, source="gongkai sites add"))


@sites.command("import")
def import_sites(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="站点清单 CSV/YAML · sites file")
    ] = None,
    known: KnownOption = False,
    region: RegionOption = None,
    level: LevelOption = None,
    kind: KindOption = None,
    reason: ReasonOption = "",
    archive: ArchiveOption = None,
) -> None:
    """登记清单中的全部站点 · follow every site of a file, or of the shipped list (--known)."""
    if known == bool(file):
        raise ConfigurationError(
            "give a sites file, as in: gongkai sites import agencies.csv — or --known for the shipped list"
        )
    if file and (region or level or kind):
        raise ConfigurationError("--region, --level and --kind choose rows of --known; a file is imported whole")
    settings = load_settings(archive=archive)
    if file:
        rows, source = read_sites(file, settings), file.name
    else:
        rows = [k.site for k in known_sites(region=region, level=level, kind=kind)]
        source = "gongkai sites import --known"
    if not rows:
        raise ConfigurationError("--known has no such site; gongkai sites list --known shows what it has")
    with Archive.open(settings) as opened:
        _tell_change(opened.add_sites(rows, reason=reason, source=source))


@sites.command("list")
def list_sites(
    region: RegionOption = None,
    agency: AgencyWordsOption = None,
    known: KnownOption = False,
    level: LevelOption = None,
    kind: KindOption = None,
    retired: Annotated[bool, typer.Option("--retired", help="也列已停止的 · also those no longer followed")] = False,
    as_format: FormatOption = "table",
    archive: ArchiveOption = None,
) -> None:
    """列出登记的站点 · the sites followed, or those shipped (--known)."""
    if known:
        if retired or archive:
            raise ConfigurationError("--known lists what is shipped; --retired and --archive go with the registry")
        _print_known(known_sites(region=region, agency=agency, level=level, kind=kind), as_format)
        return
    if level or kind:
        raise ConfigurationError("--level and --kind choose rows of the shipped list; they go with --known")
    with Archive.open(load_settings(archive=archive), create=False, read_only=True) as opened:
        _print_registry(opened.sites(region, agency, None if retired else False), as_format)


@sites.command("retire")
def retire(
    url: Annotated[str, typer.Argument(metavar="URL", help="登记的网址 · the address it is followed under")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="缘由 · why (required)")],
    archive: ArchiveOption = None,
) -> None:
    """不再跟踪；报告与登记的历史保留 · follow a site no longer; its reports and its history stay."""
    settings = load_settings(archive=archive)
    if not reason.strip():
        raise ConfigurationError("--reason is empty; say why, as in: --reason 已并入市政府门户")
    with Archive.open(settings, create=False) as opened:
        change = opened.retire_site(site_of(url, settings.model_copy(update={"allow_hosts": _any_host(url)})).url,
                                    reason=reason)
    if change.event_id is None:
        tell("早已停止，未作更改。", "It was retired before; nothing changed.")
    else:
        tell(f"已停止跟踪 {url}", f"no longer followed: {url}")


@sites.command("export")
def export_sites(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV、YAML 文件，或 - · a .csv or .yaml file, or -")],
    region: RegionOption = None,
    agency: AgencyWordsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """把登记写成站点清单 · the registry as a sites file, which import reads back."""
    if file.exists():
        raise ConfigurationError(f"{file} exists already; choose another name or remove it first")
    with Archive.open(load_settings(archive=archive), create=False, read_only=True) as opened:
        rows = [record.site for record in opened.sites(region, agency)]
    to_stdout = str(file) == "-"
    with nullcontext(sys.stdout) if to_stdout else file.open("x", encoding="utf-8", newline="") as target:
        count = write_sites(rows, target, as_yaml=is_yaml(file))
    tell(f"共 {count} 个站点写入 {file}", f"{count} sites into {file}")


def _any_host(url: str) -> tuple[str, ...]:
    """Retiring asks nothing of the site, so a host that may no longer be asked can be retired too."""
    return tuple(filter(None, [host_of(url if "://" in url else f"http://{url}")]))


@sites.command("check")
def check(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="站点清单；不给则查登记 · sites file; the registry without it")
    ] = None,
    known: KnownOption = False,
    region: RegionOption = None,
    fetch: Annotated[
        bool, typer.Option("--fetch", help="每站请求一次首页并核对名称 · ask each home page once, compare its title")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="每条一个 JSON 对象 · one JSON object per finding")] = False,
    archive: ArchiveOption = None,
) -> None:
    """核对站点：网址、区划、名称、重复 · addresses, codes, names, duplicates; exit code 3 when something is wrong."""
    from crawler.sites.check import SiteFinding, check_rows, check_visit
    from crawler.sites.visits import visit

    settings = load_settings(archive=archive)
    checked = check_rows(_entries(file, known, region, settings), settings)
    findings = list(checked.findings)
    if fetch:
        count = len(checked.sites)
        tell(f"逐站请求首页，共 {count} 个…", f"asking {count} home pages…", style="dim")
        visits = visit([site.url for site in checked.sites.values()], settings)
        findings += (
            SiteFinding(where, site.url, detail)
            for where, site in checked.sites.items()
            if (detail := check_visit(site, visits[site.url]))
        )
    for found in findings:
        text = json.dumps(asdict(found), ensure_ascii=False) if as_json else f"{found.where}: {found.detail}"
        sys.stdout.write(printable(text) + "\n")
    tell(f"{len(checked.sites)} 个站点可用，{len(findings)} 处问题",
         f"{len(checked.sites)} sites can be followed, {len(findings)} findings", style="dim")
    raise typer.Exit(SITE_GAVE_NOTHING if findings else DONE)


@sites.command("propose")
def propose(
    page: Annotated[
        str | None,
        typer.Argument(metavar="URL", help="列有各机关的网页；不给则据存档 · a page that lists agencies"),
    ] = None,
    region_code: Annotated[
        str | None, typer.Option("--region-code", metavar="CODE", help="该网页所属区划 · the place whose page it is")
    ] = None,
    archive: ArchiveOption = None,
) -> None:
    """建议登记的站点，CSV，附依据；审阅后 import · sites worth following with evidence, as CSV to review and import."""
    from crawler.sites import proposals

    settings = load_settings(archive=archive)
    if region_code and page is None:
        raise ConfigurationError("--region-code says whose page URL is; give the URL of a page that lists agencies")
    with Archive.open(settings, create=False, read_only=True) as opened:
        registered = proposals.Registered(opened.sites(retired=None))
        if page is None:
            made = proposals.from_reports(opened.reports(), registered, settings)
        else:
            made = _listed_on(page, region_code, registered, settings)
    write_rows((proposal.as_row() for proposal in made.rows), "csv")
    tell(f"建议 {len(made.rows)} 个站点", f"{len(made.rows)} sites proposed", style="dim")
    for home, count in list(made.shared.items())[:10]:
        tell(f"  {home} 另有 {count} 个机关，自己的网站不明",
             f"  {home} has {count} more agencies whose own site is not known", style="dim")


def _listed_on(page: str, region_code: str | None, registered: Any, settings: Settings) -> Any:
    from crawler.reports.regions import by_code
    from crawler.sites import proposals
    from crawler.sites.visits import visit

    url = site_of(page, settings, region_code=region_code).url
    answer = visit([url], settings)[url]
    if answer.problem or answer.status >= 400:
        raise ConfigurationError(f"{url} cannot be read: {answer.problem or f'status {answer.status}'}")
    if not answer.listed:
        raise ConfigurationError(f"{url} lists no agencies; expected a page with links to eight or more of them")
    return proposals.from_directory(answer, by_code()[region_code] if region_code else None, registered, settings)


def _entries(file: Path | None, known: bool, region: str | None, settings: Settings) -> list[Entry]:
    if file and (known or region):
        raise ConfigurationError("a FILE is checked whole; --known and --region go without it")
    if file:
        return read_entries(file)
    if known:
        return [_entry(f"known {k.site.url}", k.site) for k in known_sites(region=region)]
    with Archive.open(settings, create=False, read_only=True) as opened:
        return [_entry(f"registry {record.url}", record.site) for record in opened.sites(region)]


def _entry(where: str, site: AgencySite) -> Entry:
    return Entry(where, asdict(site))


def _tell_change(change: RegistryChange) -> None:
    tell(
        f"登记 {change.added} 个，更改 {change.changed} 个，不变 {change.unchanged} 个",
        f"{change.added} added, {change.changed} changed, {change.unchanged} unchanged",
    )


def _print_known(found: Iterable[KnownSite], as_format: str) -> None:
    if as_format != "table":
        write_rows(map(_known_row, found), as_format)
        return
    made = table(("区划", "region"), ("机关", "agency"), ("网址", "address"), ("级别", "level"), ("种类", "kind"))
    count = 0
    for count, known in enumerate(found, 1):  # noqa: B007
        made.add_row(known.site.region_code or "", known.site.agency, known.site.url, known.admin_level, known.kind)
    show(made)
    tell(f"共 {count} 个站点", f"{count} sites", style="dim")


def _known_row(known: KnownSite) -> dict[str, Any]:
    site = known.site
    return {"url": site.url, "agency": site.agency, "region_code": site.region_code or "",
            "admin_level": known.admin_level, "kind": known.kind}


def _print_registry(found: Iterator[SiteRecord], as_format: str) -> None:
    if as_format != "table":
        write_rows((record.as_json() for record in found), as_format)
        return
    made = table(("区划", "region"), ("机关", "agency"), ("网址", "address"), ("曾用名", "former names"),
                 ("登记", "since"), ("来源", "source"))
    count = 0
    for count, record in enumerate(found, 1):  # noqa: B007
        ended = words("（已停止）", " (retired)") if record.retired else ""
        made.add_row(record.region_code or "", (record.agency or "") + ended, record.url,
                     ";".join(record.former_names), record.added_at[:10], record.source)
    show(made)
    tell(f"共 {count} 个站点", f"{count} sites", style="dim")
