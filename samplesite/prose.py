"""Everything the sample agency says in sentences. Invented for this project; figures come from the ledger."""

from collections.abc import Callable

from samplesite.figures import Figures

Writer = Callable[[int], tuple[str, list[str]]]

CITY = "青岚市"
AGENCY = "青岚市水务局"
FORMER_NAME = "青岚市水利局"
LAST_YEAR_OF_FORMER_NAME = 2018
ADDRESS = "青岚市临溪路66号"
PHONE = "0000-6600123"
EMAIL = "zwgk@qinglan.example"

_WORK = ("节水型社会建设", "水库除险加固", "农村供水保障", "河道清淤疏浚", "山洪灾害防治", "取用水监管", "水土保持治理",
         "灌区节水改造", "河湖长制落实", "再生水利用", "水文监测站网建设", "小水电清理整改")
_PLACES = ("南溪", "北塘", "竹洲", "龙门湾", "石桥", "柳浦", "东坝", "月河")
_SHORTCOMINGS = (
    ("个别科室对公开时限把握不严，部分信息上网偏慢", "按月列出应公开事项清单，到期前三天提醒责任科室"),
    ("政策解读多为文字，图表和问答形式较少", "新出台的规范性文件一律配发问答式解读"),
    ("答复文书的说理不够充分", "组织经办人员逐件复盘上一年度答复书，形成范本"),
    ("专栏检索不便，历年信息分散在不同栏目", "把历年信息按年度归并到统一栏目并补齐索引号"),
)


def agency_name(year: int) -> str:
    return FORMER_NAME if year <= LAST_YEAR_OF_FORMER_NAME else AGENCY


def report_title(year: int) -> str:
    return f"{agency_name(year)}{year}年政府信息公开工作年度报告"


def topic(number: int) -> str:
    return _WORK[number % len(_WORK)]


def preamble(year: int) -> str:
    basis = "《中华人民共和国政府信息公开条例》"
    if year >= 2019:
        basis += "和上级关于年度报告编制格式的要求"
    return (f"本报告由{agency_name(year)}根据{basis}编制。报告所列数据的统计期限自{year}年1月1日起，至{year}年12月31日止。"
            f"如对本报告有疑问，请与{agency_name(year)}办公室联系（地址：{ADDRESS}，电话：{PHONE}，电子邮箱：{EMAIL}）。")


def overview(year: int, requests: Figures) -> list[str]:
    received, decided, left = (requests[row]["total"] for row in ("new_received", "processed_total", "carried_out"))
    return [
        f"{year}年，我局围绕{topic(year)}、{topic(year + 5)}等重点任务推进政府信息公开，让群众看得到、看得懂、用得上。",
        f"（一）主动公开。全年通过门户网站、公示栏和新媒体发布{topic(year)}、{topic(year + 3)}等方面的信息，行政许可、行政处罚结果按时上网。",
        f"（二）依申请公开。全年新收政府信息公开申请{received}件，办理完毕{decided}件，结转下年度继续办理{left}件，未收取任何检索、复制费用。",
        f"（三）政府信息管理。清理{topic(year + 1)}方面的历史文件，对失效文件加注标识，统一补录索引号。",
        f"（四）平台建设。调整网站专栏导航，把{topic(year + 2)}的办事指南与常见问题放在同一页面。",
        "（五）监督保障。明确一名副局长分管，办公室每季度抽查一次，抽查结果在局内通报。",
    ]


def problems(year: int) -> list[str]:
    first, second = (_SHORTCOMINGS[(year + step) % len(_SHORTCOMINGS)] for step in (0, 1))
    return [f"一年来的工作中还有不足：一是{first[0]}；二是{second[0]}。",
            f"针对以上问题，下一年将从两方面改进：一是{first[1]}；二是{second[1]}。"]


def other_matters(corrected: bool) -> list[str]:
    if corrected:
        return ["本报告为更正版：经复核，原报告主动公开表中的行政许可、行政处罚处理决定数量统计有误，现予更正，以本报告为准。"]
    return ["全年未收取政府信息公开信息处理费。除此之外，没有需要报告的其他事项。"]


def early_sections(year: int, figures: Figures) -> list[tuple[str, list[str]]]:
    """Sections of the free-text reports before the national form of 2019."""
    said = {key: row["count"] for key, row in figures.items()}
    return [
        ("一、概述", [
            f"{year}年，我局坚持以公开促规范、以公开促服务，把政府信息公开与{topic(year)}、{topic(year + 4)}同部署、同检查。",
            f"全局从事政府信息公开工作人员{said['staff']}人，其中专职{said['staff_full_time']}人、兼职{said['staff_part_time']}人；"
            f"召开专题会议{said['meetings']}次，举办培训班{said['trainings']}次。"]),
        ("二、主动公开政府信息情况", [
            f"全年主动公开政府信息{said['disclosed_items']}条，其中通过政府网站公开{said['via_website']}条，"
            f"公开规范性文件{said['disclosed_normative_docs']}条。",
            f"公开内容集中在{topic(year + 1)}、{topic(year + 2)}和{topic(year + 6)}，汛期水情信息每日更新。"]),
        ("三、依申请公开政府信息情况", [
            f"全年收到政府信息公开申请{said['applications']}件，其中当面申请{said['app_in_person']}件，传真申请{said['app_fax']}件，"
            f"网络申请{said['app_online']}件，信函申请{said['app_letter']}件。",
            f"申请全部答复，其中同意公开{said['reply_granted']}件，同意部分公开{said['reply_partial']}件，"
            f"不同意公开{said['reply_denied']}件，其余已告知查询途径。"]),
        ("四、政府信息公开的收费及减免情况", ["全年没有收取费用，也没有需要减免的情形。"]),
        ("五、因政府信息公开申请行政复议、提起行政诉讼的情况", [
            f"全年因政府信息公开被申请行政复议{said['review_total']}件，被提起行政诉讼{said['litigation_total']}件。"]),
        ("六、存在的主要问题及改进情况", problems(year)),
    ]


