"""The sections of a report: by their titles, in the order of the form, or by their content where titles were lost."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from crawler.reports.forms import Form, SectionForm, load_forms
from crawler.reports.labels import label_key, within_one_edit
from crawler.reports.lines import Line, read_lines
from gongkai.document import Document
from gongkai.report import Section

_ORDINALS = "一二三四五六七八九十"
_HEADING = re.compile(rf"^[#*\s]*(?:(?P<ordinal>[{_ORDINALS}]{{1,3}})\s*[、.．:：]"
                      rf"|(?P<bracket>[（(][{_ORDINALS}]{{1,3}}[）)])"
                      r"|(?P<digit>\d{1,2})[.、．])?\s*(?P<title>.+?)[\s。：:*]*$")
_RUN_IN = re.compile(rf"^\s*(?P<head>[{_ORDINALS}]{{1,2}}\s*[、.．]\s*(?P<title>[^。：:\s]{{2,40}}))[。：:\s]\s*"
                     r"(?P<rest>\S.*)$", re.S)
_TITLE_LENGTH = 44
_DATE = re.compile(r"^\D{0,12}(?:20\d\d|二[〇○零0]..)\s*年\s*\S{1,3}\s*月\s*\S{1,3}\s*日\W*$")
_CHROME = re.compile(r"^\W*(?:扫一扫|打印|关闭|分享|上一篇|下一篇|责任编辑|相关链接|附件[:：]|返回顶部|浏览次数)")
_SIGNATURE = 40


@dataclass(frozen=True)
class _Heading:
    """A line that may open a section. `weight` says how much it looks like it; `rest` is text on the same line;
    `piece` another line with a piece of the heading."""

    line: int
    key: str
    text: str | None
    weight: float
    style: str
    rest: str = ""
    piece: int | None = None


def read_sections(document: Document, form_id: str | None) -> tuple[Section, ...]:
    """The prose of each section found (its tables left out), what stands before the first as ``preamble``.

    A section found by its content alone has no heading. Reports before 2019 keep no order; theirs are found by title.
    """
    forms = load_forms()
    form = forms.get(form_id or "", forms["cn-gov-2014stat"])
    lines = read_lines(document, form)
    headings = _candidates(lines, form)
    ordered = any(section.ordinal for section in form.sections)
    chosen = _chain(headings, form) if ordered else _first_of_each(headings)
    if ordered:
        chosen = _by_content(lines, form, chosen)
    return tuple(_sections(lines, chosen))


def _candidates(lines: Sequence[Line], form: Form) -> list[_Heading]:
    found = [heading for number in range(len(lines)) if (heading := _heading(lines, number, form))]
    split = _split_heading(lines, form, {heading.key for heading in found})
    strong = [heading for heading in found if heading.style in ("ordinal", "plain", "run-in")]
    if len({heading.key for heading in strong}) >= 3:
        return sorted([*strong, *split], key=lambda heading: heading.line)
    for style in ("bracket", "digit"):
        same = [heading for heading in found if heading.style == style]
        if len({heading.key for heading in same}) >= 3:
            return same
    return sorted([*strong, *split], key=lambda heading: heading.line)


def _heading(lines: Sequence[Line], number: int, form: Form) -> _Heading | None:
    line = lines[number]
    if line.table or "\t" in line.text or "|" in line.text:
        return None
    run_in = _RUN_IN.match(line.text)
    if run_in and len(line.text) > _TITLE_LENGTH / 2 and (section := _named(run_in["title"], form, False)):
        return _Heading(number, section.key, run_in["head"], 2, "run-in", run_in["rest"])
    parts = _HEADING.match(line.text) if len(line.text) <= _TITLE_LENGTH + 6 else None
    if parts is None:
        return None
    ordinal = parts["ordinal"]
    style = "ordinal" if ordinal else "bracket" if parts["bracket"] else "digit" if parts["digit"] else "plain"
    section, text = _named(parts["title"], form, bool(ordinal) or line.heading), line.text
    piece = None
    if section is None and ordinal and number + 1 < len(lines) and len(line.text) > 12:
        piece, wrapped = number + 1, lines[number + 1].text
        section = _named(parts["title"] + wrapped, form, False) if len(wrapped) < 16 else None
        text = line.text + wrapped
    if section is None:
        return None
    weight = (3.0 if ordinal == section.ordinal else 2.0) if ordinal else 1.5
    return _Heading(number, section.key, text, weight + 0.5 * line.heading, style, piece=piece)


def _named(title: str, form: Form, loosely: bool) -> SectionForm | None:
    """The section a title names. `loosely` also takes a title in other words, if it has the telling ones."""
    key = label_key(title)
    return _section(key, form.id, loosely) if key and len(key) <= _TITLE_LENGTH else None


@lru_cache(maxsize=16384)
def _section(key: str, form_id: str, loosely: bool) -> SectionForm | None:
    form = load_forms()[form_id]
    for section in form.sections:
        names = [label_key(name) for name in section.names]
        if key in names or any(len(name) >= 8 and within_one_edit(key, name) for name in names):
            return section
    if not loosely:
        return None
    return next((section for section in form.sections for words in section.telling
                 if all(word in key for word in words)), None)


def _split_heading(lines: Sequence[Line], form: Form, known: set[str]) -> list[_Heading]:
    """A heading broken in two by a table: its beginning printed before, its end after."""
    found = []
    for section in form.sections:
        if section.key in known:
            continue
        names = [label_key(name) for name in section.names]
        seen: dict[str, int] = {}
        for number, line in enumerate(lines):
            tail = label_key(line.text) if len(line.text) <= _TITLE_LENGTH else ""
            heads = [name.removesuffix(tail) for name in names
                     if 4 <= len(tail) < len(name) - 3 and name.endswith(tail)]
            before = max((seen[head] for head in heads if head in seen), default=None)
            seen[tail] = number
            if before is not None:
                words = lines[before].text.strip() + line.text.strip()
                found.append(_Heading(number, section.key, words, 1.5, "plain", piece=before))
                break
    return found


def _chain(headings: Sequence[_Heading], form: Form) -> list[_Heading]:
    """The weightiest headings in the order of the form; of two as good the later: a table of contents comes first."""
    order = {section.key: number for number, section in enumerate(form.sections)}
    best: dict[str, tuple[float, list[_Heading]]] = {}  # the best chain that ends in each section

    def rank(one: tuple[float, list[_Heading]]) -> tuple[float, int]:
        return one[0], one[1][-1].line

    for heading in headings:
        before = [chain for key, chain in best.items() if order[key] < order[heading.key]]
        weight, chain = max(before, key=rank, default=(0.0, []))
        if weight + heading.weight >= best.get(heading.key, (0.0, []))[0]:
            best[heading.key] = (weight + heading.weight, [*chain, heading])
    return max(best.values(), key=rank)[1] if best else []


def _first_of_each(headings: Sequence[_Heading]) -> list[_Heading]:
    seen: dict[str, _Heading] = {}
    for heading in headings:
        if heading.key not in seen or heading.weight > seen[heading.key].weight:
            seen[heading.key] = heading
    return sorted(seen.values(), key=lambda heading: heading.line)


def _by_content(lines: Sequence[Line], form: Form, chosen: list[_Heading]) -> list[_Heading]:
    """Sections whose headings were lost: tables say where theirs are, words and place where the others begin."""
    found = {heading.key: heading for heading in chosen}
    keys = [section.key for section in form.sections]
    for section in form.sections:
        if section.key in found:
            continue
        position = keys.index(section.key)
        low = max((found[key].line for key in keys[:position] if key in found), default=-1)
        high = min((found[key].line for key in keys[position + 1:] if key in found), default=len(lines))
        start = _lost(lines, form, section, low, high)
        if start is not None:
            found[section.key] = _Heading(start, section.key, None, 0, "content")
    return sorted(found.values(), key=lambda heading: heading.line)


def _lost(lines: Sequence[Line], form: Form, section: SectionForm, low: int, high: int) -> int | None:
    inside = range(low + 1, high)
    if section.key in form.tables:
        return next((n for n in inside if lines[n].table == section.key), None)
    tables = [n for n, line in enumerate(lines) if line.table]
    if section.key == "overview":
        end = min([high, *tables[:1]])
        prose = [n for n in range(0, end) if len(lines[n].text) > _SIGNATURE
                 and not any(word in lines[n].text for word in form.preamble)]
        return prose[0] if tables and prose else None
    after = [n for n in inside if tables and n > tables[-1] and not lines[n].table]
    told = [n for n in after if any(word in lines[n].text for word in section.content)]
    if section.key == "other":
        told = [n for n in told if n > low + 1 and n >= after[-1] - 3]
    return told[0] if told else None


def _sections(lines: Sequence[Line], headings: Sequence[_Heading]) -> list[Section]:
    first = headings[0].line if headings else len(lines)
    pieces = {heading.piece for heading in headings}
    out = [Section("preamble", None, text)] if (text := _text(lines[:first])) and headings else []
    for number, heading in enumerate(headings):
        end = headings[number + 1].line if number + 1 < len(headings) else len(lines)
        start = heading.line + (1 if heading.text is not None else 0)
        body = [lines[n] for n in range(start, end) if n not in pieces]
        if number + 1 == len(headings):
            body = _unsigned(body)
        text = "\n".join(piece for piece in (heading.rest, _text(body)) if piece)
        out.append(Section(heading.key, heading.text, text))
    return out


def _text(lines: Sequence[Line]) -> str:
    return "\n".join(line.text for line in lines if line.table is None)


def _unsigned(lines: list[Line]) -> list[Line]:
    """The last section without the signature and what the page prints under the text."""
    chrome = next((n for n, line in enumerate(lines) if _CHROME.match(line.text)), len(lines))
    lines = lines[:chrome]
    for back in range(1, min(4, len(lines)) + 1):
        if _DATE.match(lines[-back].text):
            lines = lines[:-back]
            if len(lines) > 1 and len(lines[-1].text) <= _SIGNATURE and not re.search(r"[。；，：]", lines[-1].text):
                lines = lines[:-1]
            break
    return lines
