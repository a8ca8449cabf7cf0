"""Pictures say what they show to who sees them, to who does not, and to who cannot tell colours apart."""

import re
from datetime import date
from functools import partial
from xml.etree import ElementTree

import pytest
from markupsafe import Markup

from storage import CoverageCell, Deadline, Season
from web.pictures import (
    Bar,
    Break,
    HeatRow,
    Line,
    Part,
    heat_map,
    line_chart,
    season_curve,
    stacked_bars,
    tile_map,
    year_strip,
)
from web.pictures.canvas import ticks
from web.pictures.curve import until
from web.pictures.heat import percent, shade_of
from web.words import say

zh = partial(say, "zh")
HOSTILE = "<script>alert(1)</script>\"'&\u202e"
SVG = "{http://www.w3.org/2000/svg}"


def cells() -> list[CoverageCell]:
    states = ("present", "late", "changed", "missing", "blocked", "stale")
    return [CoverageCell("a" * 16, "机关", "350200", "department", 2019 + at, state, "2020-01-31",
                         f"{at:020x}" if at < 3 else None, None, 12 if state == "late" else None)
            for at, state in enumerate(states)]


def season(agencies: int = 10) -> Season:
    published = ((date(2025, 1, 1), 1), (date(2025, 1, 2), 1), (date(2025, 1, 31), 6), (date(2025, 2, 9), 7))
    return Season(2024, "35", agencies, published, 1, 0, 0, (
        Deadline(date(2025, 1, 31), 8, 6, 1, 0), Deadline(date(2025, 3, 31), 2, 0, 0, 0)))


def pictures(words: str = "云溪市财政局") -> dict[str, Markup | None]:
    return {
        **{f"heat {piece}": drawn for piece, drawn in vars(
            heat_map([HeatRow(words, "/x?a=1&b=2", [0.5, None])], [2023, 2024], zh, words)).items()},
        "strip": year_strip(cells(), zh, words),
        "lines": line_chart([Line(words, {2018: 3, 2019: 5})], [Break(2019, words)], zh, words),
        "bars": stacked_bars([Bar(2024, [Part(words, 2), Part("别的", 1)])], zh, words),
        "curve": season_curve(season(), zh, words, date(2025, 6, 1)),
        "tiles": tile_map({"35": 0.5}, lambda code: words, lambda code: f"/x?region={code}&y=1", zh, words)}


@pytest.mark.parametrize("kind", list(pictures()))
def test_every_picture_is_whole_named_and_described(kind: str) -> None:
    drawn = pictures()[kind]
    assert isinstance(drawn, Markup)
    root = ElementTree.fromstring(str(drawn).replace("<svg ", f'<svg xmlns="{SVG[1:-1]}" ', 1))
    assert root.attrib["role"] == ("group" if "<a " in drawn else "img") and kind in root.attrib["class"]
    names = [root.find(f"{SVG}{tag}") for tag in ("title", "desc")]
    assert all(tag is not None and tag.text for tag in names)
    assert root.attrib["aria-labelledby"].split() == [tag.attrib["id"] for tag in names if tag is not None]
    assert " style=" not in drawn and str(drawn) == str(pictures()[kind]), "the same twice, or no ETag would hold"


@pytest.mark.parametrize("kind", list(pictures()))
def test_no_name_breaks_out_of_a_picture(kind: str) -> None:
    drawn = str(pictures(HOSTILE)[kind])
    assert "<script" not in drawn and "\u202e" not in drawn
    ElementTree.fromstring(drawn.replace("<svg ", f'<svg xmlns="{SVG[1:-1]}" ', 1))


def test_a_field_of_the_heat_map_never_claims_more_than_there_is() -> None:
    assert [percent(share) for share in (0.0, 0.001, 0.499, 0.999, 1.0)] == ["0", "1", "50", "99", "100"]
    assert [shade_of(share) for share in (None, 0.0, 0.1, 0.2, 0.5, 0.95, 1.0)] == [9, 0, 1, 2, 3, 6, 6]
    drawn = heat_map([HeatRow("福建", "/coverage?region=35", [0.62, None, 0.0])], [2022, 2023, 2024], zh, "图")
    assert re.findall(r"<tspan[^>]*>([^<]*)</tspan>", drawn.fields) == ["2022", "2023", "2024", "62", "·", "0"]
    assert 'href="/coverage?region=35"' in drawn.names


def test_the_states_of_a_strip_differ_in_sign_and_word_not_only_in_colour() -> None:
    drawn = str(year_strip(cells(), zh, "图"))
    signs = re.findall(r'class="sign"[^>]*>([^<]+)<', drawn)
    assert len(set(signs)) == 6 and "+12" in signs
    assert len(set(re.findall(r'class="word"[^>]*>([^<]+)<', drawn))) == 6
    assert drawn.count('<a href="/reports/') == 3


def test_a_line_is_broken_where_figures_lack_and_where_the_form_changed() -> None:
    values: dict[int, int | None] = {2016: 4, 2017: None, 2018: 6, 2019: 7, 2020: 9}
    drawn = str(line_chart([Line("申请", values)], [Break(2019, "2019 年格式")], zh, "图"))
    assert drawn.count('class="line c0"') == 1, "2019 and 2020; 2016 and 2018 stand alone"
    assert drawn.count('class="mark c0"') == 4 and "2019 年格式" in drawn and drawn.count('class="break"') == 1
    assert line_chart([Line("申请", {2016: None})], [], zh, "图") is None
    marks = str(line_chart([Line(str(at), {2019: at}) for at in range(5)], [], zh, "图"))
    assert marks.count("<circle") == 1 and marks.count('class="mark') == 5


def test_parts_of_a_bar_carry_the_letters_of_the_legend() -> None:
    bars = [Bar(2023, [Part("甲", 40), Part("乙", 0), Part("丙", 9)]), Bar(2024, [Part("甲", 0), Part("乙", 0),
                                                                             Part("丙", 7)])]
    drawn = str(stacked_bars(bars, zh, "图", [2024]))
    assert re.findall(r'class="letter l\d"[^>]*>(\w)<', drawn) == ["A", "B", "B", "A", "B"]
    assert "乙" not in re.sub(r"<(title|desc).*?</\1>", "", drawn) and drawn.count('class="total"') == 2
    assert stacked_bars([Bar(2024, [Part("甲", 0)])], zh, "图") is None


def test_the_curve_reads_what_was_out_on_the_deadlines() -> None:
    drawn = str(season_curve(season(), zh, "图", date(2025, 6, 1)))
    assert "01-31 期限 6 60%" in drawn and "03-31 期限 7 70%" in drawn and "应公布 10" in drawn
    ahead = str(season_curve(season(), zh, "图", date(2025, 2, 10)))
    assert "03-31 期限<" in ahead, "nothing is said of a day that has not come"
    assert until(season(), date(2024, 12, 31)) == 1 and until(season(), date(2025, 1, 30)) == 1
    empty = Season(2024, "", 0, ((date(2025, 1, 1), 0),), 0, 0, 0, ())
    assert "<svg" in season_curve(empty, zh, "图", date(2025, 6, 1))


@pytest.mark.parametrize(("most", "last"), [(0, 1), (1, 1), (7, 8), (99, 100), (1234, 1500), (170_000, 200_000)])
def test_scales_end_in_round_numbers(most: int, last: int) -> None:
    found = ticks(most)
    assert found[0] == 0 and found[-1] >= most and found[-1] == last and len(set(found)) == len(found)
