"""What a link is followed for."""

from typing import Literal

Role = Literal["home", "hub", "report", "column", "year_column", "container", "directory", "sibling", "pager", "frame",
               "shell", "fallback", "script", "guess", "unknown", "none"]
