"""May a name be an agency's? Told from its form alone."""

import re

from crawler.reports.names import read_name

_LONGEST = 40
_BARE = frozenset({"办公室", "办公厅", "委员会", "管委会", "本局", "本委", "街道办", "人民政府"})
_HAN = re.compile(r"[\u4e00-\u9fff][\u4e00-\u9fff（）()·、0-9]+")


def names_organ(name: str) -> bool:
    """A full Chinese name that ends as organs' names do: 厦门市城市管理局, 思明区人民政府, 中国人民银行."""
    if not _HAN.fullmatch(name) or not 3 <= len(name) <= _LONGEST or name in _BARE:
        return False
    read = read_name(name)
    return read.is_organ or read.is_township or read.is_functional or name.startswith("中国人民银行")
