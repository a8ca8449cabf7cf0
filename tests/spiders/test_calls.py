"""What a page's scripts ask for and where they lead, read without running them."""

import pytest
from lxml import html

from spiders.calls import calls_in
from spiders.chunks import chunks_in
from spiders.code import code_of
from spiders.openers import addresses_of, openers_in
from spiders.post import FORM, JSON, Asked, Post
from spiders.widgets import asked_in_markup
from spiders.written import rows_called, written_in

HERE = "http://xx.gov.cn/list/?cid=3"
PAGE = """<html><body><input id="cid" value="77"><input name="site" value="s1">
<select id="nd"><option value="">全部</option><option value="2023" selected>2023年</option></select>
<div id="app" data-channel="x9" data-site-id="5"></div><meta name="ColId" content="c8"></body></html>"""


def got(address: str) -> Asked:
    return Asked(f"http://xx.gov.cn{address}")


def sent(address: str, body: str, kind: str = FORM) -> Asked:
    return Asked(f"http://xx.gov.cn{address}", Post(body, kind))


@pytest.mark.parametrize(("code", "asked"), [
    ("var u = '/api/l'; $.get(u, {cid: $('#cid').val(), p: 1})", got("/api/l?cid=77&p=1")),
    ("$.ajax({url: ctx + '/q', type: 'POST', data: {y: $('#nd').val(), s: $(\"input[name='site']\").val()}})",
     sent("/q", "y=2023&s=s1")),
    ("axios.post('/api/list', {channel: document.getElementById('app').dataset.channel, pageNum: this.page})",
     sent("/api/list", '{"channel": "x9", "pageNum": 1}', JSON)),
    ("const el = document.querySelector('#app'); fetch(`/api/${el.dataset.siteId}?page=${page}`)",
     got("/api/5?page=1")),
    ("fetch('/c/' + document.querySelector('meta[name=ColId]').content)", got("/c/c8")),
    ("var q = {page: 0, ch: '5'}; fetch('/g', {method: 'POST', body: JSON.stringify(q)})",
     sent("/g", '{"page": 0, "ch": "5"}', JSON)),
    ("var x = new XMLHttpRequest(); x.open('POST', '/s.do', true); x.send('id=3&page=' + page)",
     sent("/s.do", "id=3&page=1")),
    ("$('#l').load('/part/list.html #rows')", got("/part/list.html")),
    ("function svc(name) { return '/svc/' + name } fetch(svc('list') + '?c=1')", got("/svc/list?c=1")),
    ("function rows(url, data) { $.post(url, data, draw) } rows('/rows.do', {channel: 7, page: 1})",
     sent("/rows.do", "channel=7&page=1")),
    ("request({url: '/x/y', method: 'get', params: {a: 1, b: getQueryString('cid')}})", got("/x/y?a=1&b=3")),
    ("const s = new URLSearchParams(location.search); axios.get('/v', {params: {c: s.get('cid')}})", got("/v?c=3")),
    ("export default {data() {return {q: {pageNum: 1, columnId: '44'}}}, methods: {f() {this.$http.post('/cms', "
     "this.q)}}}",
     sent("/cms", '{"pageNum": 1, "columnId": "44"}', JSON)),
    ("axios({method: 'post', url: '/q', data: Qs.stringify({a: 1})})", sent("/q", "a=1")),
    ("const r = e => Ie({url: '/b', method: 'get', params: e}); r({current: 1, id: 9})", got("/b?current=1&id=9")),
    ("fetch('/graphql', {method: 'POST', body: JSON.stringify({query: Q, variables: {page}})}); const Q = 'query {a}'",
     sent("/graphql", '{"query": "query {a}", "variables": {"page": 1}}', JSON)),
    ("var q = {ch: '', pageNo: 1}; q.ch = getUrlParam('cid'); $.getJSON('/l', q)", got("/l?ch=3&pageNo=1")),
    ("var fd = new FormData(); fd.append('ch', 5); fd.append('page', n); fetch('/f', {method: 'POST', body: fd})",
     sent("/f", "ch=5&page=1")),
    ("const q = new HttpParams().set('ch', 5).set('pageIndex', p); this.http.get(['/n', 'q'].join('/'), {params: q})",
     got("/n/q?ch=5&pageIndex=1")),
    ("$.get('/d/{c}.json'.replace('{c}', location.pathname.split('/')[1]))", got("/d/list.json")),
    ("$.ajax({type: 'post', contentType: 'application/json', url: '/s.asmx/G', data: \"{id:'7',page:\" + page + '}'})",
     sent("/s.asmx/G", '{"id": "7", "page": 1}', JSON)),
    ("function turn(n) { $('#l').load('/part/7_' + n + '.html #in') } turn(1)", got("/part/7_1.html")),
    ("const s = axios.create({baseURL: '/api'}); function get(q) { return s({url: '/l', method: 'get', params: q}) }"
     " get({ch: 5})", got("/api/l?ch=5")),
    ("dojo.xhrGet({url: '/l', content: {ch: 5, page: 1}, handleAs: 'json'})", got("/l?ch=5&page=1")),
    ("new Ajax.Request('/l', {method: 'get', parameters: {ch: 5}, onSuccess: draw})", got("/l?ch=5")),
    ("const page = ref(1); const {data} = await useFetch('/l', {query: {ch: 5, page: page.value}})",
     got("/l?ch=5&page=1")),
    ("const {data} = useSWR(`/l?ch=5&page=${page}`, load)", got("/l?ch=5&page=1")),
    ("const u = new URL('/l', location.origin); u.searchParams.set('ch', 5); fetch(u)", got("/l?ch=5")),
    ("class S {constructor(base) {this.base = base} rows(ch) {return fetch(`${this.base}/l?ch=${ch}`)}} "
     "const s = new S('/api'); s.rows(5)", got("/api/l?ch=5")),
    ("var q = {ch: 5}; $.getJSON('/l?' + $.param(q), draw)", got("/l?ch=5")),
    ("const {siteId} = document.querySelector('#app').dataset; fetch('/l?s=' + siteId)", got("/l?s=5")),
    ("var x = new ActiveXObject('Microsoft.XMLDOM'); x.load('/xml/nb.xml')", got("/xml/nb.xml")),
    ("Ext.create('Ext.data.Store', {pageSize: 8, proxy: {url: '/l', extraParams: {ch: 5}}})",
     got("/l?ch=5&page=1&limit=8")),
])
def test_a_request_is_read_whichever_way_it_is_written(code: str, asked: Asked) -> None:
    assert calls_in(code, HERE, PAGE)[0] == asked


