"""Invented pages in the words agencies use, for the recognition tests."""

from gongkai.capture import Hints
from gongkai.document import Block, Document, FileLink
from gongkai.report import Reading, SourceDocument
from gongkai.site import AgencySite

PREAMBLE = ("本报告根据《中华人民共和国政府信息公开条例》要求编制。全文包括总体情况、主动公开政府信息情况、"
            "收到和处理政府信息公开申请情况、政府信息公开行政复议和行政诉讼情况、存在的主要问题及改进情况、"
            "其他需要报告的事项。本报告所列数据的统计期限自2021年1月1日起至2021年12月31日止。如对本报告有任何疑问，请与沙河市水务局办公室联系（地址：沙河市建设路8号；邮编：054100；"
            "电话：0319-8921234；传真：0319-8921235；电子邮箱：shswj@126.com）。")
BODY = ["一、总体情况", "2021年，我局认真贯彻落实条例，主动公开政府信息132条。", "二、主动公开政府信息情况",
        "三、收到和处理政府信息公开申请情况", "2021年收到政府信息公开申请4件，均已答复。",
        "四、政府信息公开行政复议、行政诉讼情况", "无。", "五、存在的主要问题及改进情况", "公开内容有待丰富。",
        "六、其他需要报告的事项", "无。"]
REPORT = "\n".join(["沙河市水务局", "2021年政府信息公开工作年度报告", PREAMBLE, *BODY, "沙河市水务局", "2022年1月14日"])


def document(text: str = "", *, titles: tuple[tuple[str, str], ...] = (), metadata: dict[str, str] | None = None,
             files: tuple[FileLink, ...] = (), images: int = 0, status: str = "ok",
             doc_format: str = "html") -> Document:
    blocks = tuple(Block("paragraph", line) for line in text.splitlines() if line.strip())
    return Document(status, doc_format, blocks, text, titles, metadata or {}, files, images)  # type: ignore[arg-type]


def read(doc: Document, *attachments: tuple[str, Document], url: str = "", site: AgencySite | None = None,
         hints: Hints | None = None) -> Reading:
    from crawler.reports import read_report
    sources = [SourceDocument("page", url, ("0" * 64,), doc),
               *(SourceDocument("attachment", address, ("1" * 64,), part) for address, part in attachments)]
    return read_report(sources, site=site, hints=hints, url=url or None)
