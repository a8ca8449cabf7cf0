"""``gongkai family list`` and ``new``: the publishing systems Gongkai knows, and the beginning of one more."""

import json
import keyword
import re
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

import spiders
from crawler.cli.speech import show, table, tell, words
from gongkai.errors import ConfigurationError
from spiders.families import Family, about, all_families

family = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="站群系统（发布系统）· the site families: one publishing system each.",
)

_NAME = re.compile(r"[a-z][a-z0-9_]{1,30}")
_LONGEST_TITLE = 30
_TEST = "tests/spiders/test_mechanisms.py"
_OFFERS = {
    "columns": ("栏目", "columns"),
    "rows": ("条目", "rows"),
    "pager": ("翻页", "pager"),
    "parts": ("分页正文", "parts"),
}


@dataclass(frozen=True)
class _Line:
    name: str
    title: str
    recognised: str
    offers: tuple[str, ...]


@family.command("list")
def list_families(
    as_json: Annotated[bool, typer.Option("--json", help="结果为 JSON · the result as JSON")] = False,
) -> None:
    """列出已知的站群系统 · the families, how each is recognised and what it answers itself."""
    lines = [_line(known) for known in all_families()]
    if as_json:
        sys.stdout.write(json.dumps([asdict(line) for line in lines], ensure_ascii=False) + "\n")
        return
    made = table(("名称", "name"), ("系统", "system"), ("如何识别", "recognised by"), ("自行回答", "answers itself"))
    for line in lines:
        offers = [words(*_OFFERS[name]) for name in line.offers]
        made.add_row(line.name, line.title, line.recognised, words("、", ", ").join(offers) or "–")
    show(made)
    tell(
        f"共 {len(lines)} 个；其余由通用办法读取。", f"{len(lines)}; the rest is read by generic means.", style="dim"
    )


def _line(known: Family) -> _Line:
    return _Line(known.name, known.title, about(known), known.offers)


@family.command("new")
def new_family(
    name: Annotated[str, typer.Argument(metavar="NAME", help="小写字母、数字、下划线 · a-z, 0-9 and _")],
    title: Annotated[str, typer.Option("--title", metavar="TITLE", help="系统名称 · what people call the system")],
) -> None:
    """为新的站群系统生成代码骨架与示例站点 · begin a family: its file, its sample site, and a test that fails."""
    repository = _repository()
    made = {
        repository / "spiders/families" / f"{name}.py": repository / "tests/worlds/family.py.txt",
        repository / "tests/worlds/families" / f"{name}.py": repository / "tests/worlds/template.py.txt",
    }
    _check_title(title)
    _check_name(name, repository)
    texts = {path: template.read_text("utf-8").format(name=name, title=title) for path, template in made.items()}
    for path, text in texts.items():
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
        sys.stdout.write(f"{path.relative_to(repository)}\n")
    tell(
        f"下一步：pytest {_TEST} -k {name}\n"
        f"此测试现在失败（missing […]）：示例站点的列表第二页起只有 {name} 自己的写法，通用办法读不到，"
        f"所以较早年度的报告缺失。在 spiders/families/{name}.py 中写好识别特征与 _more_pages 后即通过；"
        f"然后把 tests/worlds/families/{name}.py 改成真实系统的样子。",
        f"Next: pytest {_TEST} -k {name}\n"
        f"It fails now (missing […]): from its second page on the sample site's list is named in a way only {name} "
        "has, which no generic means can follow, so the older years are not found. It passes once the fingerprint and "
        f"_more_pages in spiders/families/{name}.py are filled in; then make tests/worlds/families/{name}.py list as "
        "the real system does.",
    )


def _repository() -> Path:
    """The checkout this command runs from; an installed package has neither the templates nor the tests."""
    root = Path(spiders.__file__).resolve().parents[1]
    if not all((root / "tests/worlds" / name).is_file() for name in ("family.py.txt", "template.py.txt")):
        raise ConfigurationError(
            words(
                f"{root}：这里是安装后的程序，不是源代码仓库。请克隆仓库，并在其中运行 make setup 后再用 family new。",
                f"{root}: this is an installed package, not a checkout of the repository. Clone the repository, run "
                "make setup in it, and call family new there.",
            )
        )
    return root


def _check_name(name: str, root: Path) -> None:
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise ConfigurationError(
            words(
                f"NAME {name!r}：应为 2–31 个小写字母、数字或下划线，以字母开头，如 trs。",
                f"NAME {name!r}: expected 2 to 31 of a-z, 0-9 and _, a letter first, like trs.",
            )
        )
    rooms = ("spiders/families", "tests/worlds", "tests/worlds/families", "tests/worlds/inventions")
    for path in (root / room / f"{name}.py" for room in rooms):
        if path.exists():
            raise ConfigurationError(
                words(
                    f"{path}：已存在，不会覆盖。请换一个名称，或直接修改该文件。",
                    f"{path}: exists and is not overwritten. Choose another name, or edit that file.",
                )
            )


def _check_title(title: str) -> None:
    """It goes into a docstring and a string of the new files."""
    if not 0 < len(title.strip()) <= _LONGEST_TITLE or not title.isprintable() or set(title) & set('"\\'):
        raise ConfigurationError(
            words(
                f"--title {title!r}：应为 1–{_LONGEST_TITLE} 个字，不含双引号、反斜杠与换行，如 拓尔思 TRS。",
                f"--title {title!r}: expected 1 to {_LONGEST_TITLE} characters without double quotes, backslashes or "
                "line breaks, like 拓尔思 TRS.",
            )
        )
