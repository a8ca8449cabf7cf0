"""``gongkai extract``: read local files without archiving."""

import json
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.progress import Progress

from crawler.cli.speech import complain, err, tell
from crawler.normalise.sandbox import Sandbox
from crawler.reports import read_report
from crawler.reports.record import extract_record
from gongkai.address import canonical
from gongkai.digest import sha256_hex
from gongkai.errors import DONE, SITE_GAVE_NOTHING, WRONG_USE, ConfigurationError
from gongkai.report import Reading, SourceDocument
from gongkai.settings import load_settings

UNREAD = ("unsupported", "encrypted", "limit", "failed")


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
                data = file.read_bytes()
            except OSError as problem:
                complain(f"{file}: cannot be read ({problem.strerror or problem}); expected a readable file")
                code = WRONG_USE
                continue
            reading = _read(sandbox, data, url)
            document = reading.sources[reading.main].document
            if document.status in UNREAD:
                tell(
                    f"{file}：未能读出（{document.status}）{'；'.join(document.warnings)}",
                    f"{file}: not read ({document.status}) {'; '.join(document.warnings)}",
                    style="yellow",
                )
                code = code or SITE_GAVE_NOTHING
            if as_format == "json":
                sys.stdout.write(json.dumps(extract_record(str(file), reading), ensure_ascii=False) + "\n")
            else:
                sys.stdout.write(document.text.rstrip("\n") + "\n")
            sys.stdout.flush()
    raise typer.Exit(code)


def _read(sandbox: Sandbox, data: bytes, url: str | None) -> Reading:
    document = sandbox.read(data, url=url)
    return read_report([SourceDocument("page", url or "", (sha256_hex(data),), document)], url=url)
