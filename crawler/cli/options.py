"""Options several commands share."""

from typing import Annotated

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
