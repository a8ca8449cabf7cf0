"""``channel_<24 hex>`` columns and ``doc_<24 hex>.html`` articles (济南各区, 淄博, 聊城); lists drawn by Vue.

The rows stand in the page's script or come from an address written there; both are read as on any page drawn by
script. A department's own tree lies under ``/gongkai/site_<code>/``.
"""

from spiders.families.family import Family, marks

_COLUMN, _ARTICLE = r"/channel_(?:c_)?[0-9a-f]{24}", r"/doc_[0-9a-f]{24}\.html$"

FAMILY = Family("channeldoc", "channel_/doc_", marks(address=rf"{_COLUMN}|{_ARTICLE}", links=rf"{_COLUMN}|{_ARTICLE}"))
