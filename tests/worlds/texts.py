"""What invented agencies are called and write: names, reports of every age, files, and everything that is no report."""

import random
from dataclasses import dataclass
from html import escape

from samplesite import pdf, word
from samplesite.blocks import Block, Heading, Paragraph

_CITIES = (("云栎市", "yunli"), ("澄川市", "chengchuan"), ("柏汀市", "baiting"), ("霁州市", "jizhou"), ("芷河市", "zhihe"),
           ("棠浦市", "tangpu"), ("青梧市", "qingwu"))
_BUREAUS = (("生态环境局", "sthjj", "环境保护局"), ("农业农村局", "nyncj", "农业局"), ("自然资源局", "zrzyj", "国土资源局"),
            ("卫生健康委员会", "wjw", "卫生和计划生育委员会"), ("应急管理局", "yjglj", "安全生产监督管理局"),
            ("城市管理局", "cgj", "城市管理行政执法局"), ("水务局", "swj", "水利局"))
LAST_FORMER_YEAR = 2018

_MODERN = ("总体情况", "主动公开政府信息情况", "收到和处理政府信息公开申请情况", "政府信息公开行政复议、行政诉讼情况",
           "存在的主要问题及改进情况", "其他需要报告的事项")
_EARLY = ("概述", "主动公开政府信息情况", "依申请公开政府信息办理情况", "政府信息公开的收费及减免情况",
          "因政府信息公开申请行政复议、提起行政诉讼情况", "存在的主要问题和改进措施")
_WORK = ("雨污分流改造", "老旧小区整治", "春耕备耕", "河湖巡查", "应急演练", "窗口服务提升", "食品抽检", "湿地修复", "夜市管理", "桥梁检测")


@dataclass(frozen=True)
class Agency:
    city: str
    city_slug: str
    bureau: str
    slug: str
    former_bureau: str

    @property
    def name(self) -> str:
        return self.city + self.bureau

    @property
    def former(self) -> str:
        return self.city + self.former_bureau

    @property
    def short(self) -> str:
        return self.city.removesuffix("市") + self.bureau


def agency_for(rng: random.Random) -> Agency:
    return Agency(*rng.choice(_CITIES), *rng.choice(_BUREAUS))


def siblings(agency: Agency) -> list[Agency]:
    """The other bureaus of the same city."""
    return [Agency(agency.city, agency.city_slug, *b) for b in _BUREAUS if b[0] != agency.bureau]


def report_title(name: str, year: int) -> str:
    return f"{name}{year}年政府信息公开工作年度报告"


def report_lines(name: str, year: int) -> list[Block]:
    rng = random.Random(f"{name}{year}")
    blocks: list[Block] = [Paragraph(
        f"本报告由{name}根据《中华人民共和国政府信息公开条例》编制，所列数据的统计期限自{year}年1月1日起至{year}年12月31日止。")]
    for number, section in zip("一二三四五六", _MODERN if year >= 2019 else _EARLY, strict=True):
        blocks += [Heading(f"{number}、{section}"), Paragraph(
            f"{year}年，{name}围绕{rng.choice(_WORK)}和{rng.choice(_WORK)}主动公开政府信息{rng.randint(20, 900)}条，"
            f"收到政府信息公开申请{rng.randint(0, 40)}件，均在法定期限内答复；未收取费用。下一步将继续规范公开流程，"
            f"提升{rng.choice(_WORK)}等重点领域信息的及时性和可读性，加强业务培训和监督检查。")]
    return [*blocks, Paragraph(name), Paragraph(f"{year + 1}年1月{rng.randint(8, 28)}日")]


def report_html(name: str, year: int) -> str:
    parts = []
    for block in report_lines(name, year):
        text = escape(getattr(block, "text", ""))
        parts.append(f"<p><strong>{text}</strong></p>" if isinstance(block, Heading) else f"<p>　　{text}</p>")
    return "".join(parts)


def report_file(name: str, year: int, kind: str) -> bytes:
    title, blocks = report_title(name, year), report_lines(name, year)
    if kind == "pdf":
        return pdf.write(title, blocks)
    return word.write_docx(title, blocks) if kind == "docx" else word.write_rtf(title, blocks)


