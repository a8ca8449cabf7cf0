"""Blocks as HTML, the two ways editors leave them behind, and the page around them."""

from collections.abc import Callable, Iterable
from html import escape

from samplesite.blocks import Block, Box, Grid, Heading, Paragraph


def editor(blocks: Iterable[Block]) -> str:
    """As typed into the content system's own editor."""
    out = []
    for block in blocks:
        if isinstance(block, Grid):
            out.append(_table(block, ' border="1" cellpadding="0" cellspacing="0" width="98%"',
                              lambda text: escape(text) or "&nbsp;"))
        elif isinstance(block, Heading):
            out.append(f'<p align="justify"><strong>　　{escape(block.text)}</strong></p>')
        else:
            out.append(f'<p align="justify">　　{escape(block.text)}</p>')
    return f'<div class="TRS_Editor"><style>.TRS_Editor P {{ line-height: 2 }}</style>\n{chr(10).join(out)}\n</div>'


def pasted(blocks: Iterable[Block]) -> str:
    """As pasted from Word: digits in spans of their own, paragraphs inside the cells."""
    out = []
    for block in blocks:
        if isinstance(block, Grid):
            out.append(_table(block, ' class="MsoNormalTable" border="1" style="border-collapse:collapse"',
                              lambda text: f'<p class="MsoNormal" align="center">{_runs(text)}<o:p></o:p></p>'))
        else:
            weight = "<b>{}</b>" if isinstance(block, Heading) else "{}"
            out.append(f'<p class="MsoNormal" style="text-indent:32pt">{weight.format(_runs(block.text))}</p>')
    return f'<div class="Custom_UnionStyle"><div class="WordSection1">\n{chr(10).join(out)}\n</div></div>'


def _runs(text: str) -> str:
    runs: list[str] = []
    for char in text:
        if runs and runs[-1][-1].isascii() == char.isascii():
            runs[-1] += char
        else:
            runs.append(char)
    return "".join(f'<span{" lang=EN-US" if run.isascii() else ""} style="font-family:仿宋_GB2312">{escape(run)}</span>'
                   for run in runs) or "<span>&nbsp;</span>"


def _table(grid: Grid, attributes: str, inner: Callable[[str], str]) -> str:
    rows = ("".join(_cell(box, inner(box.text)) for box in row) for row in grid.rows)
    return f"<table{attributes}><tbody>\n" + "\n".join(f"<tr>{row}</tr>" for row in rows) + "\n</tbody></table>"


def _cell(box: Box, inner: str) -> str:
    down = f' rowspan="{box.rowspan}"' if box.rowspan > 1 else ""
    across = f' colspan="{box.colspan}"' if box.colspan > 1 else ""
    return f"<td{down}{across}>{inner}</td>"


def paragraphs(lines: Iterable[str]) -> str:
    return editor(Paragraph(line) for line in lines)


def page(title: str, body: str, *, site: str, meta: dict[str, str], crumbs: str = "",
         menu: Iterable[tuple[str, str]] = ()) -> str:
    """A whole page: the meta tags the national site guideline asks for, navigation, breadcrumb, body, footer."""
    named = {"SiteName": site, **meta}
    tags = "\n".join(f'<meta name="{name}" content="{escape(value)}">' for name, value in named.items())
    navigation = "".join(f'<li><a href="{href}">{text}</a></li>' for text, href in NAVIGATION)
    side = "".join(f'<li><a href="{href}">{text}</a></li>' for text, href in menu)
    return f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8">
<title>{escape(title)}</title>
{tags}
</head><body>
<div class="top"><a href="/search/?q=">搜索</a> <a href="/wza/">无障碍</a> <a href="javascript:void(0)">收藏</a></div>
<ul class="nav">{navigation}</ul>
<div class="crumbs">当前位置：<a href="/">首页</a>{crumbs}</div>
{f'<ul class="gk-menu">{side}</ul>' if side else ""}
<div class="main">
{body}
</div>
<div class="footer">主办：{site}　网站标识码：0000000000　<a href="/about/">关于我们</a></div>
</body></html>
"""


NAVIGATION = (("首页", "/"), ("工作动态", "/gzdt/"), ("通知公告", "/tzgg/"), ("政策文件", "/zcwj/"),
              ("财政信息", "/czxx/"), ("机构职能", "/jgzn/"), ("政府信息公开", "/zfxxgk/"), ("互动交流", "/hdjl/"))
