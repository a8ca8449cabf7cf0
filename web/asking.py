"""What is asked of the pages over places, years and seasons; the same names as everywhere."""

from typing import Any

from pydantic import Field, model_validator

from gongkai.errors import ConfigurationError
from storage import CoverageQuery
from web.filters import Asked, Paged

_REGION = "^[0-9]{2}([0-9]{2}){0,2}$"
_AGENCY = "^[0-9a-f]{16}$"
MOST_YEARS = 40


class InPlace(Asked):
    region: str | None = Field(None, pattern=_REGION, examples=["350200"],
                               description="division code or its beginning: 35 or 350000 is all of Fujian")


class Years(InPlace):
    """Report years; by default from 2019, when the present deadlines came into force, to the newest that is due."""

    since: int = Field(CoverageQuery.since, ge=2000, le=2100, description="first report year", examples=[2019])
    until: int | None = Field(None, ge=2000, le=2100, description="last report year", examples=[2024])
    year: int | None = Field(None, ge=2000, le=2100, description="one report year alone: as since and until both")

    @model_validator(mode="before")
    @classmethod
    def _one_year(cls, given: Any) -> Any:
        if isinstance(given, dict) and str(given.get("year")).isdigit() and not {"since", "until"} & given.keys():
            return {**given, "since": given["year"], "until": given["year"]}
        return given

    @model_validator(mode="after")
    def _not_too_many(self) -> "Years":
        if self.until is not None and not 0 <= self.until - self.since < MOST_YEARS:
            raise ConfigurationError(f"until: expected a year from since={self.since} on, at most {MOST_YEARS} years, "
                                     f"not {self.until}")
        return self

    @property
    def query(self) -> CoverageQuery:
        return CoverageQuery(region=self.region, since=self.since, until=self.until)


class AgencyYearsAsked(Years, Paged):
    agency: str | None = Field(None, max_length=100, description="an agency's id or part of its name")

    @property
    def query(self) -> CoverageQuery:
        return CoverageQuery(agency=self.agency, region=self.region, since=self.since, until=self.until)


class AgenciesAsked(InPlace, Paged):
    q: str | None = Field(None, max_length=100, description="part of the agency's name", examples=["城市管理"])


class SeasonAsked(InPlace):
    year: int | None = Field(None, ge=2000, le=2100, description="report year; by default last year", examples=[2024])


class SeasonListAsked(SeasonAsked, Paged):
    pass


class NewsAsked(InPlace):
    year: int | None = Field(None, ge=1990, le=2100, description="report year", examples=[2024])
    agency: str | None = Field(None, pattern=_AGENCY, description="an agency's id", examples=["0f1e2d3c4b5a6978"])


class NewsPageAsked(NewsAsked, Paged):
    limit: int = Field(20, ge=1, le=100, description="entries a page")
