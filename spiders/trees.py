"""Trees of columns that fetch each branch when it is opened: zTree, EasyUI's tree.

What they send is the library's doing and stands in no page: the first request has no parameters but the settings' own,
the next ones the opened node's id.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gongkai.address import canonical
from spiders.code import Code
from spiders.post import Asked, Post
from spiders.sent import Encoded, as_query, with_query
from spiders.syntax import arguments_of

POSTED = "POST "
"""What the pattern of a branch that is asked for by POST begins with; its fields stand in its query."""
_EASY = re.compile(r"\.(?:tree|combotree)$")


@dataclass(frozen=True)
class Tree:
    address: str
    parameter: str
    posts: bool
    always: str
    """What every request sends besides, as a query."""

    @property
    def pattern(self) -> str:
        """The request of a branch, with the node's ``{id}``."""
        pattern = with_query(with_query(self.address, self.always), f"{self.parameter}={{id}}")
        return f"{POSTED}{pattern}" if self.posts else pattern

    def root(self, base: str) -> Asked | None:
        url = canonical(self.address if self.posts or not self.always else f"{self.address}?{self.always}", base)
        return Asked(url, Post(self.always) if self.posts else None) if url else None


def trees_in(code: Code) -> Iterator[Tree]:
    for node in code.set_to.get("async", ()):
        held = code.value(node) if node.type == "object" else None
        if isinstance(held, dict) and isinstance(address := held.get("url"), str):
            named = held.get("autoParam")
            first = next((one for one in named if isinstance(one, str)), "id") if isinstance(named, list) else "id"
            beside = held.get("otherParam")
            yield Tree(address, first.split("=")[-1].strip(), str(held.get("type") or "post").lower() == "post",
                       as_query(beside) if isinstance(beside, dict) else "")
    for call in code.calls:
        callee = code.text(call.child_by_field_name("function"))[-40:]
        options = next((one for one in arguments_of(call) if one.type == "object"), None)
        if options is None or not _EASY.search(callee):
            continue
        held = code.value(options)
        if isinstance(held, dict) and not isinstance(held, Encoded) and isinstance(address := held.get("url"), str):
            yield Tree(address, "id", str(held.get("method") or "post").lower() == "post", "")
