"""The signal by which a crawl explains itself to whoever keeps its books."""

lead_settled = object()
"""Scrapy signal, sent with ``step``: a `gongkai.capture.Step`, for every lead that was asked for."""