FILE_TYPES = {"pdf": "application/pdf", "doc": "application/msword",
              "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}

# ---- what is no report ------------------------------------------------------------------------------------------------
# key, column, slug, ColumnType, how many pages
DISTRACTORS = (
    ("news", "工作动态", "gzdt", "工作动态", 150), ("notice", "通知公告", "tzgg", "通知公告", 80),
    ("policy", "政策文件", "zcwj", "政策文件", 50), ("tender", "招标采购", "zbcg", "招标采购", 50),
    ("budget", "财政预决算", "czyjs", "财政资金", 30), ("law", "法治政府建设年度报告", "fzzfjsndbg", "法治政府", 10),
    ("webstat", "政府网站工作年度报表", "zfwzgzndbb", "网站报表", 9), ("points", "政务公开工作要点", "zwgkgzyd", "政务公开", 12),
    ("rules", "政府信息公开制度", "zfxxgkzd", "信息公开制度", 8), ("guide", "政府信息公开指南", "zfxxgkzn", "信息公开指南", 4),
    ("summary", "计划总结", "jhzj", "计划总结", 16), ("firms", "企业年报公示", "qynbgs", "其他", 20),
    ("staff", "人事信息", "rsxx", "人事信息", 30),
)
LOOK_ALIKES = ("budget", "law", "webstat", "points", "rules", "guide", "summary", "firms", "notice")


def distractor_title(agency: Agency, key: str, i: int) -> tuple[str, int]:
    """Title and year of the i-th page of a column that has no report."""
    rng = random.Random(f"{agency.name}{key}{i}")
    work, year, who = rng.choice(_WORK), 2025 - i % 12, agency.short
    made = {
        "news": f"{who}扎实推进{work}工作" if i % 25 else f"{agency.city}公布{year - 1}年政府信息公开工作年度报告引关注",
        "notice": f"关于{year}年{work}有关事项的公告" if i % 16 else f"关于做好{year - 1}年政府信息公开工作年度报告编制和发布工作的通知",
        "policy": f"{agency.name}关于印发{work}实施办法的通知", "tender": f"{work}项目（{i + 1}标段）采购公告",
        "budget": f"{agency.name}{2010 + i // 2}年度部门{'决算' if i % 2 else '预算'}公开",
        "law": f"{agency.name}{2016 + i}年法治政府建设年度报告",
        "webstat": f"{who}政府网站工作年度报表（{2017 + i}年度）",
        "points": f"{agency.name}{2014 + i}年政务公开工作{'要点' if i % 2 else '自查报告'}",
        "rules": ("政府信息公开保密审查办法", "政府信息公开年度报告格式（转发）", "政府信息公开考核办法", "依申请公开办理规程")[i % 4],
        "guide": (f"{agency.name}政府信息公开指南", f"{2020 + i}年依申请公开答复情况统计", "政府信息公开申请表", "公开目录编制说明")[i % 4],
        "summary": f"{agency.name}{2009 + i}年工作总结和下一年工作计划",
        "firms": f"{agency.city}{work}有限责任公司{2006 + i}年度报告公示", "staff": f"{who}干部任前公示（第{i + 1}批）",
    }
    starts = {"budget": 2010 + i // 2, "law": 2017 + i, "webstat": 2018 + i, "points": 2014 + i, "summary": 2010 + i,
              "firms": 2007 + i}
    return made[key], starts.get(key, year)


def distractor_html(title: str) -> str:
    rng = random.Random(title)
    lines = [f"围绕{rng.choice(_WORK)}，先后检查点位{rng.randint(3, 90)}处，督促整改问题{rng.randint(2, 60)}个。",
             f"会议要求把{rng.choice(_WORK)}作为近期重点，明确责任人和完成时限。",
             f"有关单位和个人可在{rng.randint(5, 15)}个工作日内向窗口反映情况。"]
    return "".join(f"<p>　　{line}</p>" for line in lines[: rng.randint(1, 3)])
