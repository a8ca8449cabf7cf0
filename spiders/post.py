"""What is sent along with an address where a list is only given out for a POST (jpage, Epoint, ASP.NET, search
forms)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from gongkai.address import identity
from gongkai.digest import sha256_hex

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


@dataclass(frozen=True)
class Post:
    """`body` as it goes over the wire, in UTF-8."""

    body: str
    content_type: str = FORM

    @classmethod
    def form(cls, fields: Mapping[str, str]) -> "Post":
        return cls(urlencode(fields))

    @classmethod
    def json(cls, value: Any) -> "Post":
        return cls(json.dumps(value, ensure_ascii=False), JSON)


@dataclass(frozen=True)
class Asked:
    """One thing to ask for: an address, with a body where it takes one."""

    url: str
    post: Post | None = None

    @property
    def place(self) -> str:
        """The address without its query: what two ways to say one request share."""
        return self.url.split("?")[0]


def asked_identity(url: str, post: Post | None = None) -> str:
    """What two requests for one thing share: the address, and where there is one the body sent to it."""
    return identity(url) if post is None else f"{identity(url)} POST {sha256_hex(post.body.encode())[:16]}"
