"""Whole simulated sites with truth and a scorer (field material, not part of the repository)."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.shared_material import needs_shared
from tests.simulator import simulator
from tests.spiders.conftest import crawl_in_child

pytestmark = [pytest.mark.shared, needs_shared]


def _crawl(target: dict[str, Any], proxy: str, log: Path) -> dict[str, Any]:
    args = {"site": target["home"], "agency": target["agency"], "former_names": ",".join(target["former_names"])}
    return crawl_in_child({"args": args}, proxy, log)


@pytest.mark.parametrize("seed", ["lotus"])
def test_every_own_report_of_s1_and_s5_is_reached_and_no_distractor_taken(seed: str, tmp_path: Path) -> None:
    claims = tmp_path / "claims.jsonl"
    with simulator(seed, "s1,s5") as sim, claims.open("w", encoding="utf-8") as out:
        for target in sim.get("/targets"):
            told = _crawl(target, sim.proxy, tmp_path / f"{target['site']}.log")
            for url, year in told["found"].items():
                out.write(
                    json.dumps({"url": url, "year": year, "agency": target["agency"], "site": target["site"]}) + "\n"
                )
        out.flush()
        scored = sim.score(claims)
    for site in ("s1", "s5"):
        assert scored[site]["recall"] == 1.0
        assert scored[site]["precision"] == 1.0
        assert scored[site]["overhead"] <= 2 * scored[site]["oracle"]
        assert not set(scored[site]["tags"]) & {"calendar", "search", "copy", "spam", "offsite"}
    assert scored["s1"]["corrected"] == "1/1"
