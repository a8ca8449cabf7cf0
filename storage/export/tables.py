"""The tables of the data package: their columns with Chinese titles and keys, and the rows one report gives."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from gongkai.report import CellValue, Check, Report
from storage.export.codebook import CellMeaning, Codebook, FormMeaning
from storage.export.selection import Chosen
from storage.manifest import CaptureEntry
from storage.records import StoredVersion

Type = Literal["string", "integer", "number", "boolean", "date", "datetime"]


@dataclass(frozen=True)
class Column:
    name: str
    type: Type
    title: str
    description: str = ""
    required: bool = False

    def as_json(self) -> dict[str, Any]:
        made: dict[str, Any] = {"name": self.name, "type": self.type, "title": self.title}
        if self.description:
            made["description"] = self.description
        if self.required:
            made["constraints"] = {"required": True}
        return made


@dataclass(frozen=True)
class TableShape:
    name: str
    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    foreign: tuple[tuple[tuple[str, ...], str], ...] = field(default=())

    def schema(self) -> dict[str, Any]:
        """As Table Schema wants it; foreign keys name columns of the same names in the other table."""
        made: dict[str, Any] = {"fields": [column.as_json() for column in self.columns], "missingValues": [""],
                                "primaryKey": list(self.key)}
        if self.foreign:
            made["foreignKeys"] = [{"fields": list(names), "reference": {"resource": table, "fields": list(names)}}
                                   for names, table in self.foreign]
        return made


def _columns(text: str) -> tuple[Column, ...]:
    """name type title [| description] a line; ``!`` after the type for what is never missing."""
    made = []
    for line in filter(str.strip, text.splitlines()):
        head, _, about = line.strip().partition(" | ")
        name, kind, title = head.split(maxsplit=2)
        made.append(Column(name, kind.rstrip("!"), title, about, kind.endswith("!")))  # type: ignore[arg-type]
    return tuple(made)


_VERSION = (("report_id", "version_no"), "versions")
_VERSION_COLUMNS = "report_id string! 报告编号\nversion_no integer! 版次 | counts within the report, in order of time\n"

FIXED = (
    TableShape("agencies", "行政机关", _columns("""
        agency_id string! 机关编号
        agency string! 机关名称 | the name reports are filed under
        region_code string 行政区划代码 | GB/T 2260, six digits
        region string 行政区划 | names from the province down
        admin_level string 行政层级"""), ("agency_id",)),
    TableShape("reports", "年度报告", _columns("""
        report_id string! 报告编号
        agency_id string 机关编号
        report_year integer 报告年度 | the year the figures describe, not the year of publication
        agency string 机关名称
        region_code string 行政区划代码
        admin_level string 行政层级
        scope string! 统计口径 | own_agency, or a roll-up whose figures must not be added to those of its agencies
        title string 标题
        form_id string 格式
        published string 发布日期 | as far as known, ISO 8601
        url string! 网址 | the canonical page or file
        versions integer! 版本数 | distinct states ever published
        first_seen datetime! 首次见到
        last_seen datetime! 最近见到
        latest_version_no integer! 最新版次
        text_sha256 string! 正文摘要
        checks_pass integer! 勾稽相符
        checks_fail integer! 勾稽不符
        checks_not_assessable integer! 勾稽无法判断
        pending string 待读文件 | addresses of files kept but not read, one a line"""), ("report_id",),
        ((("agency_id",), "agencies"),)),
    TableShape("documents", "文档", _columns("""
        report_id string! 报告编号
        document_id string! 文档编号
        url string! 网址
        role string! 性质 | canonical, copy, rendition or revision"""), ("report_id", "document_id"),
        ((("report_id",), "reports"),)),
    TableShape("versions", "版本", _columns(_VERSION_COLUMNS + """
        document_id string! 文档编号
        document_version_no integer! 文档版次
        role string! 性质
        published string 发布日期
        first_seen datetime! 首次见到
        last_seen datetime! 最近见到
        captures integer! 抓取次数
        doc_format string! 文件格式
        compared_with integer 比较版次 | the version this one is compared with
        text_changed boolean 正文有改动
        changed_cells string 改动的单元格 | one a line
        title string 标题
        agency_printed string 文中机关名称
        report_year_source string 年度依据
        signature_date string 落款日期
        period_start date 统计期限起
        period_end date 统计期限止
        contact_address string 联系地址
        contact_phone string 联系电话
        version_sha256 string! 版本摘要
        text_sha256 string! 正文摘要
        manifest_sha256 string! 说明摘要
        pipeline_version integer! 读取规则版本
        program_version string! 程序版本"""), ("report_id", "version_no"),
        ((("report_id",), "reports"), (("report_id", "document_id"), "documents"))),
    TableShape("captures", "抓取记录", _columns("""
        report_id string! 报告编号
        capture_id string! 抓取编号
        version_no integer! 版次
        crawl_id string! 抓取批次
        role string! 角色 | page, part or attachment
        url string! 请求网址
        final_url string! 应答网址
        fetched_at datetime! 抓取时间
        status integer! 状态码
        status_line string 状态行 | as sent; unknown for captures of old programs
        content_type string 内容类型
        raw_sha256 string! 原件摘要 | of the bytes as received, codings undone
        size_bytes integer! 字节数
        server_address string 服务器地址
        referrer string 来路
        reason string 缘由"""), ("report_id", "capture_id"), (_VERSION,)),
    TableShape("cells", "统计表单元格", _columns(_VERSION_COLUMNS + """
        form_id string 格式
        table string! 表
        row string! 行
        column string! 列
        value number 数值 | a count, or money in 元; empty for blank or unreadable cells
        raw string 原文 | as printed
        semantic string! 含义 | number, zero, blank, na_mark or text
        unit string 单位 | of money, as printed
        flagged boolean! 存疑 | unreadable, or part of an identity that does not hold
        printed_at string 位置"""), ("report_id", "version_no", "table", "row", "column"), (_VERSION,)),
    TableShape("checks", "勾稽检查", _columns(_VERSION_COLUMNS + """
        check_no integer! 序号
        rule_id string! 规则
        scope string! 范围 | the row, column or block
        left integer 左边
        right integer 右边
        state string! 结果 | pass, fail or not_assessable"""), ("report_id", "version_no", "check_no"), (_VERSION,)),
    TableShape("sections", "章节", _columns(_VERSION_COLUMNS + """
        section_no integer! 序号
        section string! 章节
        heading string 原标题
        text string 正文"""), ("report_id", "version_no", "section_no"), (_VERSION,)),
    TableShape("texts", "全文", _columns(_VERSION_COLUMNS + """
        text string 全文 | Markdown"""), ("report_id", "version_no"), (_VERSION,)),
)


def wide_shape(form: FormMeaning) -> TableShape:
    """One row a report: its latest state."""
    cells = tuple(Column(cell.name, "number" if cell.money else "integer", cell.title, "元" if cell.money else "")
                  for cell in form.cells)
    return TableShape(f"wide_{form.form_id.replace('-', '_')}", form.title, (*_columns(_VERSION_COLUMNS), *cells),
                      ("report_id",), (_VERSION,))


def shapes(codebook: Codebook) -> tuple[TableShape, ...]:
    return (*FIXED, *(wide_shape(form) for form in codebook.forms.values() if form.cells))


def rows_of(found: Chosen, codebook: Codebook, captures: Mapping[int, list[CaptureEntry]],
            ) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Table and row, in the order of its columns. The agency's row comes with every report; the writer keeps one."""
    r = found.record
    if r.agency_id:
        yield "agencies", (r.agency_id, r.agency or "", r.region_code,
                           "".join(codebook.regions.get(r.region_code or "", ())) or None, r.admin_level)
    yield "reports", (r.report_id, r.agency_id, r.report_year, r.agency, r.region_code, r.admin_level, r.scope, r.title,
                      r.form_id, r.published, r.url, r.versions, r.first_seen, r.last_seen, found.latest_number,
                      r.text_sha256, r.checks["pass"], r.checks["fail"], r.checks["not_assessable"],
                      "\n".join(r.pending) or None)
    documents = {v.entry.document_id: v.entry for v in found.versions}
    for entry in documents.values():
        yield "documents", (r.report_id, entry.document_id, entry.url, entry.role)
    for version in found.versions:
        yield from _version_rows(r.report_id, version, codebook, captures.get(version.entry.number, []))
    latest = found.latest
    form = codebook.forms.get(latest.reading.report.form_id or "") if latest else None
    if latest is not None and form is not None and form.cells and latest.reading.report.tables:
        tables = latest.reading.report.tables
        yield wide_shape_name(form), (r.report_id, latest.entry.number, *(
            _value(tables.get(c.table, {}).get(c.row, {}).get(c.column)) for c in form.cells))


