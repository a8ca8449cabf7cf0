"""When figures do not add up the next way of reading is asked for; what no way explains stays as printed."""

from dataclasses import replace

from crawler.normalise import normalise
from crawler.reports.alternatives import best_reading
from crawler.reports.cells import read_tables
from crawler.reports.checks import run_checks
from gongkai.document import Block, Document
from tests.normalise.makers import pdf
from tests.reports.printed import TITLES, Figures, figures

HEADS = ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]


def borderless(made: Figures) -> bytes:
    """The report's tables as words at places, without one rule; nought is printed as nothing."""
    ops, y = [], 800

    def line(*texts: tuple[int, str]) -> None:
        nonlocal y
        y -= 14
        ops.extend(("text", x, y, 7, text) for x, text in texts if text)

    for row in made.grids["proactive"]:
        line(*[(40 + 130 * n, cell[0]) for n, cell in enumerate(row)])
    line(*[(260 + 42 * n, head) for n, head in enumerate(HEADS)])
    for row in made.grids["requests"][3:]:
        cells = [cell[0] for cell in row]
        line((40, cells[-8][:26]), *[(265 + 42 * n, value) for n, value in enumerate(cells[-7:])])
    return pdf([ops])


def test_a_table_without_rules_and_with_blank_cells_is_read_by_the_places_of_its_words() -> None:
    made = figures("cn-gov-2021", 5, "mixed")
    data = borderless(made)
    asked: list[str] = []

    def again(way: str) -> Document:
        asked.append(way)
        return normalise(data, way=way) if way != "ocr" else Document("unsupported", "pdf")

    best = best_reading(normalise(data), again)
    assert "columns" in asked
    wanted = made.raw["requests"]
    read = read_tables(best).tables["requests"]
    wrong = [(row, column, raw, read[row][column]) for row, cells in wanted.items() for column, raw in cells.items()
             if row in read and read[row][column].semantic != "text" and read[row][column].raw != raw]
    assert wrong == []
    assert sum(cell.semantic != "text" for row in read.values() for cell in row.values()) >= 0.95 * 175
    assert any(warning.startswith("extractor: ") for warning in best.warnings)


def test_sums_printed_wrong_stay_as_printed_and_are_flagged() -> None:
    made = figures("cn-gov-2021", 2)
    page = made.document()
    cells = page.tables[1].cells
    assert cells
    wrong = {id(c): "9999" for c in cells if c.text == made.raw["requests"]["new_received"]["total"]}
    table = replace(page.tables[1], cells=tuple(replace(c, text=wrong.get(id(c), c.text)) for c in cells))
    printed = replace(made.document([page.tables[0], table, page.tables[2]]), doc_format="pdf")
    best = best_reading(printed, lambda way: replace(printed, extractor=way))
    assert any("kept as printed" in warning for warning in best.warnings)
    reading = read_tables(best)
    assert reading.tables["requests"]["new_received"]["total"].value == 9999
    assert any(check.state == "fail" for check in run_checks(reading.form_id, reading.tables))


def test_a_sound_report_is_read_once() -> None:
    document = replace(figures("cn-gov-2021", 2).document(), doc_format="pdf")

    def never(way: str) -> Document:
        raise AssertionError(way)

    assert best_reading(document, never) is document


def promising(*warnings: str) -> Document:
    """A report whose headings promise tables that its text has nothing of."""
    text = "\n".join([*TITLES[:3], "见下表。", *TITLES[3:]])
    return Document("ok", "pdf", tuple(Block("paragraph", line) for line in text.split("\n")), text, warnings=warnings)


def test_tables_that_are_pictures_on_pages_of_text_are_looked_at_by_ocr() -> None:
    made = figures("cn-gov-2021", 5)
    seen = replace(made.document(), doc_format="pdf", extractor="ocr")
    bare = promising("pdf: page 2: a picture on it was not read")
    asked: list[str] = []

    def again(way: str) -> Document:
        asked.append(way)
        return seen if way == "ocr" else replace(bare, extractor=way)

    assert best_reading(bare, again).extractor == "ocr"
    assert asked == ["pdfplumber", "columns", "ocr"]


def test_pictures_in_a_word_file_are_looked_at_where_it_promises_tables_it_has_not() -> None:
    made = figures("cn-gov-2021", 5)
    seen = replace(made.document(), doc_format="docx", extractor="ocr")
    asked: list[str] = []

    def again(way: str) -> Document:
        asked.append(way)
        return seen

    bare = replace(promising(), doc_format="docx")
    assert best_reading(bare, again) is bare and asked == []  # no picture in it
    assert best_reading(replace(bare, images=2), again).extractor == "ocr" and asked == ["ocr"]
    whole = replace(made.document(), doc_format="docx", images=2)
    assert best_reading(whole, again) is whole and asked == ["ocr"]


def test_text_without_tables_and_pictures_is_not_looked_at_for_minutes() -> None:
    asked: list[str] = []

    def again(way: str) -> Document:
        asked.append(way)
        return replace(promising(), extractor=way)

    best_reading(promising(), again)
    assert asked == ["pdfplumber", "columns"]


def test_a_way_that_loses_the_rows_of_a_wrong_sum_is_not_the_better_one() -> None:
    made = figures("cn-gov-2021", 2)
    made.grids["requests"][3] = [*made.grids["requests"][3][:-1], ("9999", 1, 1)]  # 新收, its total printed wrong
    whole = replace(made.document(), doc_format="pdf")
    torn = made.tables()
    del made.grids["requests"][3]
    torn[1] = made.tables()[1]
    best = best_reading(whole, lambda way: replace(made.document(torn), doc_format="pdf", extractor=way))
    assert best.extractor == "" and any("kept as printed" in warning for warning in best.warnings)
    assert read_tables(best).tables["requests"]["new_received"]["total"].value == 9999
