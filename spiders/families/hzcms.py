"""合正 hzcms (网信办): articles ``/YYYY-MM/DD/c_<id>.htm``, a foot that says 网站群内容管理系统 and a publishdate.

That date is when the page was generated, not the article's. Its pager is the script call TRS has too, with the
column's own file name in it, so TRS's reading of the call carries it.
"""

from spiders.families import trs
from spiders.families.family import Family, marks

FAMILY = Family(
    "hzcms",
    "合正 hzcms",
    marks(
        source=r"Produced By CMS 网站群内容管理系统|/cms/cmsadmin/infopub/",
        address=r"/\d{4}-\d\d/\d\d/c_\d+\.html?$",
        links=r"/\d{4}-\d\d/\d\d/c_\d+\.html?$",
    ),
    more_pages=trs.FAMILY.more_pages,
)
