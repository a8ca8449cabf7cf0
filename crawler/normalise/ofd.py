"""OFD (GB/T 33190), the national page format: text by its places, tables by the rules drawn around it."""

import posixpath
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from itertools import pairwise

from lxml import etree

from crawler.normalise.printed import Piece, blocks, in_order, letters
from crawler.normalise.ruled import Stroke, Text, lines, read_ruled, strokes_of
from crawler.normalise.text import flatten, title_lines
from crawler.normalise.unread import BARE_PAGES
from crawler.normalise.zipped import MAX_XML_BYTES, is_locked, oversize
from gongkai.document import Document, Status

MAX_PAGES = 300
MAX_OBJECTS = 400_000
MAX_PICTURE_BYTES = 32 << 20
_PT = 72 / 25.4
_PRIVATE_SHARE = 0.05
_LETTER_SPACED = 2.2  # what some writers step from digit to digit, in widths of a digit: still one number
_MIN_TEXT_CHARS = 50
_PRIVATE = range(0xE000, 0xF900)
_NUMBERS_IN_PATH = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}

Matrix = tuple[float, float, float, float, float, float]


def read_ofd(data: bytes) -> Document:
    """Text in codes only its own font knows is `partial` and says that it needs OCR; drawings alone are
    `unsupported`."""
    problem = oversize(data)
    if problem:
        return Document("limit", "ofd", warnings=(f"ofd: {problem}",))
    if is_locked(data):
        return Document("encrypted", "ofd", warnings=("ofd: opens only with a password",))
    warnings: list[str] = []
    pages: list[list[Piece]] = []
    images, private = 0, list[int]()
    with zipfile.ZipFile(BytesIO(data)) as archive:
        package = _Package(archive)
        places = list(package.pages())
        for place in places[:MAX_PAGES]:
            drawing = package.draw(place, warnings)
            images += drawing.images
            coded = sum(ord(run.text[0]) in _PRIVATE or run.text == "\ufffd" for run in drawing.texts)
            if coded > _PRIVATE_SHARE * len(drawing.texts):
                private.append(len(pages) + 1)
            ruling = read_ruled(drawing.strokes, drawing.texts)
            warnings += [f"ofd: page {len(pages) + 1}: {warning}" for warning in ruling.warnings]
            pages.append(in_order(lines(ruling.loose), ruling.tables, len(pages) + 1))
    if len(places) > MAX_PAGES:
        warnings.append(f"ofd: only the first {MAX_PAGES} of {len(places)} pages were read")
    return _document(pages, len(places), images, private, warnings)


def read_pictures(data: bytes) -> tuple[list[list[Piece]], dict[int, bytes], int]:
    """For OCR: what each page's text gives, the largest picture of every page without text by its number, and how many
    pages there are."""
    pages: list[list[Piece]] = []
    shown: dict[int, bytes] = {}
    with zipfile.ZipFile(BytesIO(data)) as archive:
        package = _Package(archive)
        places = list(package.pages())
        for number, place in enumerate(places[:MAX_PAGES], 1):
            drawing = package.draw(place, [])
            ruling = read_ruled(drawing.strokes, drawing.texts)
            pages.append(in_order(lines(ruling.loose), ruling.tables, number))
            if not pages[-1] and drawing.pictures:
                shown[number] = package.picture(max(drawing.pictures)[1])
    return pages, shown, len(places)


def _document(pages: list[list[Piece]], count: int, images: int, private: list[int], warnings: list[str]) -> Document:
    bare = [number for number, page in enumerate(pages, 1) if not page]
    read = sum(letters(piece) for page in pages for piece in page)
    if not count or (read < _MIN_TEXT_CHARS and bare and len(bare) == len(pages)):
        warnings.append("ofd: no page" if not count else "ofd: pages are drawings without text (needs OCR)")
        return Document("failed" if not count else "unsupported", "ofd", pages=count, images=images,
                        warnings=tuple(warnings))
    if bare and images:
        warnings.append(f"{BARE_PAGES} {', '.join(map(str, bare[:20]))}")
    if private:
        warnings.append(f"ofd: text in codes only its own font knows (needs OCR) on pages "
                        f"{', '.join(map(str, private[:20]))}")
    found = tuple(blocks(pages))
    head = [block.text for block in found[:12] if block.table is None]
    status: Status = "partial" if warnings else "ok"
    return Document(status, "ofd", found, flatten(found), tuple(("text", line) for line in title_lines(head)),
                    images=images, pages=count, warnings=tuple(dict.fromkeys(warnings)))


