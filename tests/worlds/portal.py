"""One host for a city's 46 departments: the asked one's own site only points to the directory of all of them."""

from functools import partial
from urllib.parse import urlsplit

from tests.worlds import texts
from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Report, Request, Step

_DUTIES = ("财政", "教育", "科学技术", "民政", "司法", "审计", "统计", "交通运输", "商务", "文化和旅游", "退役军人事务", "市场监督管理", "体育", "医疗保障",
           "国防动员", "信访", "林业", "粮食和物资储备", "机关事务管理", "公安", "人力资源和社会保障", "住房和城乡建设", "工业和信息化", "民族宗教事务",
           "外事", "政务服务和数据管理", "投资促进", "园林绿化", "供销", "气象", "税务", "邮政管理", "烟草专卖", "消防救援", "地方金融管理", "档案",
           "海洋发展", "口岸", "乡村振兴", "知识产权", "城乡规划", "港航", "水库移民", "史志", "残疾人事务")


class World(Site):
    name, title = "portal", "46 个部门的集约化门户"
    shell, per_page, nb_slug = "", 12, "ndbg"

    def build(self) -> None:
        self.directory = self.url("/zwgk/bmxxgk/", self.portal)
        names = [self.agency.city + d + "局" for d in _DUTIES[:45]]
        self.rng.shuffle(names)
        names.insert(self.rng.randint(8, 38), self.agency.name)
        self.codes = {name: f"d{self.rng.randint(10_000, 99_999)}_{n}" for n, name in enumerate(names)}
        super().build()
        self.entry = self.directory
        self.route(self.directory, lambda _: self.page("部门信息公开", "<ul class='depts'>" + "".join(
            f'<li><a href="{self.department(n)}">{n}</a></li>' for n in self.codes) + "</ul>"))
        for name in self.codes:
            self.route(self.department(name), partial(self.front, name))
            if name != self.agency.name:
                self.route_all(self.department(name).removeprefix("http://") + "ndbg/", partial(self.sibling, name))
                self.others += [Report(y, f"{self.department(name)}ndbg/{y}.html", texts.report_title(name, y), name) for y in self.years]

    def department(self, name: str) -> str:
        return self.url(f"/zcbm/{self.codes[name]}/", self.portal)

    def front(self, name: str, request: Request) -> str:
        if name == self.agency.name:
            return self.page(name, "<p>本部门信息公开。</p>", menu=True)
        return self.page(name, f'<ul><li><a href="{self.department(name)}ndbg/">政府信息公开年报</a></li></ul>')

    def sibling(self, name: str, request: Request) -> str | None:
        last = urlsplit(request.path).path.rsplit("/", 1)[1]
        if not last:
            return self.page("政府信息公开年报", "<ul>" + "".join(
                f'<li><a href="{y}.html">{texts.report_title(name, y)}</a></li>' for y in reversed(list(self.years))) + "</ul>")
        year = last.removesuffix(".html")
        return self.page(texts.report_title(name, int(year)), texts.report_html(name, int(year))) if year.isdigit() else None

    def list_url(self, column: Column, page: int = 1) -> str:
        more = "" if page == 1 else f"index_{page - 1}.html"
        if column.key in ("nb", "guide", "rules", "policy", "budget", "law"):
            return f"{self.department(self.agency.name)}{column.slug}/{more}"
        return self.url(f"/{column.slug}/{more}")

    def article_url(self, column: Column, item: Item) -> str:
        return self.list_url(column) + f"{item.day:%Y%m}/t{item.day:%Y%m%d}_{item.number}.html"

    def pager(self, column: Column, page: int, pages: int) -> str:
        return f'<script>createPageHTML({pages}, {page - 1}, "index", "html");</script>'

    def way(self) -> list[Step]:
        return [Step(self.home), Step(self.entry), Step(self.department(self.agency.name))]
