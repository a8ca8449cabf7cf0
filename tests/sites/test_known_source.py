"""How the shipped list is made from workbooks as people keep them."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.command import REPOSITORY
from tests.shared_material import SHARED, needs_shared


def book(path: Path, *rows: tuple[str | None, ...]) -> str:
    made = Workbook()
    sheet = made.worksheets[0]
    for row in rows:
        sheet.append(row)
    made.save(path)
    return str(path)


def test_addresses_are_mended_and_what_is_doubtful_is_left_out_with_its_reason(tmp_path: Path) -> None:
    central = book(tmp_path / "c.xlsx", ("Organ", "Url"), ("水利部", "http://www.mwr.gov.cn/index.html?ivk_sa=1"),
                   ("SPC", "https://www.court.gov.cn/"), ("Some office", "http://x.gov.cn/"),
                   ("中国科学院", "https://www.cas.cn/"), (None, None))
    local = book(tmp_path / "l.xlsx", ("Province", "City/district", "Url"),
                 ("Guizhou", "Bijie", "http://www.bijie.gov.cn. "), ("Guizhou", "Duyun", "http://www.duyun.gov.cn./"),
                 ("Guizhou", "Xingyi", "htttp://www.gzxy.gov.cn/"), ("Guizhou", "Nowhere", "http://no.gov.cn/"),
                 ("Shaanxi", "Shaanxi provincial government", "http://www.shaanxi.gov.cn/"),
                 ("Anhui", "Hefei", "https://same.gov.cn/a"), ("Anhui", "Wuhu", "https://www.same.gov.cn/b"))
    done = subprocess.run([sys.executable, "-m", "tools.known_sites", central, local], cwd=REPOSITORY, check=True,
                          capture_output=True, text=True, encoding="utf-8")
    made = {row["agency"]: row for row in csv.DictReader(done.stdout.splitlines())}
    assert made["毕节市人民政府"]["url"] == "http://www.bijie.gov.cn/"
    assert made["都匀市人民政府"]["url"] == "http://www.duyun.gov.cn/"
    assert made["兴义市人民政府"]["url"] == "http://www.gzxy.gov.cn/"
    assert made["陕西省人民政府"]["region_code"] == "610000"
    assert made["水利部"] == {"url": "http://www.mwr.gov.cn/", "agency": "水利部", "region_code": "",
                           "admin_level": "central", "kind": "ministry"}
    left = [line for line in done.stderr.splitlines() if line.startswith("left out: ")]
    assert len(left) == 6 and "合肥市人民政府" not in made and "芜湖市人民政府" not in made
    assert any("Some office" in line and "no organ's name" in line for line in left)


def test_the_shipped_list_is_what_its_source_makes_of_it() -> None:
    done = subprocess.run([sys.executable, "-m", "tools.known_sites"], cwd=REPOSITORY, check=True, capture_output=True)
    assert done.stdout == (REPOSITORY / "crawler/sites/known.csv").read_bytes(), "run: python -m tools.known_sites"


@needs_shared
@pytest.mark.shared
def test_the_workbooks_make_the_shipped_list() -> None:
    books = [str(SHARED / f"real/datasets/{name}_websites.xlsx") for name in ("national", "local")]
    done = subprocess.run([sys.executable, "-m", "tools.known_sites", *books], cwd=REPOSITORY, check=True,
                          capture_output=True)
    assert done.stdout == (REPOSITORY / "crawler/sites/known.csv").read_bytes()
