"""Options several commands share."""

from typing import Annotated, Literal

import typer

ArchiveOption = Annotated[
    str | None,
    typer.Option(
        "--archive",
        metavar="PLACE",
        help="存档位置：目录或 s3://bucket/prefix · a directory or s3://bucket/prefix "
        "[GONGKAI_ARCHIVE, default ./archive]",
    ),
]
FormatOption = Annotated[
    Literal["table", "jsonl", "csv"], typer.Option("--format", help="输出格式 · output format")
]
AgencyWordsOption = Annotated[
    str | None, typer.Option("--agency", metavar="NAME", help="机关名称中的文字 · words of its name")
]
RegionCodeOption = Annotated[
    str | None, typer.Option("--region-code", metavar="CODE", help="六位区划代码 · GB/T 2260")
]
FormerNamesOption = Annotated[
    str | None,
    typer.Option("--former-names", metavar="NAMES", help="曾用名，分号分隔 · former names, semicolon-separated"),
]
HomePageArgument = Annotated[str, typer.Argument(metavar="URL", help="机关网站首页 · the agency's home page")]
AgencyNameOption = Annotated[
    str | None, typer.Option("--agency", metavar="NAME", help="机关全称 · the agency's full name")
]