@dataclass
class _Drawing:
    """What stands on one page, in points."""

    texts: list[Text] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    pictures: list[tuple[float, str]] = field(default_factory=list)  # area, resource

    @property
    def images(self) -> int:
        return len(self.pictures)


class _Package:
    """Members by the addresses that name them; a name is looked up, never used as a path."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = {info.filename.replace("\\", "/").lstrip("/").lower(): info for info in archive.infolist()}
        self._templates: dict[str, str] = {}
        self._media: dict[str, str] = {}

    def pages(self) -> Iterator[str]:
        """Places of the pages' contents, in order, of all documents in the package."""
        entry = self._xml("OFD.xml")
        for body in _named(entry, "DocRoot"):
            root = _joined("", body.text or "")
            document = self._xml(root)
            for template in _named(document, "TemplatePage"):
                self._templates[template.get("ID") or ""] = _joined(root, template.get("BaseLoc") or "")
            for kind in ("PublicRes", "DocumentRes"):
                for resources in _named(document, kind):
                    self._note_media(_joined(root, resources.text or ""))
            for pages in (child for child in document if _local(child) == "Pages"):
                yield from (_joined(root, page.get("BaseLoc") or "") for page in pages if _local(page) == "Page")

    def _note_media(self, place: str) -> None:
        with suppress(KeyError, etree.XMLSyntaxError):  # pages are read without what they only show
            resources = self._xml(place)
            base = _joined(place, f"{resources.get('BaseLoc') or '.'}/x")
            for media in _named(resources, "MultiMedia"):
                for file in _named(media, "MediaFile"):
                    self._media[media.get("ID") or ""] = _joined(base, file.text or "")

    def picture(self, resource: str) -> bytes:
        """Its file; nothing where the package has none."""
        info = self._names.get(self._media.get(resource, "").lower())
        if info is None or info.file_size > MAX_PICTURE_BYTES:
            return b""
        with self._archive.open(info) as member:
            return member.read(MAX_PICTURE_BYTES)

    def draw(self, place: str, warnings: list[str]) -> _Drawing:
        drawing = _Drawing()
        try:
            content = self._xml(place)
            for used in _named(content, "Template"):
                if (template := self._templates.get(used.get("TemplateID") or "")) is not None:
                    _draw(self._xml(template), drawing)
            _draw(content, drawing)
        except (KeyError, etree.XMLSyntaxError, zipfile.BadZipFile, ValueError, OverflowError) as problem:
            warnings.append(f"ofd: a page could not be read whole: {place} ({type(problem).__name__})")
        return drawing

    def _xml(self, place: str) -> etree._Element:
        info = self._names.get(place.lower())
        if info is None:
            raise KeyError(f"no {place} in the package")
        with self._archive.open(info) as member:
            markup = member.read(MAX_XML_BYTES + 1)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True,
                                 remove_pis=True)
        return etree.fromstring(markup, parser)


def _joined(base: str, place: str) -> str:
    """An address inside the package: absolute from its root, else beside the file that names it."""
    place = place.strip().replace("\\", "/")
    joined = place if place.startswith("/") else posixpath.join(posixpath.dirname(base), place)
    return posixpath.normpath("/" + joined).lstrip("/")


