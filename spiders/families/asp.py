"""Classic ASP: ``class.asp?class=1150``, ``list.asp?s=…``, ``show.asp?id=…``; usually the oldest reports of all.

Framesets, GBK nobody announces, ``javascript:`` links, tables of years with 查看 and 下载. Every site wrote its own
scripts, so nothing of its lists is the system's: frames, links in scripts, rows' headings and numbered pages carry it.
"""

from spiders.families.family import Family, marks

_PAGE = r"/\w+\.asp\?\w+="

FAMILY = Family("asp", "旧式 ASP", marks(address=_PAGE, links=_PAGE))
