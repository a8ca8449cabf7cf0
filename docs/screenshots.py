"""``python -m docs.screenshots``: pictures of every page, on a desk and on a phone, into docs/screenshots.

The archive is made by a crawl of the sample site, with invented agencies beside it (`docs.neighbours`).
``--archive DIR`` shows another one. Needs Chromium, the extra ``browser`` and fonts for Chinese (Debian: chromium,
fonts-noto-cjk).
"""

import argparse
import io
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from crawler.fetching.chromium import chromium_at
from docs.neighbours import follow_newest, settle
from tests.web.served import crawled, serving

FOLDER = Path(__file__).with_name("screenshots")
SIZES = {"desktop": (1280, 900, 1700), "phone": (390, 844, 1500)}
"""Width and height of the window, and how much of a long page is kept."""
COLOURS = 96


def pages(page: Any) -> dict[str, str]:
    """Each page by name; ids are read from the pages before."""
    page.goto("/reports?failed=true")
    report = first(page, ".results h3 a")
    page.goto("/reports?changed=true")
    changed = first(page, ".results h3 a")
    page.goto("/crawls")
    crawl = first(page, "td a[href^='/crawls/']")
    page.goto(report)
    agency = first(page, ".crumbs a[href^='/agencies/']")
    return {"front": "/", "search": "/reports?q=申请", "report": report, "versions": f"{changed}/versions",
            "compare": f"{changed}/compare", "agency": agency, "agencies": "/agencies", "coverage": "/coverage",
            "matrix": "/coverage/agencies?region=3502", "trouble": "/sites?trouble=true",
            "season": "/season", "changes": "/changes", "crawls": "/crawls", "crawl": crawl, "sites": "/sites",
            "interface": "/api"}


def first(page: Any, selector: str) -> str:
    return str(page.locator(selector).first.evaluate("link => link.pathname + link.search"))


def shoot(archive: Path) -> None:
    FOLDER.mkdir(exist_ok=True)
    with serving(archive) as at, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(chromium_at(None)), args=["--no-sandbox"])
        for size, (width, height, most) in SIZES.items():
            context = browser.new_context(base_url=at, viewport={"width": width, "height": height}, locale="zh-CN")
            page = context.new_page()
            for name, path in pages(page).items():
                answer = page.goto(path)
                if answer is not None and answer.ok:
                    tall = page.evaluate("document.documentElement.scrollHeight")
                    data = page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": width,
                                                                 "height": min(max(tall, height), most)})
                    save(data, FOLDER / f"{name}-{size}.png")
            context.close()
        browser.close()


def save(data: bytes, file: Path) -> None:
    """Few colours: a page has few."""
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m docs.screenshots")
    asked.add_argument("--archive", type=Path)
    given = asked.parse_args()
    if given.archive is not None:
        shoot(given.archive)
        return
    with tempfile.TemporaryDirectory() as folder:
        settle(Path(folder) / "archive")
        crawled(Path(folder) / "archive", "--region-code", "350200")  # the newest crawl is the one that is shown
        follow_newest(Path(folder) / "archive")
        shoot(Path(folder) / "archive")


if __name__ == "__main__":
    main()