def _local(element: etree._Element) -> str:
    """Writers use several namespaces for one vocabulary."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _named(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in element.iter() if _local(child) == name)


def _draw(content: etree._Element, drawing: _Drawing) -> None:
    for seen, item in enumerate(content.iter()):
        if seen > MAX_OBJECTS:
            raise ValueError("too many objects")
        kind = _local(item)
        if kind not in ("TextObject", "PathObject", "ImageObject") or item.get("Visible") == "false":
            continue
        x, y, wide, high = _numbers(item.get("Boundary"), 4, (0, 0, 0, 0))
        if kind == "ImageObject":
            drawing.pictures.append((wide * high, item.get("ResourceID") or ""))
            continue
        a, b, c, d, e, f = _numbers(item.get("CTM"), 6, (1, 0, 0, 1, 0, 0))
        matrix = (a * _PT, b * _PT, c * _PT, d * _PT, (e + x) * _PT, (f + y) * _PT)
        if kind == "TextObject":
            drawing.texts.extend(_texts(item, matrix))
        else:
            drawing.strokes.extend(_strokes(item, matrix))


def _numbers(written: str | None, count: int, default: tuple[float, ...]) -> tuple[float, ...]:
    try:
        numbers = tuple(map(float, (written or "").split()))
    except ValueError:
        return default
    return numbers[:count] if len(numbers) >= count else default


def _place(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _texts(item: etree._Element, matrix: Matrix) -> Iterator[Text]:
    """Characters with their boxes: from the pen's place, as wide as the step to the next, as tall as the font."""
    size, = _numbers(item.get("Size") or item.get("size"), 1, (4.0,))
    stretch, = _numbers(item.get("HScale"), 1, (1.0,))
    x = y = 0.0
    for code in (child for child in item if _local(child) == "TextCode"):
        x, = _numbers(code.get("X"), 1, (x,))
        y, = _numbers(code.get("Y"), 1, (y,))
        written = code.text or ""
        right, down = _steps(code.get("DeltaX"), len(written)), _steps(code.get("DeltaY"), len(written))
        for i, char in enumerate(written):
            full = size * stretch * (0.5 if ord(char) < 0x2E80 else 1.0)
            wide = right[i] if i < len(right) and 0 < right[i] < _LETTER_SPACED * full else full
            if char.strip():
                (x0, y0), (x1, y1) = (_place(matrix, x, y - 0.86 * size), _place(matrix, x + wide, y + 0.14 * size))
                yield Text(char, min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
            x += right[i] if i < len(right) else (0.0 if down else full)
            y += down[i] if i < len(down) else 0.0


def _steps(written: str | None, most: int) -> list[float]:
    """Distances between characters; ``g 3 4.2`` stands for 4.2 three times."""
    steps: list[float] = []
    words = (written or "").split()
    at = 0
    while at < len(words) and len(steps) < most:
        if words[at] == "g" and at + 2 < len(words):
            steps += [float(words[at + 2])] * min(int(float(words[at + 1])), most)
            at += 3
        else:
            steps.append(float(words[at]))
            at += 1
    return steps


def _strokes(item: etree._Element, matrix: Matrix) -> Iterator[Stroke]:
    """Straight pieces of a drawn path; of a filled one only bars as thin as a rule."""
    stroked = item.get("Stroke") != "false"
    for data in (child for child in item if _local(child) == "AbbreviatedData"):
        for path in _paths(data.text or "", matrix):
            if stroked:
                for (x0, y0), (x1, y1) in pairwise(path):
                    yield Stroke(x0, y0, x1, y1)
            elif len(path) > 1:
                xs, ys = [x for x, _ in path], [y for _, y in path]
                bar = strokes_of(min(xs), min(ys), max(xs), max(ys))
                yield from bar if len(bar) == 1 else ()


def _paths(data: str, matrix: Matrix) -> Iterator[list[tuple[float, float]]]:
    words = data.split()
    path: list[tuple[float, float]] = []
    at = 0
    while at < len(words):
        command = words[at]
        need = _NUMBERS_IN_PATH.get(command)
        at += 1
        if need is None:
            continue
        if command == "C":
            if path:
                path.append(path[0])
            continue
        numbers = list(map(float, words[at:at + need]))
        at += need
        if len(numbers) < need:
            break
        point = _place(matrix, numbers[-2], numbers[-1])
        if command in "SM":
            if path:
                yield path
            path = [point]
        elif command == "L":
            path.append(point)
        else:  # a curve is no rule: go on from where it ends
            if path:
                yield path
            path = [point]
    if path:
        yield path
