"""One agency site: a row of data, never a class of code."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AgencySite:
    """Where an agency publishes, as a person or a registry row gave it.

    `agency` is the full name in use now, when known; `former_names` the ones older reports carry (机构改革 renamed
    thousands in 2018-19). `region_code` is six digits of GB/T 2260.
    """

    url: str
    agency: str | None = None
    region_code: str | None = None
    former_names: tuple[str, ...] = ()
    schedule: str | None = None


def level_of(region_code: str) -> str:
    """province, prefecture or county, by the shape of a GB/T 2260 code."""
    if region_code.endswith("0000"):
        return "province"
    return "prefecture" if region_code.endswith("00") else "county"


def region_prefix(code: str) -> str:
    """350000 means all of Fujian: pairs of zeros at the end name a whole."""
    while len(code) in (4, 6) and code.endswith("00"):
        code = code[:-2]
    return code
