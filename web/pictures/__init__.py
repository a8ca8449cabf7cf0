"""Pictures drawn on the server: pure functions from figures to SVG. Colours are classes of pictures.css; whatever a
colour tells is told by a shape, a sign or a number as well."""

from web.pictures.bars import Bar, Part, stacked_bars
from web.pictures.canvas import Say
from web.pictures.curve import season_curve
from web.pictures.heat import HeatMap, HeatRow, heat_map
from web.pictures.lines import Break, Line, line_chart
from web.pictures.strip import year_strip
from web.pictures.tiles import tile_map

__all__ = ["Bar", "Break", "HeatMap", "HeatRow", "Line", "Part", "Say", "heat_map", "line_chart", "season_curve",
           "stacked_bars", "tile_map", "year_strip"]
