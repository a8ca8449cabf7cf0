"""What flows through Gongkai and the one place for each truth every room shares.

The rooms are ``spiders`` (find), ``crawler`` (capture, normalise, recognise, run jobs), ``storage`` (archive) and later
``web`` (browse). They all may import this package; it imports none of them.
"""

__version__ = "0.1.0"
PIPELINE_VERSION = 4
"""Raised whenever reading the same bytes may give another text, cell or field; kept with every interpretation."""
