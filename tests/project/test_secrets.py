"""Secrets come from files, and appear nowhere else."""

import logging
from pathlib import Path

import pytest

from crawler.jobs.now import environment_of
from gongkai.errors import ConfigurationError
from gongkai.settings import load_settings


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "secrets"
    place.mkdir()
    for name in ("GONGKAI_CONFIG", "GONGKAI_S3_SECRET_KEY", "GONGKAI_CATALOG_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GONGKAI_SECRETS_DIR", str(place))
    monkeypatch.chdir(tmp_path)
    return place


def test_a_file_named_like_its_variable_is_the_setting_over_the_toml_file_and_under_the_environment(
        secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("gongkai.toml").write_text('s3_secret_key = "of the file"\ndelay_s = 5\n')
    assert load_settings().s3_secret_key == "of the file"
    (secrets / "gongkai_s3_secret_key").write_text("of the secret\n")
    assert (load_settings().s3_secret_key, load_settings().delay_s) == ("of the secret", 5)
    monkeypatch.setenv("GONGKAI_S3_SECRET_KEY", "of the environment")
    assert load_settings().s3_secret_key == "of the environment"


def test_the_password_goes_into_the_catalogs_address_and_into_no_childs_environment(secrets: Path) -> None:
    (secrets / "gongkai_catalog_password").write_text("p@ss:w/rd")
    settings = load_settings(catalog="postgresql://gongkai@db.example.org/gongkai")
    assert settings.catalog_url == "postgresql://gongkai:p%40ss%3Aw%2Frd@db.example.org/gongkai"
    child = environment_of(settings)
    assert not any("p@ss" in value or "p%40ss" in value for value in child.values())
    assert child["GONGKAI_SECRETS_DIR"] == str(secrets), "the child finds it itself"
    own = load_settings(catalog="postgresql://gongkai:own@db.example.org/gongkai")
    assert own.catalog_url == "postgresql://gongkai:own@db.example.org/gongkai"
    assert load_settings(catalog="sqlite:////a/b.db").catalog_url == "sqlite:////a/b.db"


def test_a_wrong_file_is_named_and_a_secret_is_never_told(
        secrets: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    (secrets / "gongkai_delay_s").write_text("soon")
    with pytest.raises(ConfigurationError, match="secrets/gongkai_delay_s: 'soon' cannot be used"):
        load_settings()
    (secrets / "gongkai_delay_s").unlink()
    (secrets / "gongkai_s3_secret_keys").write_text("x")
    with caplog.at_level(logging.WARNING):
        load_settings()
    assert "did you mean GONGKAI_S3_SECRET_KEY?" in caplog.text
    monkeypatch.setenv("GONGKAI_SECRETS_DIR", str(secrets / "nowhere"))
    with pytest.raises(ConfigurationError, match="is not a directory"):
        load_settings()
