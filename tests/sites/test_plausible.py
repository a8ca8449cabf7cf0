"""Which words can be an agency's full name."""

import pytest

from crawler.sites.plausible import names_organ


@pytest.mark.parametrize("name", ["厦门市城市管理局", "大兴安岭地区行政公署", "教育部",
                                  "武汉东湖新技术开发区管理委员会", "中国人民银行", "红旗街道办事处",
                                  "厦门市第3街道办事处", "国家税务总局厦门市税务局"])
def test_names_of_organs_are_known(name: str) -> None:
    assert names_organ(name)


@pytest.mark.parametrize("name", ["首页", "厦门市", "局长信箱", "政府信息公开", "办公室", "State Council", "",
                                  "=cmd()局", "通知公告", "局" * 41, "\x1b[31m市财政局"])
def test_other_words_are_no_names(name: str) -> None:
    assert not names_organ(name)
