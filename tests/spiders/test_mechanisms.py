"""Every publishing system, a whole invented site each: all own reports, nobody else's, in few requests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.spiders.measured import measure
from tests.worlds import INVENTIONS, variants

MOST_TRAPS = 2
MOST_FOR_NOTHING = 40

_TABLE: dict[str, str] = {}


@pytest.fixture(scope="module", autouse=True)
def table(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    lines = [f"{'world':15} recall  wrong requests overhead  oracle  outcome     traps", *_TABLE.values()]
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print("\n" + "\n".join(lines))


@pytest.mark.parametrize("name", variants())
def test_every_own_report_is_found_and_little_else_is_asked(name: str, tmp_path: Path) -> None:
    seen = measure(name, tmp_path)
    _TABLE[name] = seen.line(name)
    found = len(seen.told["found"])
    enough = 0.9 if name in INVENTIONS else 1.0
    assert seen.recall >= enough, f"missing {seen.missing}; {seen.told['explanation']}"
    assert len(seen.wrong) <= 0.01 * found, f"counted as own: {seen.wrong}"
    assert not seen.torn, "files or further pages of a report were not fetched with it"
    assert all(n <= MOST_TRAPS for n in seen.spent.traps.values()), seen.spent.traps
    assert max(line.open for line in seen.world.log) == 1, "two requests were open at once on one host"
    if seen.world.own:
        assert seen.spent.overhead <= 2 * seen.oracle + 3
    else:
        assert seen.told["outcome"] == "nothing"
        assert seen.spent.all <= MOST_FOR_NOTHING
