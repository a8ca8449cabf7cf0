"""Agencies renamed by a reform are one agency; neighbours, subordinate units and other places are not."""

import pytest

from gongkai.succession import may_precede


@pytest.mark.parametrize(("earlier", "current", "year"), [
    ("清沅市城市管理行政执法局", "清沅市城市管理局", 2015),
    ("清沅市水利局", "清沅市水务局", 2014),
    ("清沅市交通局", "清沅市交通运输局", 2009),
    ("清沅市国土资源局", "清沅市自然资源和规划局", 2017),
    ("清沅市环境保护局", "清沅市生态环境局", 2018),
    ("清沅市卫生和计划生育委员会", "清沅市卫生健康委员会", 2017),
    ("清沅市旅游局", "清沅市文化广电和旅游局", 2016),
])
def test_one_seat_two_names(earlier: str, current: str, year: int) -> None:
    assert may_precede(earlier, current, year)


@pytest.mark.parametrize(("other", "current", "year"), [
    ("清沅市财政局国库支付中心", "清沅市财政局", 2015),
    ("清沅市城市管理局直属分局", "清沅市城市管理局", 2015),
    ("云岫市水利局", "清沅市水务局", 2014),
    ("清沅市东湖区水利局", "清沅市水务局", 2014),
    ("清沅市审计局", "清沅市水务局", 2011),
    ("清沅市水利局", "清沅市水务局", 2022),
    ("清沅市人民政府", "清沅市水务局", 2012),
    ("清沅市水务局", "清沅市水务局", 2012),
])
def test_other_bodies_stay_others(other: str, current: str, year: int) -> None:
    assert not may_precede(other, current, year)
