"""The one parser of what is asked of a listing: the same names and limits for every page and the API."""

from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, model_validator

from web.paging import LONGEST

Region = Annotated[str, Field(pattern="^[0-9]{2}([0-9]{2}){0,2}$")]
OrderId = Annotated[str, Path(pattern=r"^[0-9TZ.]{10,30}-[0-9a-f]{8}$", description="the order's id")]
CrawlId = Annotated[str, Path(pattern=r"^[0-9TZ]{10,20}-[0-9a-f]{8}$", description="the crawl's id")]
Level = Literal["province", "prefecture", "county", "township"]
AgencyType = Literal["government", "department", "township"]
Sort = Literal["place", "year", "newest", "relevance"]


class Asked(BaseModel):
    """A form sends its empty fields, too: they ask for nothing."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {name: value for name, value in given.items() if not (isinstance(value, str) and not value.strip())}


class Paged(Asked):
    after: str | None = Field(None, max_length=LONGEST, description="`next` of the page before")
    limit: int = Field(50, ge=1, le=200, description="entries a page")


class Filters(Asked):
    """Which reports. Every given condition must hold."""

    q: str | None = Field(None, max_length=200, description="words in title or text; phrases in quotation marks",
                          examples=["不予公开"])
    agency: str | None = Field(None, max_length=100, description="an agency's id or part of its name",
                               examples=["城市管理"])
    year: int | None = Field(None, ge=1990, le=2100, description="report year", examples=[2024])
    region: Region | None = Field(None, examples=["350200"],
                                  description="division code or its beginning: 35 or 350000 is all of Fujian")
    level: Level | None = Field(None, description="administrative level")
    type: AgencyType | None = Field(None, description="kind of agency")
    form: str | None = Field(None, max_length=40, pattern="^[a-z0-9-]+$", description="form of the statistics",
                             examples=["cn-gov-2021"])
    failed: bool | None = Field(None, description="whether an identity of the form does not hold")
    changed: bool | None = Field(None, description="whether it was changed after publication")

    @property
    def chosen(self) -> dict[str, Any]:
        """What is asked for, by name, for links."""
        return {name: value for name in Filters.model_fields if (value := getattr(self, name)) is not None}


class Listing(Filters, Paged):
    sort: Sort | None = Field(None, description="place (region, agency, year), year (the newest first), newest by "
                              "publication; with words newest or relevance")


class CrawlList(Paged):
    site: str | None = Field(None, max_length=500, description="the site's address")


class SiteList(Paged):
    region: Region | None = Field(None, description="division code or its beginning")
    trouble: bool | None = Field(None, description="whether its last crawls failed")
    sort: Literal["place", "due"] | None = Field(None, description="place (region, agency), or due: those that are to "
                                                 "be crawled by themselves, the next one first")
