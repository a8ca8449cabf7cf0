"""Pages that are pictures: rendered or decoded, set straight, read by PP-OCR, their tables by the strokes on them.

Runs in the OCR worker alone (`crawler.normalise.scanner`): the engine takes a gigabyte and most of a second to start.
Its models come with the rapidocr wheel; nothing is fetched.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from itertools import chain
from math import inf
from time import monotonic
from typing import Any

import cv2
import numpy as np
import pypdfium2

from crawler.normalise import docx
from crawler.normalise.allowance import LOOK_SQUARES, Allowance, Thrifty, TooMuchText, says_a_report
from crawler.normalise.grid import Box
from crawler.normalise.ofd import read_pictures
from crawler.normalise.pdf import MAX_PAGES as MAX_TEXT_PAGES
from crawler.normalise.pdf import read_page
from crawler.normalise.plumbed import Plumber
from crawler.normalise.printed import Piece, blocks, in_order
from crawler.normalise.ruled import Stroke, Text, lines, read_ruled
from crawler.normalise.text import flatten, title_lines
from gongkai.chinese import printable
from gongkai.document import Block, Document, Status

MAX_PAGES = 40
_DPI = 150
_MAX_SIDE_PX = 4_000
_MIN_SCORE = 0.5
_MOST_SKEW = 5.0
_LEGIBLE = 0.8  # upright pages have 0.95 and more, upside down 0.6
_FEWEST_RUNS = 6  # to say which way a page lies
_LONG_PX = 40  # an upright stroke no character of a table has
_MOST_EDGES = 700_000  # pixels: finding straight lines among more takes longer than reading the page
_BLANKS = re.compile(r"\s+")

Picture = Any
Engine = Callable[..., Any]


def start_engine(allowance: Allowance) -> Engine:
    from rapidocr import RapidOCR

    engine: Engine = RapidOCR(params={"Global.log_level": "critical",
                                      "EngineConfig.onnxruntime.intra_op_num_threads": 2})
    engine(np.full((48, 64, 3), 255, np.uint8), use_det=False, use_cls=False, use_rec=True)  # loads its recogniser
    engine.text_rec = Thrifty(engine.text_rec, allowance)  # type: ignore[attr-defined]
    return engine


def read_scan(data: bytes, doc_format: str, engine: Engine, done: Callable[[Document], None], *,
              everything: bool = False, within_s: float = inf, allowance: Allowance | None = None) -> Document:
    """The pages of a scan; `done` is given the document so far after each picture. Words of low confidence are left out
    and counted. Pages of a PDF that have readable text are read as such, unless `everything` is asked for. No picture
    is begun that would likely end after `within_s`, and none is read beyond the engine's `allowance`, which all pages
    share until a word of a report was read. Those left out are named."""
    allowance = allowance or Allowance()
    allowance.renew()
    found = (_pdf_pages(data, everything=everything) if doc_format == "pdf" else
             _ofd_pages(data) if doc_format == "ofd" else _word_pictures(data) if doc_format == "docx" else
             _frames(data))
    began, slowest = monotonic(), 0.0
    is_report = says_a_report(found.text)
    for number, picture in found.pictures:
        if monotonic() - began + slowest > within_s:
            found.remarks.append(f"ocr: not read within {within_s:.0f} s")
            break
        page_began = monotonic()
        try:
            allowance.spend(LOOK_SQUARES)
            found.pages[number - 1], remarks = _page(picture, number, engine)
        except TooMuchText:
            if is_report:
                found.remarks.append(f"ocr: page {number}: more text than a page of a report has")
                allowance.renew()
                continue
            found.remarks.append(f"ocr: so much text up to page {number}, and no word of a report")
            break
        found.looked.append(number)
        found.remarks += [f"ocr: page {number}: {remark}" for remark in remarks]
        slowest = max(slowest, monotonic() - page_began)
        so_far = found.document(doc_format)
        done(so_far)
        if is_report := is_report or says_a_report(so_far.text):
            allowance.renew()
    return found.document(doc_format)


@dataclass
class _Found:
    """The pages of a file: what their text gives, the pictures among them still to be looked at, and `count` of all.
    A Word file has no pages: each of its pictures counts as one, and `between` is the text around them."""

    pages: list[list[Piece]]
    wanted: list[int]
    pictures: Iterator[tuple[int, Picture]]
    count: int
    remarks: list[str] = field(default_factory=list)
    looked: list[int] = field(default_factory=list)
    between: list[list[Block]] = field(default_factory=list)

    def document(self, doc_format: str) -> Document:
        left = [number for number in self.wanted if number not in self.looked]
        cut = self.count > len(self.pages)
        which = "" if len(self.looked) == len(self.pages) else f" of pages {_numbers(self.looked)}"
        warnings = [f"ocr: read from pictures{which}; figures may be misread", *self.remarks]
        if left:
            warnings.append(f"ocr: the pictures of pages {_numbers(left)} were not read")
        if cut:
            warnings.append(f"ocr: only the first {len(self.pages)} of {self.count} pages were read")
        read = tuple(self._blocks())
        if not read or (self.between and not self.looked):
            none = ["ocr: no words on any page", *warnings[1:]] if left or cut else ["ocr: no words on any page"]
            return Document("unsupported", doc_format, pages=self._page_count(), warnings=tuple(none))
        titles = tuple(("text", line) for line in title_lines([b.text for b in read[:12] if b.table is None]))
        status: Status = "partial" if cut or left else "ok"
        return Document(status, doc_format, read, flatten(read), titles, pages=self._page_count(),
                        images=len(self.pages) if self.between else 0, warnings=tuple(warnings), extractor="ocr")

    @property
    def text(self) -> str:
        return flatten(tuple(self._blocks()))

    def _page_count(self) -> int | None:
        return None if self.between else self.count or None

    def _blocks(self) -> Iterator[Block]:
        if not self.between:
            yield from blocks(self.pages)
            return
        for before, page in zip(self.between, self.pages, strict=False):
            yield from before
            yield from blocks([page])
        yield from chain.from_iterable(self.between[len(self.pages):])


def _numbers(pages: Sequence[int]) -> str:
    return ", ".join(map(str, pages))


def _pdf_pages(data: bytes, *, everything: bool) -> _Found:
    """What the text layers give first: it takes no time, and stays when there is none left for the pictures."""
    pdf = pypdfium2.PdfDocument(data)
    count, remarks, wanted = len(pdf), list[str](), list[int]()
    pages: list[list[Piece]] = []
    with Plumber(data) as plumber:
        for number in range(min(count, MAX_PAGES if everything else MAX_TEXT_PAGES)):
            pieces, readable = ([], False) if everything else read_page(pdf, number, plumber, remarks)
            pages.append(pieces)
            if not readable:
                wanted.append(number + 1)
    pictures = ((number, _rendered(pdf[number - 1])) for number in wanted[:MAX_PAGES])
    return _Found(pages, wanted, pictures, count, remarks)


def _rendered(page: Any) -> Picture:
    width, height = page.get_size()
    scale = min(_DPI / 72, _MAX_SIDE_PX / max(width, height, 1.0))
    picture = page.render(scale=scale, grayscale=True, may_draw_forms=False).to_numpy().squeeze()
    page.close()
    return picture


def _ofd_pages(data: bytes) -> _Found:
    pages, shown, count = read_pictures(data)
    readable = {number: image for number, file in shown.items() if (image := _opened_image(file)) is not None}
    found = _Found(pages, list(shown), ((n, _decoded(readable[n], 0)) for n in [*readable][:MAX_PAGES]), count)
    found.remarks += _in_no_form(number for number in shown if number not in readable)
    return found


def _word_pictures(data: bytes) -> _Found:
    between, shown = docx.read_pictures(data)
    readable = {number: image for number, file in enumerate(shown[:MAX_PAGES], 1)
                if (image := _opened_image(file)) is not None}
    pictures = ((number, _decoded(image, 0)) for number, image in readable.items())
    found = _Found([[] for _ in shown[:MAX_PAGES]], list(readable), pictures, len(shown), between=between)
    found.remarks += _in_no_form(number for number in range(1, len(found.pages) + 1) if number not in readable)
    return found


def _in_no_form(pages: Iterable[int]) -> list[str]:
    return [f"ocr: page {number}: its picture is in no form that is read" for number in pages]


def _opened_image(data: bytes) -> Any:
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = 80_000_000  # beyond twice this Pillow refuses the file
    try:
        return Image.open(BytesIO(data))
    except (OSError, Image.DecompressionBombError):
        return None


def _frames(data: bytes) -> _Found:
    """A picture is one page; a TIFF may have many."""
    image = _opened_image(data)
    if image is None:
        raise ValueError("no picture that can be read")
    count = int(getattr(image, "n_frames", 1)) if image.format == "TIFF" else 1
    wanted = list(range(1, min(count, MAX_PAGES) + 1))
    return _Found([[] for _ in wanted], wanted, ((number, _decoded(image, number - 1)) for number in wanted), count)


def _decoded(image: Any, frame: int) -> Picture:
    from PIL import Image

    image.seek(frame)
    flat = Image.new("RGB", image.size, "white")
    rgba = image.convert("RGBA")
    flat.paste(rgba, mask=rgba.split()[3])
    grey = np.asarray(flat.convert("L"))
    side = max(grey.shape)
    if side > _MAX_SIDE_PX:
        size = (grey.shape[1] * _MAX_SIDE_PX // side, grey.shape[0] * _MAX_SIDE_PX // side)
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return grey


def _page(picture: Picture, number: int, engine: Engine) -> tuple[list[Piece], list[str]]:
    grey, seen, remarks = *_upright(picture, engine), list[str]()
    if seen.turned:
        remarks.append(f"lay turned by {90 * seen.turned} degrees")
    ink = _ink(grey)
    strokes, rules = _strokes(ink)
    ruled = read_ruled(strokes, seen.texts)
    free = cv2.bitwise_and(ink, cv2.bitwise_not(rules))
    tables = list(map(tuple, ruled.tables))
    try:
        tables = [tuple(_second_look(box, seen.texts, grey, free, engine) for box in boxes) for boxes in ruled.tables]
    except TooMuchText:
        remarks.append("more cells than a page of a report has; none was read a second time")
    remarks += [*ruled.warnings, *([f"{seen.doubtful} words were too faint to read"] if seen.doubtful else [])]
    return in_order(lines(ruled.loose), tables, number), remarks


def _upright(picture: Picture, engine: Engine) -> tuple[Picture, "_Seen"]:
    """The page as it is to be read, and its words: scanners take pages lying and upside down. Where most runs stand, or
    nearly nothing is legible, it is looked at the way round that would be right, and the more legible one counts."""
    grey = _straight(picture)
    seen = _words(engine, grey)
    turns = seen.likely_turns()
    for turn in turns:
        turned = _straight(np.ascontiguousarray(np.rot90(picture, turn)))
        try:
            other = replace(_words(engine, turned), turned=turn)
        except TooMuchText:  # the fullest pages are not looked at three times
            break
        if not other.is_standing and other.score > (0.0 if seen.is_standing else seen.score):
            return turned, other
    return grey, seen


@dataclass(frozen=True)
class _Seen:
    """Runs of text with their places in points; how many were left out as too doubtful, how legible all are, and
    whether most stand on end. `turned` counts the quarters the page was turned by, to the left."""

    texts: list[Text]
    doubtful: int
    score: float
    is_standing: bool
    turned: int = 0

    def likely_turns(self) -> tuple[int, ...]:
        if len(self.texts) + self.doubtful < _FEWEST_RUNS:
            return ()
        if self.is_standing:  # the engine turns such runs itself, to the left: legible, that is the way
            return (1, 3) if self.score >= _LEGIBLE else (3, 1)
        return () if self.score >= _LEGIBLE else (2,)


def _straight(grey: Picture) -> Picture:
    """The page turned so that its long level rules are level."""
    edges = cv2.Canny(cv2.medianBlur(grey, 3), 60, 180)
    if cv2.countNonZero(edges) > _MOST_EDGES:
        return grey
    found = cv2.HoughLinesP(edges, 1, np.pi / 1800, 200, minLineLength=grey.shape[1] // 4, maxLineGap=8)
    if found is None:
        return grey
    angles = [float(np.degrees(np.arctan2(y1 - y0, x1 - x0))) for x0, y0, x1, y1 in found[:, :].reshape(-1, 4)]
    level = [angle for angle in angles if abs(angle) < _MOST_SKEW]
    skew = float(np.median(level)) if level else 0.0
    if abs(skew) < 0.05:
        return grey
    height, width = grey.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), skew, 1.0)
    return cv2.warpAffine(grey, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=255)


def _ink(grey: Picture) -> Picture:
    return cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY_INV,
                                 31, 15)


def _strokes(ink: Picture) -> tuple[list[Stroke], Picture]:
    """Level and upright strokes as long as a rule is, and their pixels. An upright one must end at a level one: the
    long strokes of characters do not."""
    height, width = ink.shape
    across = _opened(ink, (max(width // 28, 30), 1))
    down = _opened(ink, (1, max(height // 100, 16)))
    level = _boxes(across)
    upright = [box for box in _boxes(down) if _ends_touch(box, level)]
    rules = cv2.bitwise_or(across, down)
    return [_stroke(box, level=True) for box in level] + [_stroke(box, level=False) for box in upright], cv2.dilate(
        rules, np.ones((3, 3), np.uint8))


def _opened(ink: Picture, size: tuple[int, int]) -> Picture:
    thick = (1, 3) if size[1] == 1 else (3, 1)  # a rule a little askew steps from one row of pixels to the next
    joined = cv2.dilate(ink, cv2.getStructuringElement(cv2.MORPH_RECT, thick))
    return cv2.morphologyEx(joined, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, size))


def _boxes(mask: Picture) -> list[tuple[int, int, int, int]]:
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    return [tuple(int(v) for v in stats[i][:4]) for i in range(1, min(count, 4_000))]  # type: ignore[misc]


def _ends_touch(box: tuple[int, int, int, int], level: Sequence[tuple[int, int, int, int]]) -> bool:
    x, top, width, height = box
    middle, near, gap = x + width / 2, 4, 1

    def touches(y: int) -> bool:
        return any(left - near <= middle <= left + wide + near and up - gap <= y <= up + thick + gap
                   for left, up, wide, thick in level)

    ends = touches(top) + touches(top + height)
    return ends == 2 or (ends == 1 and height >= _LONG_PX)


def _stroke(box: tuple[int, int, int, int], *, level: bool) -> Stroke:
    """The middle line of a stroke's pixels, in points."""
    x, y, width, height = (value * 72 / _DPI for value in box)
    return (Stroke(x, y + height / 2, x + width, y + height / 2) if level
            else Stroke(x + width / 2, y, x + width / 2, y + height))


