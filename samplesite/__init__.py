"""An invented agency's web site, generated in code: what `gongkai demo` crawls and the tests measure against."""

from samplesite.server import Request, SampleSite, serve
from samplesite.site import CORRECTED_YEAR, EDITED_YEAR, MISSING_YEARS, Published

__all__ = ["CORRECTED_YEAR", "EDITED_YEAR", "MISSING_YEARS", "Published", "Request", "SampleSite", "serve"]
