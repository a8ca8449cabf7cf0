"""The words and tables that stand beside the code, in YAML."""

from importlib import resources
from typing import Any

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one written in C takes a tenth of the time: 20 instead of 190 ms of every crawl."""


def vocabulary(package: str, name: str) -> Any:
    """What ``name`` in the folder of `package` says. Ours alone: no file of a user's is read like this."""
    return yaml.load(resources.files(package).joinpath(name).read_text(encoding="utf-8"), _LOADER)