def _words(engine: Engine, grey: Picture) -> _Seen:
    # Every switch is given every time: a call without detection changes the engine for the calls after it.
    found = engine(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), use_det=True, use_cls=False, use_rec=True, text_score=0.0)
    if found.boxes is None:
        return _Seen([], 0, 1.0, False)
    texts, doubtful, standing = [], 0, 0
    for corners, words, score in zip(found.boxes, found.txts, found.scores, strict=True):
        xs, ys = [float(p[0]) * 72 / _DPI for p in corners], [float(p[1]) * 72 / _DPI for p in corners]
        high, wide = max(ys) - min(ys), max(xs) - min(xs)
        standing += (high > 1.5 * wide) - (wide > 1.5 * high)
        if score < _MIN_SCORE:
            doubtful += 1
            continue
        texts.append(Text(printable(str(words)).strip(), min(xs), min(ys), max(xs), max(ys)))
    legible = sum(map(float, found.scores)) / max(len(found.scores), 1)
    return _Seen([text for text in texts if text.text], doubtful, legible, standing > 0)


def _second_look(box: Box, texts: Sequence[Text], grey: Picture, free: Picture, engine: Engine) -> Box:
    """A cell whose ink was not found as a word of its own (a lone 1, two cells' figures taken for one) is read again
    by itself."""
    across = [t for t in texts if box.top < (t.top + t.bottom) / 2 < box.bottom
              and t.x0 < box.x1 - 3 and t.x1 > box.x0 + 3 and (t.x0 < box.x0 - 4 or t.x1 > box.x1 + 4)]
    if box.text and not across:
        return box
    x0, top, x1, bottom = (int(v * _DPI / 72) for v in (box.x0 + 1.5, box.top + 1.5, box.x1 - 1.5, box.bottom - 1.5))
    spot = free[max(top, 0):bottom, max(x0, 0):x1]
    if spot.size == 0 or int(np.count_nonzero(cv2.medianBlur(spot, 3))) < 12:
        return replace(box, text="") if across else box
    crop = _cropped(grey, spot, max(x0, 0), max(top, 0))
    found = engine(cv2.cvtColor(crop, cv2.COLOR_GRAY2BGR), use_det=False, use_cls=False, use_rec=True, text_score=0.0)
    words = _BLANKS.sub("", str(found.txts[0])) if found.txts and found.scores[0] >= _MIN_SCORE else ""
    return replace(box, text=printable(words))


def _cropped(grey: Picture, spot: Picture, left: int, top: int) -> Picture:
    """The ink of a cell with a white margin around it."""
    ys, xs = np.nonzero(spot)
    y0, y1, x0, x1 = ys.min(), ys.max() + 1, xs.min(), xs.max() + 1
    cut = grey[top + max(y0 - 2, 0):top + y1 + 2, left + max(x0 - 2, 0):left + x1 + 2]
    return cv2.copyMakeBorder(cut, 8, 8, 12, 12, cv2.BORDER_CONSTANT, value=255)
