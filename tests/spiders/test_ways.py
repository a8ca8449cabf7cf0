"""Ways a page names its reports that no plain link shows, each on a page that has nothing else."""

import base64
import json
from urllib.parse import quote

import pytest
from scrapy.http import HtmlResponse, TextResponse

from spiders.bodies import lacks_text
from spiders.families import more_pages, rows_of
from spiders.idioms import NO_IDIOMS
from spiders.page import Page, read_page
from spiders.post import Post

URL = "http://czj.qingyuan.gov.cn/lm/7/"
HOST = "http://czj.qingyuan.gov.cn"
TITLES = {year: f"清沅市财政局{year}年政府信息公开工作年度报告" for year in (2023, 2022, 2021)}
PATHS = {year: f"/d/{year}.html" for year in TITLES}
ROWS = [{"title": TITLES[year], "url": PATHS[year]} for year in TITLES]
WAYS = {HOST + PATHS[year]: TITLES[year] for year in TITLES}


def read(body: str, url: str = URL, charset: str = "utf-8", **headers: str) -> Page:
    text = f"<html><body>{body}</body></html>"
    return read_page(HtmlResponse(url, body=text.encode(charset), encoding=charset, headers=headers))


def js(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def named(page: Page) -> dict[str, str]:
    return {link.url: link.name for link in page.links if link.name in TITLES.values()}


def each(row: str) -> str:
    """`row` once a year, with T for the title, P for the address and Y for the year."""
    return "".join(row.replace("T", TITLES[y]).replace("P", PATHS[y]).replace("Y", str(y)) for y in TITLES)


NUXT = (f"window.__NUXT__=(function(a,b,c,d,e,f){{return {{data:[{{list:[{{t:a,u:b}},{{t:c,u:d}},{{t:e,u:f}}]}}]}}}}"
        f"({','.join(js(one) for row in ROWS for one in row.values())}));")
TABLE = [{"list": 1}, [2, 5, 8], {"t": 3, "u": 4}, *ROWS[0].values(), {"t": 6, "u": 7}, *ROWS[1].values(),
         {"t": 9, "u": 10}, *ROWS[2].values()]
FLIGHT = js('4:["$","ul",null,{"items":' + js(ROWS) + "}]\n")
CODED = base64.b64encode(json.dumps(ROWS).encode()).decode()
PACKED = ";".join(f"{row['title']}|{row['url']}" for row in ROWS)
GO = "<script>function go(k){BODY}</script>"
CLICKED = each("<li onclick=\"go('Y')\">T</li>")
BRANCHES = {
    "table": "location.href=at[k];}var at={" + each("Y:'P',") + "};function no(){",
    "switch": "switch(k){" + each("case 'Y':location.href='P';break;") + "}",
    "ifs": each("if(k=='Y'){window.open('P');}"),
}


@pytest.mark.parametrize("body", [
    pytest.param(f"<script>{NUXT}</script>", id="values handed to a function"),
    pytest.param(f'<script type="application/json">{js(TABLE)}</script>', id="a table of references"),
    pytest.param(f"<script>self.__next_f.push([1,{FLIGHT}])</script>", id="lines pushed"),
    pytest.param(f'<script>var d=JSON.parse(atob("{CODED}"));</script>', id="base64"),
    pytest.param(f'<script>var d=JSON.parse(decodeURIComponent("{quote(js(ROWS))}"));</script>', id="escaped"),
    pytest.param(f'<script>var s="{PACKED}";var a=s.split(";");var b=a[0].split("|");</script>', id="one long string"),
    pytest.param(f"<script>var u={js([r['url'] for r in ROWS])};var t={js([r['title'] for r in ROWS])};</script>",
                 id="two lists"),
    pytest.param("<script>" + each("u[Y-2000]='P';t[Y-2000]='T';").replace("2023-2000", "0").replace(
        "2022-2000", "1").replace("2021-2000", "2") + "</script>", id="two lists put together"),
    pytest.param(each('<p lay-href="P">T</p>'), id="an attribute of any name"),
    pytest.param(each('<button formaction="P">T</button>'), id="a button's own action"),
    pytest.param(each('<form action="P"><input type="hidden" name="a" value=""><input type="submit" value="T"></form>'
                      ).replace('<input type="hidden" name="a" value="">', ""), id="a form that is a button"),
    *(pytest.param(CLICKED + GO.replace("BODY", code), id=f"a click's {name}") for name, code in BRANCHES.items()),
    pytest.param(each('<b class="r" data-no="Y">T</b>') + "<script>document.addEventListener('click',function(e){var t="
                 "e.target.closest('.r');location.href='/d/'+t.dataset.no+'.html';})</script>", id="a delegated click"),
    pytest.param(each('<b class="r" data-no="Y">T</b>') + "<script>document.querySelectorAll('.r').forEach(r=>r."
                 "addEventListener('click',()=>{location='/d/'+r.dataset.no+'.html'}))</script>", id="a click on each"),
    pytest.param(each("<b data-p='{\"no\":Y}' onclick='see(this)'>T</b>") + "<script>function see(o){var p=JSON.parse("
                 "o.dataset.p);window.open('/d/'+p.no+'.html');}</script>", id="JSON in an attribute"),
    pytest.param(each("<b onclick=\"see('Y')\">T</b>") + "<iframe id=f></iframe><script>function see(y){document."
                 "getElementById('f').src='/d/'+y+'.html';}</script>", id="a frame that a click fills"),
    pytest.param(each("<b onclick=\"see('Y')\">T</b>") + "<script>function see(y){$('#f').attr('src','/d/'+y+'.html')}"
                 "</script>", id="a frame filled by jQuery"),
])
def test_the_names_and_addresses_are_read(body: str) -> None:
    assert named(read(body)) == WAYS


def test_a_click_that_posts_is_a_request_with_its_fields() -> None:
    page = read('<ul class="y"><li data-y="2021">2021年</li><li data-y="2020">2020年</li></ul><script>$(".y li").click('
                'function(){$.post("/nb/of",{year:$(this).data("y")},function(h){$("#c").html(h)})})</script>')
    assert [(link.name, link.url, link.post) for link in page.links] == [
        (f"{year}年", HOST + "/nb/of", Post.form({"year": str(year)})) for year in (2021, 2020)]


def test_a_page_with_an_xml_declaration_is_a_page() -> None:
    head = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml">'
    body = f"{head}<body>{each('<a href=P>T</a>')}</body></html>"
    page = read_page(HtmlResponse(URL, body=body.encode(), encoding="utf-8"))
    assert (page.data, named(page)) == (None, WAYS)
    data = f"<?xml version='1.0'?><list>{each('<doc><name>T</name><path>P</path></doc>')}</list>"
    assert named(read_page(TextResponse(URL, body=data.encode(), encoding="utf-8"))) == WAYS


def test_chinese_in_a_query_goes_out_in_the_charset_of_its_page() -> None:
    body = ('<a href="l.asp?lm=年报&p=1">年报</a><script>location.replace("/l.asp?lm=年报")</script>'
            '<a href="/年报/a.htm">b</a>')
    page = read(body, charset="gbk")
    assert [link.url for link in page.links] == [URL + "l.asp?lm=%C4%EA%B1%A8&p=1", HOST + "/%E5%B9%B4%E6%8A%A5/a.htm"]
    assert [move.url for move in page.moves] == [HOST + "/l.asp?lm=%C4%EA%B1%A8"]
    assert read(body).links[0].url == URL + "l.asp?lm=%E5%B9%B4%E6%8A%A5&p=1"


def test_a_reader_is_sent_on_by_a_header_and_below_the_base_of_the_page() -> None:
    assert [move.url for move in read("", Refresh="0; url=/web/").moves] == [HOST + "/web/"]
    assert not read("", Refresh="600; url=/web/").moves
    moved = read('<base href="/web/"><script>location.replace("list.html")</script>')
    assert [move.url for move in moved.moves] == [HOST + "/web/list.html"]


def test_years_that_unfold_head_what_they_hold() -> None:
    page = read("<details><summary>2021年</summary><p><a href='/a.html'>查看</a></p></details>")
    assert page.links[0].context.list_heading == "2021年"


def test_a_route_behind_the_hash_is_made_of_rows_and_read_in_its_page() -> None:
    code = ("var routes=[{path:'/list',component:L}];L={template:'<router-link :to=\"\\'/list?id=\\'+c.id\">',"
            "created(){axios.get('/api/rows',{params:{cid:this.$route.query.id}})}}")
    idioms = NO_IDIOMS.with_those_of(code, code, HOST + "/app.js")
    columns = js([{"id": 7, "name": "政府信息公开年报"}]).encode()
    rows = TextResponse(HOST + "/api/columns", body=columns, encoding="utf-8")
    assert [link.url for link in read_page(rows, None, idioms).links] == [HOST + "/#/list?id=7"]
    assert NO_IDIOMS.with_those_of(code, code + ";new R({mode:'history'})", URL).patterns == ("/list?id={id}",)


def test_a_tree_asks_for_its_root_and_each_branch_as_its_library_does() -> None:
    code = "var setting={async:{enable:true,url:'/tree',autoParam:['id=pid'],otherParam:{site:3},type:'post'}};"
    idioms = NO_IDIOMS.with_those_of(code, code, URL)
    node = TextResponse(HOST + "/tree", body=js([{"id": 2, "name": "政府信息公开"}]).encode(), encoding="utf-8")
    branch = read_page(node, None, idioms).links[0]
    assert (branch.url, branch.post) == (HOST + "/tree", Post("site=3&pid=2"))


@pytest.mark.parametrize("url, body, further", [
    (URL, '<a href="?page=2" title="到末页">末页 »</a>', ["?page=2", "?page=1"]),  # counts from 0, or from 1
    (URL + "?page=1", '<a href="?page=3">尾页</a>', ["?page=2", "?page=3"]),
    (URL + "index.html", '<a href="index_3.html">末页</a>', ["index_2.html", "index_3.html", "index_1.html"]),
    (URL, '<a href="?paged=2">较早文章 →</a>', ["?paged=2"]),
    (URL, '<a href="?start=6" title="下页"><img src="n.gif" alt=""></a>', ["?start=6"]),
    (URL, '<a class="next" href="?p=2"></a>', ["?p=2"]),
    (URL, '<button hx-get="?page=2">加载更多</button><a href="/lm/8/">更多</a>', ["?page=2"]),
    (URL, '<input type="hidden" id="totalPage" value="3"><script>$("#p").pagination({callback:function(a){'
          'location.href="?page="+a.getCurrent()}})</script>', ["?page=2", "?page=3"]),
])
def test_the_further_pages_of_a_list_are_told(url: str, body: str, further: list[str]) -> None:
    assert [more.url.removeprefix(URL) for more in more_pages(read(body, url))] == further


def test_a_next_page_may_stand_in_the_head() -> None:
    head = HtmlResponse(URL, body=b'<html><head><link rel="next" href="?page=2"></head><body></body></html>')
    assert [more.url for more in more_pages(read_page(head))] == [URL + "?page=2"]


@pytest.mark.parametrize("url, further", [
    ("/rows?p=2", "/rows?p=3"), ("/data/7_1.json", "/data/7_2.json"), ("/part/1.html", "/part/2.html"),
    ("/rows?c=7", None),
])
def test_a_full_piece_of_rows_may_have_one_after_it(url: str, further: str | None) -> None:
    years = range(2018, 2024)
    rows = [{"title": f"清沅市财政局{year}年政府信息公开年报", "url": f"/d/{year}.html"} for year in years]
    markup = "".join(f'<li><a href="{row["url"]}">{row["title"]}</a></li>' for row in rows)
    body = js(rows) if url.endswith("json") else markup
    page = read_page(TextResponse(HOST + url, body=body.encode(), encoding="utf-8"))
    assert [more.url for more in more_pages(page)] == ([HOST + further] if further else [])
    few = js(rows[:3]) if url.endswith("json") else markup[:90]
    assert not more_pages(read_page(TextResponse(HOST + url, body=few.encode(), encoding="utf-8")))


def test_rows_may_be_asked_for_by_the_last_that_came() -> None:
    body = js({"rows": [{"id": 90 - n, "title": TITLES[y], "url": PATHS[y]} for n, y in enumerate(TITLES)]})
    page = read_page(TextResponse(HOST + "/more?c=7&last=0", body=body.encode(), encoding="utf-8"))
    assert [more.url for more in more_pages(page)] == [HOST + "/more?c=7&last=88"]


def test_a_report_whose_text_stands_in_a_frame_is_no_frameset() -> None:
    body = ('<h1>清沅市财政局2021年政府信息公开工作年度报告</h1><iframe src="/body/21.htm"></iframe>'
            '<iframe src="/weather.htm"></iframe>')
    page = read(body)
    assert (page.kind, lacks_text(page), page.frames) == ("page", True, (HOST + "/body/21.htm",))
    assert read(body.replace("清沅市财政局2021年政府信息公开工作年度报告", "首页")).kind == "frames"


@pytest.mark.parametrize("body", [
    """<div x-data="{rows:[]}" x-init="rows=(await (await fetch('/api/rows?cid=7')).json()).data"></div>""",
    """<div ng-init="load(7)"></div><script>$scope.load=function(c){$http.get('/api/rows',{params:{cid:c}})};
    </script>""",
    """<list-page api="/api/rows" :cid="7"></list-page><script>Vue.component('list-page',{props:['cid','api'],mounted(){
    axios.get(this.api,{params:{cid:this.cid}})}})</script>""",
])
def test_requests_are_read_where_attributes_hold_their_parts(body: str) -> None:
    assert [asked.url for asked in rows_of(read(body))] == [HOST + "/api/rows?cid=7"]


def test_a_piece_of_markup_is_fetched_with_what_its_element_sends() -> None:
    page = read("""<div hx-get="/part" hx-vals='{"cid":7}' hx-trigger="load"></div>""")
    assert [(link.url, link.how) for link in page.links] == [(HOST + "/part?cid=7", "frame")]


def test_a_frame_of_an_online_viewer_leads_to_the_file_it_shows() -> None:
    file = HOST + "/files/2021.docx"
    page = read(f'<iframe src="https://view.officeapps.live.com/op/view.aspx?src={quote(file, safe="")}"></iframe>')
    assert [link.url for link in page.links] == [file]


@pytest.mark.parametrize("text", [
    "\n".join(js(row) for row in ROWS), "标题,链接\n" + each('"T",P\n'), each("T\tP\n"),
], ids=["an object a line", "CSV", "tabs"])
def test_rows_may_come_as_lines(text: str) -> None:
    assert named(read_page(TextResponse(HOST + "/rows", body=text.encode(), encoding="utf-8"))) == WAYS


def test_code_is_no_rows() -> None:
    code = 'var siteGuid = "7eb5", ewb = 1;\nvar page = 1, root = "/api/";\n'
    page = read_page(TextResponse(HOST + "/js/common.js", body=code.encode(), encoding="utf-8"))
    assert (page.kind, page.data) == ("script", None)


def test_an_address_spelt_out_is_a_link_named_by_what_stands_before_it() -> None:
    assert named(read(each(f"<p>T：{HOST}P</p>"))) == WAYS


@pytest.mark.parametrize("code", [
    "年.split(';').split('|')" + '"\\' * 200_000,
    "年(function(a,b,c){return a})(" * 6_000,
    "function go(k){" + "if(k==1){" * 3_000 + "location.href='/a'" + "}" * 3_000 + "}",
    "$('.a').on('click',function(){" + "x.closest('.b');" * 8_000 + "location='/'+1;})",
    '[{"a":1},' + ",".join(f"[{n},{n},{n},{n}]" for n in range(2, 20_000)) + "]",
], ids=["escaped quotes", "calls", "nested ifs", "clicks", "references"])
@pytest.mark.timeout(60)  # unbounded, each of these takes minutes
def test_hostile_code_is_left_after_a_while(code: str) -> None:
    assert len(read(f"""<li class="b" onclick="go('1')">年报</li><script>{code}</script>""").links) < 10
