"""Reading reports: is it one, whose, for which year, and every statutory cell."""

from crawler.reports.read import read_report

__all__ = ["read_report"]