@pytest.mark.parametrize(("code", "asked"), [
    ("layui.use('table', function () { table.render({elem: '#t', url: '/l', where: {ch: 5}, page: true, limit: 15}) })",
     got("/l?ch=5&page=1&limit=15")),
    ("$('#t').bootstrapTable({url: '/l', pagination: true, pageSize: 20, queryParams: {ch: 5}})",
     got("/l?ch=5&offset=0&limit=20")),
    ("$('#t').bootstrapTable({url: '/l', method: 'post', contentType: 'application/json', queryParams: {ch: 5}})",
     sent("/l", '{"ch": 5}', JSON)),
    ("$('#t').datagrid({url: '/l.do', queryParams: {ch: 5}, pagination: true})", sent("/l.do", "ch=5&page=1&rows=10")),
    ("$('#t').DataTable({serverSide: true, ajax: {url: '/l', type: 'POST', data: {ch: 5}}})",
     sent("/l", "ch=5&start=0&length=10")),
    ("$('#t').DataTable({ajax: '/all.txt'})", got("/all.txt")),
    ("$('#t').jqGrid({url: '/l', postData: {ch: 5}, rowNum: 30})", got("/l?ch=5&page=1&rows=30")),
    ("new Ext.data.Store({proxy: {type: 'ajax', url: '/l', extraParams: {ch: 5}}, pageSize: 25})",
     got("/l?ch=5&start=0&limit=25")),
])
def test_a_shared_table_is_asked_for_its_first_rows_as_its_library_asks(code: str, asked: Asked) -> None:
    assert calls_in(code, HERE, PAGE) == (asked,)


@pytest.mark.parametrize(("markup", "asked"), [
    ('<table data-toggle="table" data-url="/l?ch=5" data-pagination="true" data-page-size="5"></table>',
     got("/l?ch=5&offset=0&limit=5")),
    ("<table class=\"easyui-datagrid\" data-options=\"url:'/l',queryParams:{ch:5},pagination:true\"></table>",
     sent("/l", "ch=5&page=1&rows=10")),
    ('<div class="mini-datagrid" url="/l.ashx" pageSize="20"></div>', sent("/l.ashx", "pageIndex=0&pageSize=20")),
])
def test_an_element_may_be_such_a_table_by_its_attributes(markup: str, asked: Asked) -> None:
    assert asked_in_markup(f"<html><body>{markup}</body></html>", HERE) == (asked,)


