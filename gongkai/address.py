"""The one URL canonicaliser. `canonical` gives the address to ask for, `identity` the name two spellings share."""

import re
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode, urljoin, urlsplit, urlunsplit

# Session ids, click trackers and cache busters seen in the field; none of them chooses another page.
_NOISE = re.compile(
    r"^(jsessionid|phpsessid|sessionid|aspsessionid\w*|_t|_|t_s|timestamp|ivk_sa|spm|from|isappinstalled"
    r"|utm_\w+|wd|eqid|print|session_?id|cache_?bust|nocache|rand|random)$",
    re.I,
)
_SESSION_PATH = re.compile(r";jsessionid=[^/?#]*", re.I)
_DEFAULT_PORT = {"http": 80, "https": 443}


def canonical(url: str, base: str | None = None) -> str | None:
    """Absolute http(s) address in one spelling, or None for anything else (javascript:, mailto:, broken text).

    Host in lower-case IDNA, default port and fragment dropped, dot segments resolved, session ids and trackers
    removed, percent-escapes in upper case with UTF-8 for what was not escaped. A ``#/…`` fragment (single-page
    application route) is kept, because there it names the page.
    """
    text = re.sub(r"[\t\r\n]", "", url.strip()).replace("\\", "/")
    try:
        parts = urlsplit(urljoin(base, text) if base else text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in _DEFAULT_PORT or not host:
        return None
    try:
        host = host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError:
        return None
    scheme = parts.scheme.lower()
    netloc = (f"[{host}]" if ":" in host else host) + (f":{port}" if port and port != _DEFAULT_PORT[scheme] else "")
    path = _dots(_SESSION_PATH.sub("", parts.path)) or "/"
    fragment = parts.fragment if parts.fragment.startswith(("/", "!/")) else ""
    return urlunsplit((scheme, netloc, _escape(path, "/%:@!$&'()*+,;=~-._"), _query(parts.query), fragment))


def identity(url: str) -> str:
    """What two addresses of one page share: the canonical address without scheme and without a trailing index page.

    http and https of one host serve one site in this field (2,029 of 3,208 portals are listed as http only).
    """
    address = canonical(url)
    if address is None:
        raise ValueError(f"not an http(s) address: {url!r}")
    bare = address.split("://", 1)[1]
    return re.sub(r"/(index|default)\.(s?html?|jsp|aspx?|php)$", "/", bare)


def host_of(url: str) -> str:
    """Lower-case host without port; empty for what has none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def place_of(url: str) -> str:
    """The unit politeness counts by: a host with its port, http and https on their default ports being one."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    return host if parts.port in (None, *_DEFAULT_PORT.values()) else f"{host}:{parts.port}"


def home_of(url: str) -> str | None:
    """The root of an address's host, its port included; None for what is no address."""
    address = canonical(url)
    if address is None:
        return None
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}/"


def listed_host(entry: str) -> tuple[str, int | None]:
    """Host and port of an entry of ``allow_hosts``: ``host``, ``host:port`` or a literal address, IPv6 without brackets
    too."""
    parts = urlsplit(f"//[{entry}]" if entry.count(":") > 1 and "[" not in entry else f"//{entry}")
    return (parts.hostname or "").rstrip("."), parts.port


def _dots(path: str) -> str:
    out: list[str] = []
    for piece in path.split("/"):
        if piece == "..":
            if len(out) > 1:
                out.pop()
        elif piece != ".":
            out.append(piece)
    if path.endswith(("/.", "/..")):
        out.append("")
    return "/".join(out)


def _escape(text: str, safe: str) -> str:
    return re.sub(r"%[0-9a-f]{2}", lambda m: m.group().upper(), quote(text, safe=safe))


def _query(query: str) -> str:
    if not query:
        return ""
    if re.search(r"%(?![0-9A-Fa-f]{2})", query):
        return _escape(query.replace("%", "%25"), "/%:@!$&'()*+,;=~-._?")
    try:
        unquote_to_bytes(query).decode("utf-8")
    except UnicodeDecodeError:  # GBK-escaped queries must go back byte for byte
        kept = [p for p in query.split("&") if p and not _NOISE.match(p.split("=", 1)[0])]
        return _escape("&".join(kept), "/%:@!$&'()*+,;=~-._?")
    if not any(_NOISE.match(key) for key, _ in parse_qsl(query, keep_blank_values=True)):
        return _escape(query, "/%:@!$&'()*+,;=~-._?")
    pairs = [(k, v) for k, v in parse_qsl(query, keep_blank_values=True) if not _NOISE.match(k)]
    return urlencode(pairs)
