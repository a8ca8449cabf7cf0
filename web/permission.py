"""Whether a visitor may order something: a token they hold, and a form of ours that it was typed into."""

from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request

from storage.tokens import Tokens
from web.desk import Desk

_OWN_PAGES = ("same-origin", "none")


def ordered_by(request: Request, desk: Desk, typed: str | None = None) -> str:
    """The name the token was given out under. 401 without a right one, 403 from a page of another site.

    The token itself keeps other sites from ordering through a visitor's browser: it comes in the form or in a header,
    never in a cookie that browsers send by themselves.
    """
    if not _from_here(request):
        raise HTTPException(403, "the form was sent from a page of another site")
    owner = Tokens(desk.settings.state_dir).owner(typed or _bearer(request) or "")
    if owner is None:
        raise HTTPException(401, "a token is needed; whoever keeps this archive gives one out with: gongkai token new",
                            {"WWW-Authenticate": "Bearer"})
    return owner


def _bearer(request: Request) -> str | None:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else None


def _from_here(request: Request) -> bool:
    if request.headers.get("sec-fetch-site", "none") not in _OWN_PAGES:
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")
