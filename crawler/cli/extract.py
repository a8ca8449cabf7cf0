"""``gongkai extract``: read local files without archiving."""

import errno
import json
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.progress import Progress

from crawler.cli.speech import complain, err, tell
from crawler.files import read_body
from crawler.normalise.sandbox import Sandbox
from crawler.reports import read_report
from crawler.reports.codebook import codebook
from crawler.reports.record import extract_record
from gongkai.address import canonical
from gongkai.chinese import printable
from gongkai.digest import sha256_hex
from gongkai.errors import DONE, SITE_GAVE_NOTHING, WRONG_USE, ConfigurationError
from gongkai.remarks import in_chinese
from gongkai.report import Reading, SourceDocument
from gongkai.settings import load_settings

UNREAD = {
    "unsupported": ("gongkai doctor 列出本机缺少的读取组件", "gongkai doctor says which readers this machine lacks"),
    "encrypted": ("请先在原软件中去除密码", "remove the password in the program it comes from"),
    "limit": ("它超出安全限制，见 GONGKAI_SANDBOX_*", "it is beyond the limits for safety; see GONGKAI_SANDBOX_*"),
    "failed": ("文件可能已损坏，请重新下载", "it may be damaged; download it again"),
}
"""Why a file was not read, and what to do."""


def extract(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="要读取的文件 · files to read")],
    url: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="文件原来的网址 · where the file came from")
    ] = None,
    as_format: Annotated[
        Literal["json", "text"], typer.Option("--format", help="json: 每个文件一行 · one line a file")
    ] = "json",
) -> None:
    """读取本地文件，不存档 · read local files without archiving."""
    settings = load_settings()
    if url is not None and canonical(url) is None:
        raise ConfigurationError(
            f"--url {url!r} is not a web address; expected something like http://cgj.xm.gov.cn/a.htm"
        )
    sandbox = Sandbox(settings)
    code = DONE
    with Progress(console=err, transient=True, disable=len(files) < 3 or not err.is_terminal) as progress:
        for file in progress.track(files, description="extract"):
            try:
                data = _bytes(file, settings.max_body_mib)
            except OSError as problem:
                complain(f"{file}: cannot be read ({problem.strerror or problem}); expected a readable file")
                code = WRONG_USE
                continue
            reading = _read(sandbox, data, url)
            document = reading.sources[reading.main].document
            if document.status in UNREAD:
                zh, en = UNREAD[document.status]
                tell(
                    f"{file}：未能读出（{document.status}）{'；'.join(map(in_chinese, document.warnings))}；{zh}",
                    f"{file}: not read ({document.status}) {'; '.join(document.warnings)}; {en}",
                    style="yellow",
                )
                code = code or SITE_GAVE_NOTHING
            elif as_format == "text":
                _tell_remarks(file, reading)
            if as_format == "json":
                sys.stdout.write(json.dumps(extract_record(str(file), reading), ensure_ascii=False) + "\n")
            elif document.text:
                sys.stdout.write(printable(document.text).rstrip("\n") + "\n")
            sys.stdout.flush()
    raise typer.Exit(code)


def _tell_remarks(file: Path, reading: Reading) -> None:
    """What to be careful about in a text whose record nobody asked for."""
    remarks = dict.fromkeys((*reading.sources[reading.main].document.warnings, *reading.report.warnings))
    for remark in remarks:
        tell(f"{file}：{in_chinese(remark, codebook().words)}", f"{file}: {remark}", style="yellow")


def _bytes(file: Path, most_mib: int) -> bytes:
    with file.open("rb") as opened:
        data = opened.read((most_mib << 20) + 1)
    if len(data) > most_mib << 20:
        raise OSError(errno.EFBIG, f"it is larger than {most_mib} MiB, see GONGKAI_MAX_BODY_MIB")
    return data


def _read(sandbox: Sandbox, data: bytes, url: str | None) -> Reading:
    document = read_body(data, sandbox, url=url)
    return read_report([SourceDocument("page", url or "", (sha256_hex(data),), document)], url=url)
