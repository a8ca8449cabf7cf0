"""What a page's scripts ask for and where they lead, read without running them."""

import pytest
from lxml import html

from spiders.calls import calls_in
from spiders.openers import addresses_of, openers_in
from spiders.post import FORM, JSON, Asked, Post
from spiders.written import written_in

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
])
def test_a_request_is_read_whichever_way_it_is_written(code: str, asked: Asked) -> None:
    assert calls_in(code, HERE, PAGE)[0] == asked


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
