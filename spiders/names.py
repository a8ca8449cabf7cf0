"""Whose report a title or a directory entry speaks of, as far as names tell before the page is read."""

import re
from collections.abc import Iterable
from typing import Literal

from gongkai.chinese import fold
from gongkai.succession import may_precede

Whose = Literal["own", "earlier", "other", "unknown"]
"""``earlier``: another name of the same place and line of duty, which the agency may have carried before a reform."""

_ORGAN = re.compile(r"(?:局|委|委员会|政府|办公室|办|厅|部|院|署|会|中心|街道|办事处|镇|乡|大队|支队|总队|站|处|所|馆"
                    r"|公司|学校|分局|集团|省|市|县|区|旗|州|盟|管委会|开发区|公署)$")
_OFFICE = re.compile(r"(?:局|委|委员会|人民政府|办公室|厅|部|院|署|街道|办事处|镇|乡|管委会|中心)$")
_GOVERNMENT = re.compile(r"(?:政府(?:办公室)?|管委会|管理委员会|街道办事处|街道|镇|乡)$")
_SELF = re.compile(r"^(?:本级|本局|我局|本机关|本单位|本部门|局机关|机关|局本级|委本级|局|委|厅)$")
_REGION = re.compile(r"^(?:[\u3400-\u9fff]{1,12}(?:省|自治区|市|自治州|州|地区|盟|县|区|旗))+$")
_OWN_TITLE = re.compile(r"\(.*?\)|（.*?）")


class Names:
    """The asked agency's names, past and present.

    Knows abbreviations: 清沅市人社局 is 清沅市人力资源和社会保障局, because its characters stand in the full name in
    that order and both end alike; 清沅市财政局国库支付中心 is another body.
    """

    def __init__(self, agency: str | None, former: Iterable[str] = ()) -> None:
        self._names = tuple(dict.fromkeys(fold(name) for name in (agency, *former) if name and fold(name)))

    @property
    def known(self) -> bool:
        return bool(self._names)

    @property
    def governs(self) -> bool:
        """Whether a whole government (or a town's office, which is one) is asked for, and not one of its
        departments."""
        return any(_GOVERNMENT.search(name) for name in self._names)

    def judge(self, text: str | None, year: int | None = None) -> Whose:
        """Whose name `text` is; `year` the report year it stands for, when that is known."""
        plain = _OWN_TITLE.sub("", fold(text or ""))
        if not plain or _SELF.match(plain) or not self._names:
            return "unknown"
        if any(_is_form_of(plain, name) for name in self._names):
            return "own"
        if year is not None and any(may_precede(plain, name, year) for name in self._names):
            return "earlier"
        return "other" if _ORGAN.search(plain) else "unknown"

    def stands_in(self, text: str) -> bool:
        """Whether a longer text (a page's title, a directory entry) holds one of the names in full."""
        plain = fold(text)
        return any(name in plain for name in self._names)


def name_of_site(said: Iterable[str]) -> str | None:
    """The agency a site's own words name (清沅市财政局门户网站 → 清沅市财政局), None when none is an organ's name."""
    for text in said:
        for part in re.split(r"[-_|—–>»\s]+", text):
            name = re.sub(r"(?:官方|门户|政务|政府|公众|信息)*(?:网站|网|官网|首页|欢迎您)+$", "", fold(part))
            name = re.sub(r"^(?:欢迎(?:您)?(?:访问|来到)|首页)", "", name)
            if 4 <= len(name) <= 30 and _OFFICE.search(name):
                return name
    return None


def _is_form_of(plain: str, name: str) -> bool:
    if plain == name:
        return True
    if plain.endswith(name):
        return _REGION.match(plain[:-len(name)]) is not None
    if name.endswith("人民政府") and plain == name.removesuffix("人民政府"):
        return True
    if len(plain) < 3 or plain[-1] != name[-1] or (_REGION.match(plain) and not _REGION.match(name)):
        return False
    # 政府 and 政府办公室 end differently; what remains are abbreviations and names without their region.
    characters = iter(name)
    return all(character in characters for character in plain)
