"""``gongkai token``: who may order crawls through the web pages and the API."""

from typing import Annotated

import typer

from crawler.cli.options import ArchiveOption
from crawler.cli.speech import out, show, table, tell
from gongkai.settings import load_settings
from storage.tokens import Tokens

token = typer.Typer(no_args_is_help=True, help="网页下令抓取所需的令牌 · tokens for ordering crawls on the web")

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="持有人 · whose it is")]


@token.command()
def new(name: NameArgument, archive: ArchiveOption = None) -> None:
    """发一个令牌，只显示这一次 · make one; it is shown this once."""
    secret = _tokens(archive).new(name)
    out.print(secret, markup=False)
    tell("请妥善保存：存档里只留其摘要，无法再次显示。",
         "Keep it safe: the archive holds its digest alone and cannot show it again.", style="yellow")


@token.command(name="list")
def list_tokens(archive: ArchiveOption = None) -> None:
    """已发的令牌 · those given out."""
    made = table(("持有人", "name"), ("发于", "created"))
    for one in _tokens(archive).all():
        made.add_row(one.name, one.created_at)
    show(made)


@token.command()
def revoke(name: NameArgument, archive: ArchiveOption = None) -> None:
    """作废一个令牌 · make one void."""
    _tokens(archive).revoke(name)
    tell(f"“{name}”的令牌已作废。", f"the token of {name} is void.")


def _tokens(archive: str | None) -> Tokens:
    return Tokens(load_settings(archive=archive).state_dir)
