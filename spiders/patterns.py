"""What the pages of one trap share: an address without all that a machine could have counted or coined."""

import re
from urllib.parse import urlsplit

_COINED = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"  # GUID
    r"|(?<![a-z0-9])(?=[a-z_-]*\d)[0-9a-f]{8,}(?![a-z0-9])"  # hexadecimal id
    r"|(?<![A-Za-z0-9])(?=[^/]*[A-Z])(?=[^/]*[a-z])(?=[^/]*\d)[A-Za-z0-9+_=-]{12,}(?![A-Za-z0-9])"  # base64
    r"|(?<=\()[A-Za-z]\([^()]*\)+(?=\))",  # ASP.NET's (S(…))
)
_SESSION = re.compile(r"/\([A-Za-z]\([^/]*\)\)(?=/)|;[a-z]*(?:session|sid)[a-z]*=[^/?#]*", re.I)
_WORD_LIMIT = 40


def pattern_of(url: str) -> str:
    """Numbers, ids, session paths and long opaque segments become ``#``; parameters keep their names, and a long walk
    of the same kind of segments (/2026/03/14/, facets one after another) is one step."""
    parts = urlsplit(url)
    segments: list[str] = []
    for segment in _SESSION.sub("", parts.path).split("/"):
        plain = "#" if len(segment) > _WORD_LIMIT else re.sub(r"\d+", "#", _COINED.sub("#", segment)).lower()
        if not (plain == "#" and segments[-1:] == ["#"]):
            segments.append(plain)
    names = sorted({re.sub(r"\d+", "#", p.split("=")[0].lower()) for p in parts.query.split("&") if p})
    return f"{parts.netloc}{'/'.join(segments)}?{'&'.join(names)}"
