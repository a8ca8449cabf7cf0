"""Small reports made here, in the shapes the field prints them: pages, PDF, Word."""

import io
import zlib
from collections.abc import Iterator, Sequence

import docx

TITLE = "青屏县档案局2023年政府信息公开工作年度报告"
LEAD = "本报告由青屏县档案局编制，统计期限自2023年1月1日起至2023年12月31日止。"
PROSE = "本局全年通过门户网站主动公开信息三百余条，组织业务培训两次，未发生因公开引起的投诉，工作总体平稳有序。"
HEADINGS = (
    "一、总体情况",
    "二、主动公开政府信息情况",
    "三、收到和处理政府信息公开申请情况",
    "四、政府信息公开行政复议、行政诉讼情况",
    "五、存在的主要问题及改进情况",
    "六、其他需要报告的事项",
)
SIGNATURE = ("青屏县档案局", "2024年1月12日")

GridSource = list[list[tuple[str, int, int]]]
"""Rows of (text, rowspan, colspan), as an HTML table lists them."""


def plain(*texts: str) -> list[tuple[str, int, int]]:
    return [(text, 1, 1) for text in texts]


PROACTIVE: GridSource = [
    [("第二十条第（一）项", 1, 4)],
    plain("信息内容", "本年制发件数", "本年废止件数", "现行有效件数"),
    plain("规章", "0", "1", "7"),
    plain("行政规范性文件", "12", "3", "45"),
    [("第二十条第（五）项", 1, 4)],
    [("信息内容", 1, 1), ("本年处理决定数量", 1, 3)],
    [("行政许可", 1, 1), ("318", 1, 3)],
]
REQUESTS: GridSource = [
    [("（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）", 2, 3), ("申请人情况", 1, 3)],
    plain("自然人", "商业企业", "总计"),
    [("一、本年新收政府信息公开申请数量", 1, 3), *plain("11", "2", "13")],
    [("三、本年度办理结果", 3, 1), ("（一）予以公开", 1, 2), *plain("5", "1", "6")],
    [("（三）不予公开", 2, 1), *plain("1.属于国家秘密", "0", "0", "0")],
    plain("2.其他法律行政法规禁止公开", "6", "1", "7"),
    [("四、结转下年度继续办理", 1, 3), *plain("0", "0", "0")],
]


def expanded(grid: GridSource) -> list[list[str]]:
    """The grid as printed: a spanning text at every position it covers."""
    taken: dict[tuple[int, int], str] = {}
    for r, row in enumerate(grid):
        c = 0
        for text, height, width in row:
            while (r, c) in taken:
                c += 1
            taken.update({(r + i, c + j): text for i in range(height) for j in range(width)})
    cols = max(c for _, c in taken) + 1
    return [[taken.get((r, c), "") for c in range(cols)] for r in range(len(grid))]


def placed(grid: GridSource) -> Iterator[tuple[int, int, str, int, int]]:
    """(row, column, text, height, width) of each printed cell."""
    free = {(r, c) for r in range(len(grid)) for c in range(len(expanded(grid)[0]))}
    for r, row in enumerate(grid):
        c = 0
        for text, height, width in row:
            while (r, c) not in free:
                c += 1
            free -= {(r + i, c + j) for i in range(height) for j in range(width)}
            yield r, c, text, height, width


def html_table(grid: GridSource, attributes: str = "border=1") -> str:
    def cell(text: str, height: int, width: int) -> str:
        return f"<td rowspan={height} colspan={width}>{text}</td>"

    rows = "".join("<tr>" + "".join(cell(*entry) for entry in row) + "</tr>" for row in grid)
    return f"<table {attributes}><tbody>{rows}</tbody></table>"


def report_html() -> str:
    """The body of a report as an editor writes it."""
    one, two, three, four, five, six = (f"<p><strong>　　{heading}</strong></p>" for heading in HEADINGS)
    prose = f"<p>　　{PROSE}</p>"
    return (
        f"<p>　　{LEAD}</p>{one}{prose}{two}{html_table(PROACTIVE)}"
        f"{three}{html_table(REQUESTS)}{four}{prose}{five}{prose}{six}{prose}"
        + "".join(f"<p align=right>{line}</p>" for line in SIGNATURE)
    )


MENU = (
    "<div class='daohang'><ul>"
    + "".join(
        f"<li><a href='/{i}/'>{name}</a></li>"
        for i, name in enumerate(
            ("首页", "政务公开", "主动公开情况", "依申请公开情况", "总体情况", "行政复议、行政诉讼")
        )
    )
    + "</ul></div>"
)
RELATED = (
    "<div class='zuixin'><b>最新年报</b><ul>"
    + "".join(
        f"<li><a href='/r{i}.html'>青屏县{name}2023年政府信息公开工作年度报告</a></li>"
        for i, name in enumerate(("水利局", "财政局", "审计局", "商务局"))
    )
    + "</ul></div>"
)
FOOT = (
    "<div class='yejiao'><p>主办：青屏县人民政府办公室</p><p>青ICP备10000001号</p><p>网站标识码：6300000001</p></div>"
)
FURNITURE = ("首页", "政务公开", "水利局", "最新年报", "主办", "ICP备", "网站标识码")