@pytest.mark.parametrize("code", [
    "$('.more').hide(); $('.page').click(load)",
    "$.get('/visit/count', {id: 7})",
    "fetch(where + '?page=1')",
    "window.open('/a.html')",
    "this is no code at all {{{ ((",
])
def test_nothing_is_guessed(code: str) -> None:
    assert calls_in(code, HERE, PAGE) == ()


def test_a_request_whose_parameter_nobody_sets_is_not_whole() -> None:
    code = "load(site.root + '/rows', {guid: site.guid, page: 1})"
    assert calls_in(code, HERE) and not calls_in(code, HERE, whole=True)
    told = code + "; var site = {root: '/app', guid: 'g1'}"
    assert calls_in(told, HERE, whole=True)[0] == got("/app/rows?guid=g1&page=1")


@pytest.mark.parametrize(("code", "handler", "address"), [
    ("window.openDoc = function (id, ch) { var u = '/view?id=' + id + '&c=' + ch; window.open(u) }", "openDoc('8f', 7)",
     "/view?id=8f&c=7"),
    ("function go(n) { if (n > 1) { location.href = 'index_' + n + '.html' } }", "javascript:go(3)", "index_3.html"),
    ("const show = row => router.push(`/detail/${row}`)", "show(this.id)", "/detail/r5"),
    ("function pick(o) { location.href = '/y/' + o.options[o.selectedIndex].value }", "pick(this)", "/y/2023"),
    ("function pathOf(id) { return '/doc/' + id + '.shtml' }", "window.open(pathOf('a1'))", "/doc/a1.shtml"),
])
def test_a_click_is_followed_through_the_function_it_calls(code: str, handler: str, address: str) -> None:
    element = html.fragment_fromstring('<option id="r5" value="2023">x</option>')
    openers = {opener.name: opener for opener in openers_in(code)}
    assert list(addresses_of(handler, element, openers)) == [address]


def test_markup_that_a_script_writes_is_read_as_far_as_it_can_be_told() -> None:
    code = ("var c = 'nb'; document.write('<ifr' + 'ame src=\"/' + c + '/in.html\"></iframe>');"
            "document.write('<a href=\"' + unknown + '\">?</a>'); document.getElementById('app').src = '/x.png';")
    assert written_in(code, HERE, PAGE) == '<iframe src="/nb/in.html"></iframe>'


@pytest.mark.parametrize("code", [
    "'" * 500_000,
    "(" * 400_000,
    "var a = b + b; var b = c + c; var c = d + d; " + "".join(f"var {x} = {y} + {y};" for x, y in zip(
        "defghijklmnop", "efghijklmnopq", strict=True)) + "var q = 'xxxxxxxxxxxxxxxx'; $.get('/' + a)",
    "function f(a) { return f(a + '/x') }" * 10_000 + "$.get(f('/'))",
], ids=["quotes", "brackets", "doubling", "recursion"])
@pytest.mark.timeout(60)  # unbounded, each of these takes minutes
def test_hostile_code_says_nothing_and_ends(code: str) -> None:
    assert all(len(call.url) < 2000 for call in calls_in(code, HERE))


def test_names_beside_addresses_are_rows_whatever_takes_them() -> None:
    rows = rows_called("d.add(1, 0, '公开年报', 'list.asp?id=7', '', 'right'); show('提示', '请稍候')", HERE, PAGE)
    assert ["list.asp?id=7" in row for row in rows] == [True]


def test_a_built_script_tells_which_of_its_parts_a_page_needs() -> None:
    webpack = code_of('var r=[{path:"/",component:()=>c.e("k1")},{path:"/list/:id",component:()=>c.e("k2")}];'
                      'function u(e){return c.p+"static/js/"+({}[e]||e)+"."+{"k1":"aa","k2":"bb"}[e]+".js"}')
    assert chunks_in(webpack, "http://xx.gov.cn/w/static/js/app.js", "http://xx.gov.cn/w/list/7") == (
        "http://xx.gov.cn/w/static/js/k2.bb.js",)
    module = code_of('import{a}from"./api-1.js";const v=()=>import("./View-2.js");')
    assert chunks_in(module, "http://xx.gov.cn/assets/i.js", "http://xx.gov.cn/") == (
        "http://xx.gov.cn/assets/View-2.js", "http://xx.gov.cn/assets/api-1.js")
