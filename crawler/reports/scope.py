"""Whose figures a report adds up: the agency's own, a whole government's, or a system's."""

import re

from crawler.reports.material import Material
from crawler.reports.names import AgencyName

_ROLL_UP = re.compile(r"(?:综合|汇总|合并|根据)[^。]{0,40}各(?:[^。]{0,30})(?:报告|年报|数据|情况)"
                      r"|各(?:县|区|市|州|乡镇)[^。]{0,40}(?:报告|数据)[^。]{0,20}(?:汇总|综合|编制而成|而成)")
_SYSTEM = re.compile(r"全(?:省|市|区|县|州|国)[一-龥]{2,8}系统[^。]{0,30}(?:汇总|综合|统计|数据|情况)"
                     r"|系统(?:各单位|各级)[^。]{0,20}汇总")


def read_scope(name: AgencyName | None, material: Material) -> str:
    """own_agency, government_rollup, system_rollup or unknown.

    A government's report is the sum of its departments and places below (art. 49); a township has none below it.
    """
    if name is None:
        return "unknown"
    opening = material.head[:4000].replace("\n", "")
    if name.is_government and not name.is_township:
        return "government_rollup"
    if _SYSTEM.search(opening):
        return "system_rollup"
    if _ROLL_UP.search(opening) and not name.is_township:
        return "government_rollup" if name.body.startswith("人民政府办公") else "system_rollup"
    return "own_agency"
