"""What kind of body an agency is, told from its name: a whole government, a township, or one of their departments."""

from functools import cache, lru_cache

from gongkai.vocabularies import vocabulary

TYPES = ("government", "department", "township")


@cache
def _endings() -> tuple[tuple[str, tuple[str, ...]], ...]:
    kinds = vocabulary("gongkai", "vocabulary/agency_types.yaml")
    return tuple((kind, tuple(data["endings"])) for kind, data in kinds.items())


@lru_cache(maxsize=65536)
def agency_type(name: str) -> str:
    """Empty for no name."""
    return next(kind for kind, endings in _endings() if name.endswith(endings)) if name else ""
