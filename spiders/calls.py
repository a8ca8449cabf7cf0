"""Requests that a page's scripts make for their data, as far as they can be read without running them."""

import re
from collections.abc import Iterable, Iterator
from html import unescape
from itertools import chain, islice
from typing import Any, Final

from tree_sitter import Node

from gongkai.address import canonical
from spiders.code import Code, code_of
from spiders.literals import read_literal
from spiders.lookups import UNKNOWN
from spiders.markup import LONGEST_SCRIPTS
from spiders.post import Asked, Post
from spiders.sent import Encoded, Stringified, as_query, flat, with_query
from spiders.syntax import arguments_of
from spiders.trees import trees_in
from spiders.vocabulary import records
from spiders.widgets import asked_in

_MOST_CALLS = 12
_CLIENT = re.compile(
    r"(?:^|[.\s])(?:\$|jQuery|axios|dojo|\$?https?|request|uni|ajax|api|wx|service|Vue)(?:\.|$)", re.I)
_VERB = re.compile(
    r"^(?:ajax|get|post|getJSON|request|fetch|load|ajaxGet|ajaxPost|loadData|getData|postData|query"
    r"|xhrGet|xhrPost|use(?:Lazy)?Fetch|\$fetch|useSWR|useRequest|useAxios)$", re.I)
_JSON_CLIENT = re.compile(r"axios|\$http|\bhttp|request|service|api", re.I)
_SETTING = re.compile(r"(?:url|api|interface)$", re.I)
_OWN_SETTING = re.compile(
    r"^(?:el|elem|container|id|target|method|type|dataType|async|cache|timeout|div\w*|title|template|tpl|theme|skin"
    r"|before|after|success|error|complete|callback|headers|debug|open\w*|cache\w*|data(?:Before|After))$",
    re.I,
)
_NAMED = re.compile(r"url|api|interface|endpoint|service|source|action", re.I)
_ADDRESS = re.compile(r"^(?:https?:/)?/[^\"'\s<>{}+]{2,300}$")
_ATTRIBUTE = re.compile(
    r"""\sdata-(?:[\w-]*-)?(?:source|src|api|url|feed|endpoint|list|service|action|interface|remote|href)\s*=\s*"""
    r"""["']((?:https?:/)?/[^"'\s<>]{2,400})["']""",
    re.I,
)
_MARKUP = re.compile(r"\.(?:html?|shtml|js|css|png|jpe?g|gif)(?:\?|$)", re.I)
_NOT_A_LIST = re.compile(
    r"login|logout|visit|count|click|hits|stat(?:s|istic)|weather|captcha|verif|like|comment|vote|upload"
    r"|share|config|token|user|pv\b|log/|/log|jiucuo|msg|message/send",
    re.I,
)
_SENT = ("data", "body", "params", "parameters", "content", "query")
_NONE: Final[dict[str, Any]] = {}


def calls_in(scripts: str, base: str, source: str = "", *, whole: bool = False) -> tuple[Asked, ...]:
    """The readable requests of `scripts` in order, each once; `source` is the page that loads them, in whose markup
    they look things up. With `whole` only those of which every part could be told."""
    code, seen = code_of(scripts, base, source), set[str]()
    roots = (asked for tree in trees_in(code) if (asked := tree.root(base)))
    drawn = tuple(_told(code, islice(chain(asked_in(code), roots), _MOST_CALLS), seen, whole=whole))
    own = frozenset(seen)
    sure = (c for c in chain(_direct(code), _loaded(code), _settings_objects(code)) if c.place not in own)
    found = dict.fromkeys((*drawn, *islice(_told(code, sure, seen, whole=whole), _MOST_CALLS)))
    known = frozenset(seen)
    less_sure = islice(_told(code, chain(_named_addresses(code), _wrapped(code)), seen, whole=whole), 4 * _MOST_CALLS)
    return tuple(dict.fromkeys((*found, *(c for c in less_sure if c.place not in known))))[:_MOST_CALLS]


def _told(code: Code, calls: Iterable[Asked], seen: set[str], *, whole: bool) -> Iterator[Asked]:
    """What was lost between two calls was lost of the second, or of both where they are two ways to say one thing.
    `seen` takes in the addresses of all, told or not."""
    lost, before, told = code.lost, "", True
    for call in calls:
        place = call.place
        seen.add(place)
        told = code.lost == lost and (told or place != before)
        lost, before = code.lost, place
        if told or not whole:
            yield call


def calls_in_attributes(source: str, base: str) -> tuple[Asked, ...]:
    """Addresses that wait in data attributes for a script to ask for them."""
    urls = (
        canonical(unescape(match.group(1)), base)
        for match in _ATTRIBUTE.finditer(source[:LONGEST_SCRIPTS])
        if not _MARKUP.search(match.group(1)) and not _NOT_A_LIST.search(match.group(1))
    )
    return tuple(Asked(url) for url in dict.fromkeys(urls) if url)[:_MOST_CALLS]