def news(number: int) -> tuple[str, list[str]]:
    place, work = _PLACES[number % len(_PLACES)], topic(number)
    return (f"我局在{place}片区推进{work}", [
        f"近日，局领导带队到{place}片区查看{work}现场，听取施工、管护单位介绍，沿线走访了三户居民。",
        f"工作组要求，{place}片区要在汛期前完成剩余工程量，并把进度张贴在村务公开栏，接受群众监督。",
        "下一步，我局将每两周调度一次，对进度滞后的点位派员驻点帮助。"])


def notice(number: int) -> tuple[str, list[str]]:
    place = _PLACES[(number * 3 + 1) % len(_PLACES)]
    return (f"关于{place}水厂检修期间临时调整供水的通告", [
        f"因{place}水厂清水池检修，本周三22时至次日5时，{place}及周边区域水压将降低，请提前储水。",
        "检修结束后管道内可能短时出现浑浊，放水数分钟即可恢复。不便之处，请予谅解。"])


def policy(number: int) -> tuple[str, list[str]]:
    work = topic(number + 2)
    return (f"关于印发《青岚市{work}管理办法》的通知", [
        f"各区水务部门、局属各单位：现将《青岚市{work}管理办法》印发给你们，请结合实际执行。",
        f"第一条 为规范{work}，根据有关法律法规，结合本市实际，制定本办法。",
        "第二条 本办法适用于本市行政区域内的相关建设、管理和监督活动。",
        "第三条 市水务局负责组织实施，区水务部门负责本辖区的日常管理。"])


def budget(number: int) -> tuple[str, list[str]]:
    year = 2017 + number
    return (f"{AGENCY if year > 2018 else FORMER_NAME}{year}年度部门预算", [
        f"{year}年度部门预算按照厉行节约的原则编制，项目支出主要用于{topic(year)}和{topic(year + 1)}。",
        "收支总表、一般公共预算支出表等表格可到局办公室查阅。"])


STANDING = {
    "政府信息公开指南": [
        "为方便公民、法人和其他组织获取政府信息，我局编制本指南并适时更新。",
        "主动公开的信息可在本专栏查阅；需要获取其他信息的，可以当面、信函或者网上提出申请。",
        f"受理机构：{AGENCY}办公室。地址：{ADDRESS}。电话：{PHONE}。工作日8时30分至17时受理。",
    ],
    "政府信息公开制度": ["我局建立了信息发布审核、保密审查、主动公开目录动态调整等制度，各科室按职责分工执行。"],
    "法定主动公开内容": ["我局依法主动公开机构职能、规范性文件、规划、行政许可和行政处罚等信息，可从左侧栏目进入。"],
    "依申请公开": ["申请公开政府信息，请填写申请表并提供有效身份证明；收到申请之日起二十个工作日内答复。"],
}
DUTIES = ["贯彻水务工作的法律法规，组织编制水务规划，负责供水、排水、节水、防洪、河湖管理与水土保持工作。"]


def rule_of_law(year: int) -> tuple[str, list[str]]:
    return (f"{AGENCY}{year}年法治政府建设年度报告", [
        f"{year}年，我局深入推进依法行政，现将法治政府建设情况报告如下。",
        "一、主要举措和成效。完成规范性文件合法性审核，落实行政执法三项制度，组织执法人员培训两期。",
        "二、存在的不足和原因。基层执法力量偏弱，案卷制作质量不够均衡。",
        "三、下一年度安排。开展执法案卷评查，完善水行政裁量基准。"])


def website_form(year: int) -> tuple[str, list[list[str]]]:
    return (f"{AGENCY}{year}年政府网站工作年度报表", [
        ["网站名称", f"{AGENCY}门户网站"], ["独立用户访问总量（单位：个）", "18342"], ["网站总访问量（单位：次）", "96210"],
        ["信息发布总数（单位：条）", "731"], ["解读材料数量（单位：条）", "12"], ["收到留言数量（单位：条）", "57"],
        ["办结留言数量（单位：条）", "57"], ["平均办理时间（单位：天）", "3"]])


def compiling_notice(year: int) -> tuple[str, list[str]]:
    return (f"关于做好{year}年政府信息公开工作年度报告编制和发布工作的通知", [
        "局机关各科室、局属各单位：为按时完成年度报告编制工作，现将有关事项通知如下。",
        "一、各科室于本月10日前报送本单位申请办理、行政许可、行政处罚等数据，办公室统一汇总。",
        "二、年度报告包括总体情况、主动公开政府信息情况、收到和处理政府信息公开申请情况等六个部分，数据要前后一致。",
        f"三、{year}年年度报告应于次年1月31日前在门户网站专栏发布。"])
