"""Further pages that only a form gives out: ASP.NET's postback, and forms with a field that counts pages."""

import re
from collections.abc import Iterator, Mapping

from gongkai.chinese import fold
from spiders.code import code_of
from spiders.families.paging import MOST_PAGES, NextPage, with_parameter
from spiders.filled import fields_set
from spiders.page import Page, SiteForm
from spiders.post import Post
from spiders.vocabulary import anchors, records

_POSTBACK = re.compile(r"""__doPostBack\(\s*(?:'|&#39;|\\')([^']*?)(?:'|\\')\s*,\s*(?:'|\\')([^']*?)(?:'|\\')\s*\)""")
_ANCHOR = re.compile(r"""<(?:a|input|button|span|li)\b[^>]*?__doPostBack[^>]*>(.{0,200}?)</""", re.S | re.I)
_TOTAL = re.compile(r"(?:共|/)\s*(\d{1,4})\s*页")
_TURN = re.compile(
    r"""(?:go|to|turn|goto|jump|change|set|list|show|query|load)?\w*page\w*\(\s*["']?(\d{1,4})["']?\s*\)""", re.I
)


def more_pages(page: Page) -> tuple[NextPage, ...]:
    return tuple(_postback(page)) or tuple(_counting(page)) or tuple(_sent(page))


def _postback(page: Page) -> Iterator[NextPage]:
    """``javascript:__doPostBack('Pager','3')``: each number on its own; behind the last one shown, 下一页."""
    form = next((f for f in page.forms if f.posts and "__VIEWSTATE" in f.fields), None)
    if form is None:
        return
    taken: set[int] = set()
    onward: NextPage | None = None
    for anchor in _ANCHOR.finditer(page.source):
        call = _POSTBACK.search(anchor.group(0))
        words = fold(re.sub(r"<[^>]*>", "", anchor.group(1)))
        if call is None:
            continue
        fields = {**form.fields, "__EVENTTARGET": call.group(1), "__EVENTARGUMENT": call.group(2)}
        if words.isdigit() and 1 < int(words) <= MOST_PAGES and int(words) not in taken:
            taken.add(int(words))
            yield NextPage(form.action, int(words), post=Post.form(fields))
        elif anchors().next_page.search(words) and onward is None:
            onward = NextPage(form.action, 2, post=Post.form(fields))
    if onward is not None and not taken:
        yield onward


def _counting(page: Page) -> Iterator[NextPage]:
    """A form with a field called page: the same form with the field counted on, as far as the page says there is
    more."""
    for form in page.forms:
        name = next((key for key in form.fields if key.lower() in records().page_parameters), None)
        if name is None:
            continue
        here = int(form.fields[name]) if form.fields[name].isdigit() else 1
        for number in range(here + 1, min(_last(page, here), MOST_PAGES) + 1):
            yield _page_of(form, {name: str(number)}, number)
        return


def _sent(page: Page) -> Iterator[NextPage]:
    """``function toPage(n) { document.pf['pager.offset'].value = (n - 1) * 7; document.pf.submit(); }``."""
    if not page.forms or ".submit(" not in page.scripts:
        return
    code = code_of(page.scripts, page.url, page.source)
    for name, function in code.functions.items():
        turns = [int(n) for n in re.findall(rf"\b{re.escape(name)}\(\s*['\"]?(\d{{1,4}})['\"]?\s*\)", page.source)]
        if len(function.parameters) != 1 or not turns or ".submit(" not in code.text(function.body):
            continue
        last = max([*turns, *(int(n) for n in _TOTAL.findall(page.source))])
        for number in range(2, min(last, MOST_PAGES) + 1):
            filled = fields_set(code, function.body, {function.parameters[0]: number})
            form = next((f for f in page.forms if filled and set(filled) <= set(f.fields)), None)
            if form is not None and any(form.fields[key] != value for key, value in filled.items()):
                yield _page_of(form, filled, number)
        return


def _last(page: Page, here: int) -> int:
    total = [int(n) for n in _TOTAL.findall(page.source)]
    turned = [int(n) for n in _TURN.findall(page.source)]
    return max([here, *total, *turned])


def _page_of(form: SiteForm, changed: Mapping[str, str], number: int) -> NextPage:
    fields = {**form.fields, **changed}
    if form.posts:
        return NextPage(form.action, number, post=Post.form(fields))
    url = form.action
    for key, value in fields.items():
        url = with_parameter(url, key, value)
    return NextPage(url, number)