def _direct(code: Code) -> Iterator[Asked]:
    """``$.ajax({…})``, ``axios.post(address, {…})``, ``fetch(address, {…})``, ``open('POST', address)``; inside a
    function of the site's own with what that is called with."""
    for node in code.calls:
        if not (arguments := arguments_of(node)):
            continue
        if node.type != "call_expression":
            yield from _prototype(code, node, arguments)
            continue
        callee = node.child_by_field_name("function")
        name, last = code.text(callee), code.last_name(callee)
        code.lost += code.comes_from_elsewhere(name)
        alone = callee is None or callee.type == "identifier"
        if last == "load" and (re.match(r"(?:\$|jQuery)\(", name) or _is_xml(code, arguments[0])):
            for env in code.environments(node):
                yield from _fragment(code, arguments, env)
            continue
        client = _CLIENT.search(name) and last not in ("$", "jQuery")
        if (last == "open" and len(arguments) >= 2) or (_VERB.match(last) and (alone or client)) or (client and alone):
            for env in code.environments(node):
                if last == "open":
                    yield from _opened(code, node, env)
                else:
                    yield from _made(code, name, last, arguments, env)
        elif alone and _is_settings(code, arguments[0]):
            for env in code.environments(node):
                yield from _made(code, name, last, arguments, env)


def _prototype(code: Code, node: Node, arguments: list[Node]) -> Iterator[Asked]:
    """``new Ajax.Request(address, {…})``, ``new Ajax.Updater(element, address, {…})``."""
    made = code.text(node.child_by_field_name("constructor"))
    if made in ("Ajax.Request", "Ajax.Updater"):
        yield from _made(code, made, "request", arguments[made == "Ajax.Updater":], {})


def _is_xml(code: Code, node: Node) -> bool:
    """``xmlDoc.load('list.xml')``: a document that the page takes its rows from."""
    return isinstance(address := code.value(node), str) and bool(re.search(r"\.xml(?:\?|$)", address))


def _is_settings(code: Code, node: Node) -> bool:
    """``{url: …, method: …}``, whatever a build step called the function that takes it."""
    if node.type != "object":
        return False
    keys = {code.text(one.child_by_field_name("key")) for one in node.named_children if one.type == "pair"}
    return "url" in keys and bool(keys & {"method", "type"})


def _made(code: Code, name: str, last: str, arguments: list[Node], env: dict[str, Any]) -> Iterator[Asked]:
    first, posts = code.value(arguments[0], "", env), "post" in last.lower()
    as_json = bool(_JSON_CLIENT.search(name))
    if isinstance(first, dict):
        yield from _from_settings(code, first, code.text(arguments[0]), posts, as_json)
        return
    if not isinstance(first, str):
        return
    options = code.value(arguments[1], "", env) if len(arguments) > 1 else UNKNOWN
    if not isinstance(options, dict):
        yield from _call(code, first, _form(options), posts, as_json)
    elif not posts and any(key in options for key in (
            "method", "type", "params", "parameters", "query", "body", "headers", "success")):
        yield from _from_settings(code, {"url": first, **options}, code.text(arguments[1]), False, as_json)
    else:
        yield from _call(code, first, options, posts, as_json)


def _from_settings(code: Code, settings: dict[str, Any], text: str, posts: bool, as_json: bool) -> Iterator[Asked]:
    address = next((settings[key] for key in ("url", "path", "src") if isinstance(settings.get(key), str)), None)
    if address is None:
        return
    address = _based(code, address) if as_json or "method" in settings else address
    method = settings.get("type") if "method" not in settings else settings["method"]
    posts = posts or str(method).lower() == "post"
    if "type" in settings and "method" not in settings and "headers" not in settings:  # jQuery's spelling sends a form
        as_json = False
    as_json = as_json or "application/json" in text
    query = settings.get("params")
    if posts and isinstance(query, dict) and any(key in settings for key in ("data", "body")):
        address = with_query(address, as_query(query))
    sent = next((settings[key] for key in _SENT if key in settings), _NONE)
    yield from _call(code, address, sent if isinstance(sent, dict) else _form(sent), posts, as_json)


def _based(code: Code, address: str) -> str:
    """As a client made with ``axios.create({baseURL: '/prod-api'})`` asks for it."""
    named = code.constant("baseURL")
    base = named.rstrip("/") if isinstance(named, str) else ""
    return f"{base}/{address.lstrip('/')}" if base and not address.startswith(("http", "//", base + "/")) else address