def page(body: str, head: str = "") -> bytes:
    title = f"<title>{TITLE}-年报-青屏县人民政府</title>"
    return f"<!DOCTYPE html><html><head>{title}{head}</head><body>{body}</body></html>".encode()


PdfPage = list[tuple]
"""Operations: ("text", x, y, size, string), ("line", x1, y1, x2, y2) and ("raw", PDF operators), y from the foot of an
A4 page. A sixth item of a text is the scale it is printed at."""


def pdf(pages: Sequence[PdfPage], *, picture: bool = False, turned: int = 0) -> bytes:
    """A PDF whose text is stored as UTF-16 codes with a ToUnicode map; no font is embedded. `turned` pages are drawn
    lying and shown upright."""
    turn = {0: "1 0 0 1 0 0", 90: "0 1 -1 0 595 0", 180: "-1 0 0 -1 595 842", 270: "0 -1 1 0 0 842"}[turned]
    used = sorted({char for page in pages for op in page if op[0] == "text" for char in op[4]})
    chunks = [used[i : i + 90] for i in range(0, len(used), 90)]
    unicode_map = (
        "begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        + "".join(
            f"{len(chunk)} beginbfchar\n" + "".join(f"<{ord(c):04X}> <{ord(c):04X}>\n" for c in chunk) + "endbfchar\n"
            for chunk in chunks
        )
        + "endcmap"
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /Identity-H"
        b" /DescendantFonts [4 0 R] /ToUnicode 6 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo"
        b" << /Registry (Adobe) /Ordering (GB1)"
        b" /Supplement 4 >> /DW 1000 /FontDescriptor 5 0 R >>",
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [0 -120 1000 880]"
        b" /ItalicAngle 0 /Ascent 880"
        b" /Descent -120 /CapHeight 880 /StemV 90 >>",
        _stream(unicode_map.encode()),
        _stream(
            b"\x80", b"/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"
        ),
    ]
    kids = []
    for operations in pages:
        drawn = [f"0.5 w {turn} cm"] + (["q 595 0 0 842 0 0 cm /I Do Q"] if picture else [])
        for op in operations:
            if op[0] == "text":
                codes = "".join(f"{ord(char):04X}" for char in op[4])
                scale = op[5] if len(op) > 5 else 1
                drawn.append(f"BT /F {op[3] / scale} Tf {scale} 0 0 {scale} {op[1]} {op[2]} Tm <{codes}> Tj ET")
            elif op[0] == "raw":
                drawn.append(op[1])
            else:
                drawn.append("{} {} m {} {} l S".format(*op[1:]))
        objects.append(_stream("\n".join(drawn).encode()))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Rotate %d /Contents %d 0 R"
            b" /Resources << /Font << /F 3 0 R >> /XObject << /I 7 0 R >> >> >>" % (turned, len(objects))
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(kids))
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, entry in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, entry)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(
        b"%010d 00000 n \n" % at for at in places
    )
    return bytes(out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))


def _stream(data: bytes, extra: bytes = b"") -> bytes:
    packed = zlib.compress(data)
    return b"<< /Length %d /Filter /FlateDecode %s >>\nstream\n%s\nendstream" % (len(packed), extra, packed)


def ruled(
    rows: Sequence[Sequence[str]], top: float, xs: Sequence[float], height: float = 24.0, size: float = 10
) -> PdfPage:
    """A plain ruled table; a text is wrapped inside its cell, an empty string leaves the cell empty."""
    operations: PdfPage = []
    for r in range(len(rows) + 1):
        operations.append(("line", xs[0], top - r * height, xs[-1], top - r * height))
    operations += [("line", x, top, x, top - len(rows) * height) for x in xs]
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            fits = max(int((xs[c + 1] - xs[c] - 4) // size), 1)
            for i in range(0, len(text), fits):
                y = top - r * height - size * (1 + i // fits) - 1
                operations.append(("text", xs[c] + 2, y, size, text[i : i + fits]))
    return operations


def word(paragraphs: Sequence[str | bytes], grids: Sequence[GridSource] = ()) -> bytes:
    """A paragraph of bytes is a picture."""
    document = docx.Document()
    for text in paragraphs:
        if isinstance(text, bytes):
            document.add_picture(io.BytesIO(text))
        else:
            document.add_paragraph(text)
    for grid in grids:
        wide = expanded(grid)
        table = document.add_table(rows=len(wide), cols=len(wide[0]))
        cells = [row.cells for row in table.rows]  # `table.cell` looks through all of them for each
        for r, c, text, height, width in placed(grid):
            if (height, width) != (1, 1):
                cells[r][c].merge(cells[r + height - 1][c + width - 1])
            cells[r][c].text = text
        document.add_paragraph()
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
