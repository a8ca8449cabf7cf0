"""Places by their codes: names, the way down from the province, what lies in them. From the codebook handed in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from gongkai.site import region_prefix

_KIND = re.compile("(维吾尔|壮族|回族)?自治区$|特别行政区$|[省市]$")


@dataclass(frozen=True)
class Places:
    names: Mapping[str, tuple[str, ...]]
    """Names from the province down, by six-digit code."""

    def name(self, code: str | None) -> str:
        """The place's own name; the code where it is not known, empty for none."""
        whole = _whole(code)
        return self.names[whole][-1] if whole in self.names else code or ""

    def short(self, code: str | None) -> str:
        """A province without what kind of one it is: 广西, not 广西壮族自治区."""
        return _KIND.sub("", self.name(code))

    def full_name(self, code: str | None) -> str:
        whole = _whole(code)
        return "".join(self.names[whole]) if whole in self.names else code or ""

    def way(self, code: str | None) -> list[str]:
        """Six-digit codes from the province down to `code` itself, those that are known."""
        whole = _whole(code)
        steps = dict.fromkeys((whole[:2] + "0000", whole[:4] + "00", whole)) if whole else {}
        return [step for step in steps if step in self.names]

    def inside(self, code: str | None) -> list[str]:
        """What lies directly in a place: provinces in the country, prefectures (and counties under no prefecture) in
        a province, counties in a prefecture."""
        return self._inside.get(_whole(code), [])

    @cached_property
    def _inside(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for code in sorted(self.names):
            above = [step for step in (code[:4] + "00", code[:2] + "0000") if step != code and step in self.names]
            found.setdefault(above[0] if above else "", []).append(code)
        return found


def _whole(code: str | None) -> str:
    """Six digits: 35, 3502 and 350200 are spelt in full."""
    return region_prefix(code or "").ljust(6, "0") if code else ""