def _opened(code: Code, node: Node, env: dict[str, Any]) -> Iterator[Asked]:
    """An XMLHttpRequest; what it sends stands in the ``send`` that comes next."""
    method, address = (code.value(one, "", env) for one in arguments_of(node)[:2])
    if not isinstance(method, str) or not isinstance(address, str) or method.upper() not in ("GET", "POST"):
        return
    sent: Any = _NONE
    if method.upper() == "POST":
        after = (other for other in code.calls if other.start_byte > node.end_byte
                 and code.last_name(other.child_by_field_name("function")) == "send")
        inner = arguments_of(send) if (send := next(after, None)) is not None else []
        sent = code.value(inner[0], "", env) if inner else _NONE
    yield from _call(code, address, sent if isinstance(sent, dict) else _form(sent), method.upper() == "POST", False)


def _fragment(code: Code, arguments: list[Node], env: dict[str, Any]) -> Iterator[Asked]:
    """``$('#list').load('part.html #rows')``: a piece of markup put into the page."""
    address = code.value(arguments[0], "", env)
    named = isinstance(address, str) and address.strip() and not _NOT_A_LIST.search(address)
    if named and (url := canonical(address.split()[0], code.url)):
        yield Asked(url)


def _loaded(code: Code) -> Iterator[Asked]:
    """``script.src = '/rows?callback=draw'``: a script made to bring data (JSONP)."""
    for node in code.assignments:
        left = node.child_by_field_name("left")
        if left is None or not code.text(left).endswith(".src"):
            continue
        address = code.value(node.child_by_field_name("right"))
        if isinstance(address, str) and "?" in address and not re.search(r"\.(?:html?|png|jpe?g|gif|svg)\?", address):
            yield from _call(code, address, _NONE, False, False)


def _settings_objects(code: Code) -> Iterator[Asked]:
    """``{proxyUrl: '/x', params: {…}}``, ``{url: '/x', channelId: '7', pageNo: 1}``: handed to a vendor's own function,
    which only that function's code would tell; what stands beside the address is taken for its parameters."""
    for node in code.objects:
        if node.named_child_count > 60:
            continue
        held = code.value(node)
        named = (k for k, v in held.items() if _SETTING.search(k) and isinstance(v, str) and _ADDRESS.match(v))
        if (key := next(named, None)) is None:
            continue
        beside = (held.get(name) for name in ("params", "param", "data", "query"))
        inner = next((one for one in beside if isinstance(one, dict)), None)
        fields = inner if inner is not None else {
            k: v for k, v in held.items()
            if k != key and isinstance(v, str | int) and not _OWN_SETTING.match(k) and v != held[key]}
        if fields:
            yield from _call(code, held[key], fields, False, False)


def _named_addresses(code: Code) -> Iterator[Asked]:
    """``listUrl: '/docs?channel=x&pageNo='``: an address under a name that says so, begun or whole."""
    for name, node in code.settings():
        if not _NAMED.search(name):
            continue
        address = code.value(node)
        if not isinstance(address, str) or not _ADDRESS.match(address):
            continue
        last = re.search(r"[?&]([\w.]+)=$", address)
        if last and last.group(1).lower() in records().page_parameters:
            yield from _call(code, f"{address}1", _NONE, False, False)
        elif not last and not address.endswith(("/", "?", "&")):
            yield from _call(code, address, _NONE, False, False)


def _wrapped(code: Code) -> Iterator[Asked]:
    """``loadRows('/api/rows', {channel: 7})``: a function of the site's own that takes address and parameters."""
    for node in code.calls:
        if len(arguments := arguments_of(node)) < 2:
            continue
        address, fields = code.value(arguments[0]), code.value(arguments[1])
        if isinstance(address, str) and _ADDRESS.match(address) and isinstance(fields, dict) and fields:
            yield from _call(code, address, fields, False, False)
            yield from _call(code, address, fields, True, False)


def _form(sent: Any) -> dict[str, Any]:
    """``'id=7&page=1'`` as fields; ``"{id:'7',page:1}"`` as well."""
    if isinstance(sent, str) and sent.lstrip().startswith("{") and isinstance(held := read_literal(sent), dict):
        return Stringified(held)
    return dict(pair.split("=", 1) for pair in sent.split("&") if "=" in pair) if isinstance(sent, str) else {}


def _call(code: Code, address: str, fields: dict[str, Any], posts: bool, as_json: bool) -> Iterator[Asked]:
    if _MARKUP.search(address) or _NOT_A_LIST.search(address) or not re.search(r"[/?]|\.\w+$", address):
        return
    if posts:
        as_json = isinstance(fields, Stringified) or (as_json and not isinstance(fields, Encoded))
        post = Post.json(dict(fields)) if as_json else Post.form(flat(fields))
        url = canonical(address, code.url)
    else:
        post, url = None, canonical(with_query(address, as_query(fields)), code.url)
    if url:
        yield Asked(url, post)