def wide_shape_name(form: FormMeaning) -> str:
    return f"wide_{form.form_id.replace('-', '_')}"


def _version_rows(report_id: str, version: StoredVersion, codebook: Codebook, captures: list[CaptureEntry],
                  ) -> Iterator[tuple[str, tuple[Any, ...]]]:
    e, m, report = version.entry, version.manifest, version.reading.report
    period = report.statistics_period
    own = (report_id, e.number)
    yield "versions", (*own, e.document_id, e.document_number, e.role, e.published, e.first_seen, e.last_seen,
                       e.captures, e.doc_format, e.before, e.text_changed, "\n".join(e.changed_cells) or None,
                       report.title, report.agency, report.report_year_source, m.report.signature_date,
                       period.start.isoformat() if period else None, period.end.isoformat() if period else None,
                       report.contact.address, report.contact.phone, e.version_sha256, e.text_sha256,
                       m.manifest_sha256, m.pipeline_version, m.program_version)
    for c in captures:
        yield "captures", (report_id, c.capture_id, e.number, c.crawl_id, c.role, c.url, c.final_url, c.fetched_at,
                           c.status, c.status_line or None, c.header("content-type"), c.raw_sha256, c.size_bytes,
                           c.server_address, c.referrer, c.reason or None)
    for table, row, column, cell, flagged in cells_of(report, codebook):
        yield "cells", (*own, report.form_id, table, row, column, _value(cell), cell.raw, cell.semantic, cell.unit,
                        flagged, cell.where)
    for number, check in enumerate(report.checks, 1):
        yield "checks", (*own, number, check.rule_id, check.scope, check.left, check.right, check.state)
    for number, section in enumerate(report.sections, 1):
        yield "sections", (*own, number, section.key, section.heading, section.text)
    yield "texts", (*own, version.text)


def cells_of(report: Report, codebook: Codebook) -> Iterator[tuple[str, str, str, CellValue, bool]]:
    """Table, row, column, cell, and whether it is in doubt."""
    form = codebook.forms.get(report.form_id or "")
    known = {(c.table, c.row, c.column): c for c in form.cells} if form else {}
    failed = {(check.rule_id, check.scope) for check in report.checks if check.state == "fail"}
    for table, rows in report.tables.items():
        for row, columns in rows.items():
            for column, cell in columns.items():
                yield table, row, column, cell, _in_doubt(cell, known.get((table, row, column)), failed, report.checks)


def _in_doubt(cell: CellValue, meaning: CellMeaning | None, failed: set[tuple[str, str]],
              checks: tuple[Check, ...]) -> bool:
    return cell.semantic == "text" or (meaning is not None and not failed.isdisjoint(meaning.rules))


def _value(cell: CellValue | None) -> Any:
    return None if cell is None else cell.value
