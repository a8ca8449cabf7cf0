"""kill -9 at any step of a crawl, in a directory and on S3: one more run gives the whole archive."""

import signal

import pytest

from tests.chaos.conftest import Machine, Site, Whole, another, assert_kept, assert_whole, drawn, points


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("place", ["on_disk", "on_s3"])
def test_killed_at_any_step_one_more_run_gives_the_whole_archive(
        place: str, request: pytest.FixtureRequest, site: Site, whole: Whole) -> None:
    first: Machine = request.getfixturevalue(place)
    steps = whole.steps
    if place == "on_s3":
        steps = site.crawl_whole(another(first, "steps")).steps
    killed = 0
    for step in drawn(place, points(2), steps):
        machine, when = another(first, f"at-{step}"), f"{place}, killed at step {step} of {steps}"
        told = site.crawl(machine, killed_at_step=step)
        assert told.exit_code in (-signal.SIGKILL, 0), (when, told.stderr)
        killed += told.exit_code == -signal.SIGKILL
        assert_kept(machine, told.acknowledged, when)
        site.crawl_whole(machine)
        assert_whole(machine, whole, when, told.acknowledged)
    print(f"{place}: killed {killed} times at steps drawn from {steps}")
    assert killed
