"""Writes what the code already says: docs/settings.md and .env.example from the settings class, docs/cli.md from the
commands, storage/schemas from the types of the objects. `make docs` runs it; a test compares the files with what it
would write.
"""

import subprocess
import sys
from pathlib import Path
from typing import get_args

from pydantic.fields import FieldInfo

from gongkai.settings import Settings
from storage.schemas import made

ROOT = Path(__file__).resolve().parents[1]
_MADE = "<!-- Made by `make docs`. Edit {source} instead. -->"

_SETTINGS_HEAD = f"""{_MADE.format(source="gongkai/settings.py")}
# 设置 · Settings

每项设置有默认值；工作目录下的 `gongkai.toml` 覆盖默认值，环境变量 `GONGKAI_*` 覆盖 `gongkai.toml`，命令行选项最后生效。
`GONGKAI_CONFIG` 可指定另一个 TOML 文件。密钥可放在文件中：`/run/secrets`（或 `GONGKAI_SECRETS_DIR` 所指目录）下
与环境变量同名的文件（如 `gongkai_s3_secret_key`）的内容即为该设置；它覆盖 `gongkai.toml`，环境变量又覆盖它。

Every setting has a default; `gongkai.toml` in the working directory overrides it, `GONGKAI_*` overrides that, and a
command's own option comes last. `GONGKAI_CONFIG` names another TOML file. Secrets can be files: what a file in
`/run/secrets` (or in the directory `GONGKAI_SECRETS_DIR` names) holds that is named like the variable, as in
`gongkai_s3_secret_key`, is that setting; it overrides `gongkai.toml`, and the environment overrides it. A value that
cannot be used names itself, says what was expected and gives an example; the exit code is then 2.

```toml
# gongkai.toml
archive = "s3://reports/cn"
delay_s = 2
allow_hosts = "www.example.org"
```

| setting | environment | default | what it is | example |
|---|---|---|---|---|
"""

_ENV_HEAD = """# Every setting of Gongkai as an environment variable; made by `make docs` from gongkai/settings.py.
# For the containers: copy to docker/.env and set at least GONGKAI_CONTACT and the two S3 keys.
# A line left commented keeps the default it shows; where there is none it shows an example.
"""


def pages() -> dict[Path, str]:
    """Every generated file and its text."""
    return {
        ROOT / "docs/settings.md": _SETTINGS_HEAD + "".join(map(_settings_row, Settings.model_fields.items())),
        ROOT / ".env.example": _ENV_HEAD + "".join(map(_env_lines, Settings.model_fields.items())),
        ROOT / "docs/cli.md": f"{_MADE.format(source='the command in crawler/cli')}\n{_commands()}",
        **{ROOT / "storage/schemas" / name: text for name, text in made().items()},
    }


def _settings_row(item: tuple[str, FieldInfo]) -> str:
    name, about = item
    shown = _default(about).replace("|", "\\|")
    says = f"{about.description}{_choices(about)}".replace("|", "\\|")
    default = f"`{shown}`" if shown else "–"
    return f"| `{name}` | `GONGKAI_{name.upper()}` | {default} | {says} | `{_example(about)}` |\n"


def _env_lines(item: tuple[str, FieldInfo]) -> str:
    name, about = item
    return f"\n# {about.description}{_choices(about)}\n#GONGKAI_{name.upper()}={_default(about) or _example(about)}\n"


def _default(about: FieldInfo) -> str:
    if about.default is None:
        return ""
    if isinstance(about.default, tuple):
        return ",".join(about.default)
    return str(about.default).lower() if isinstance(about.default, bool) else str(about.default)


def _example(about: FieldInfo) -> str:
    return str((about.examples or [""])[0])


def _choices(about: FieldInfo) -> str:
    choices = [choice for choice in get_args(about.annotation) if isinstance(choice, str)]
    return f" ({', '.join(choices)})" if choices else ""


def _commands() -> str:
    # Told which application: `app` is made when asked for, and looking through the package Typer would take `main`.
    asked = [sys.executable, "-m", "typer", "--app", "app", "crawler.cli", "utils", "docs", "--name", "gongkai"]
    answer = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
    return "\n".join(line.rstrip() for line in answer.stdout.strip().splitlines()) + "\n"


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
