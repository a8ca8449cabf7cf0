"""The system's own Chromium, found by path and never downloaded, and what is missing where it cannot be used."""

import importlib.util
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium_at(configured: str | None) -> Path | None:
    """The program to start: what `browser_path` names, else the first of `NAMES` on the path."""
    found = shutil.which(configured) if configured else next((p for name in NAMES if (p := shutil.which(name))), None)
    return Path(found) if found else None


def driver_is_there() -> bool:
    return importlib.util.find_spec("playwright") is not None


def lacking(configured: str | None) -> tuple[str, str] | None:
    """What to install before pages can be drawn, in Chinese and in English; None when nothing is missing."""
    if not driver_is_there():
        return ("缺少 playwright：pip install 'gongkai[browser]'",
                "playwright is missing: pip install 'gongkai[browser]'")
    if chromium_at(configured) is None:
        if configured:
            return (f"browser_path {configured} 不是可执行程序：请指向 chromium 或 google-chrome",
                    f"browser_path {configured} is no program; point it at chromium or google-chrome")
        return ("未找到 Chromium：apt-get install chromium，或用 GONGKAI_BROWSER_PATH 指明位置",
                "no Chromium found: apt-get install chromium, or name its place with GONGKAI_BROWSER_PATH")
    return None
