"""``.jspx`` front ends (玉溪): ``newDepartmentContentds.jspx?path=…&channelId=…``, a form of hidden fields that pages.

The field is ``pageNo``; `posted` counts it on as far as the form says.
"""

from spiders.families import posted
from spiders.families.family import Family, marks

_PAGE = r"/\w+\.jspx\?"

FAMILY = Family("jspx", ".jspx 前台", marks(address=_PAGE, links=_PAGE), more_pages=posted.more_pages)
