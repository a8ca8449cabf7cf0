"""Whom to ask about a report: the address, post code, telephone, fax and mailbox of its 请与…联系 sentence."""

import re

from crawler.reports.material import Material
from gongkai.report import Contact, Evidence

_OPENING = re.compile(r"(?:年报|报告).{0,12}(?:疑问|疑义|意见|建议|问题|异议)|(?:与|联系|向|同|于).{2,40}联系"
                      r"|联系电话[:为]|咨询电话[:为]")
_WINDOW = 420
_DASHES = str.maketrans("—–－―﹣", "-----")
_STOP = r"[^,;。)(、|\n]"
_FIELDS = {
    "address": re.compile(rf"(?:地址|办公地点|地点)[:为是]*(?P<v>{_STOP}{{4,60}}?)"
                          r"(?=[,;。)(、|\n]|邮编|邮政|电话|联系|传真|电子|咨询|$)"),
    "postcode": re.compile(r"(?:邮政编码|邮编|邮码)[:为是]*(?P<v>\d{6})(?!\d)"),
    "phone": re.compile(r"(?:电话号码|联系方式|电话)(?:[、/和及(]*传真\)?)?"
                        r"(?:\([^()]{0,10}\))?[:为是]*(?P<v>\(?\d[\d\-()转、/]{5,30}\d)"),
    "fax": re.compile(r"传真(?:电话|号码)?(?:\([^()]{0,10}\))?[:为是]*(?P<v>\(?\d[\d\-()]{5,18}\d)"),
    "email": re.compile(r"(?P<v>[a-z0-9][\w.+-]{0,60}@[a-z0-9][a-z0-9-]{0,40}(?:\.[a-z0-9-]{2,20}){1,4})"),
}


def read_contact(material: Material) -> tuple[Contact, list[Evidence]]:
    """The contact sentence near the report's opening or end; fields it does not give stay None."""
    text = material.text.translate(_DASHES)
    text = text[:12_000] + "\n" + text[12_000:][-6_000:]
    best: dict[str, tuple[str, str]] = {}
    for opening in _OPENING.finditer(text):
        found = _fields(text[opening.start():opening.end() + _WINDOW])
        if len(found) > len(best):
            best = found
        if len(best) >= 3:
            break
    evidence = [Evidence("contact", value, "contact", quote[:160], 0.9) for value, quote in best.values()]
    values = {name: value for name, (value, _) in best.items()}
    return Contact(**values), evidence


def _fields(window: str) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for name, pattern in _FIELDS.items():
        if match := pattern.search(window):
            found[name] = (_tidy(name, match["v"]), match.group())
    return found


def _tidy(name: str, value: str) -> str:
    if name in ("phone", "fax"):
        value = re.sub(r"-{2,}", "-", value)
        return value if value.count("(") == value.count(")") else value.replace("(", "").replace(")", "")
    return value
