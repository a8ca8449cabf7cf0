"""What a result can be narrowed down by: each choice with its number, its words and its link."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from storage import FacetCounts
from web.desk import link
from web.filters import Filters
from web.places import Places
from web.words import Language, has, say


@dataclass(frozen=True)
class Choice:
    words: str
    link: str
    number: int | None = None


@dataclass(frozen=True)
class Facet:
    """One list of choices; `few` of them are enough where all would be too many."""

    title: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Narrowing:
    chosen: tuple[Choice, ...]
    """Conditions in force; their link takes them away."""
    facets: tuple[Facet, ...]


class Narrower:
    def __init__(self, asked: Filters, counts: FacetCounts, places: Places, language: Language,
                 agency: str | None = None) -> None:
        """`agency` is the name of the one that is asked for by its id, where it is known."""
        self._asked, self._counts, self._places, self._language = asked, counts, places, language
        self._agency = agency

    def narrowing(self) -> Narrowing:
        facets = (self._regions(), self._years(), self._named("level", self._counts.level),
                  self._named("type", self._counts.type), self._named("form", self._counts.form), self._states())
        return Narrowing(tuple(self._in_force()), tuple(facet for facet in facets if self._narrows(facet)))

    def _narrows(self, facet: Facet) -> bool:
        """One choice that all of the result shares is none, except for a place: there may be others in it."""
        return any(choice.number != self._counts.total for choice in facet.choices) or (
            bool(facet.choices) and facet.title == self._say("search.region"))

    def words_of(self, name: str, value: Any) -> str:
        """A condition as a person reads it."""
        match name:
            case "region":
                return (self._places.full_name if self._language == "zh" else self._places.name)(str(value))
            case "year":
                return self._say("search.year_is", year=value)
            case "failed" | "changed":
                return self._say(f"search.{name}_{'yes' if value else 'no'}")
            case "agency":
                return self._agency or str(value)
            case "level" | "type" | "form" if has(f"{name}.{value}"):
                return self._say(f"{name}.{value}")
        return f"“{value}”" if name == "q" else str(value)

    def _in_force(self) -> Iterable[Choice]:
        for name, value in self._asked.chosen.items():
            yield Choice(self.words_of(name, value), self._link(**{name: None}))

    def _regions(self) -> Facet:
        region = self._asked.region
        here = [Choice(self._places.name(code), self._link(region=code))
                for code in self._places.way(region)[:-1]]
        choices = []
        for code, number in sorted(self._counts.region.items()):
            own = region is not None and code.ljust(6, "0") == region.ljust(6, "0")
            if own and self._asked.level is None:
                level = "province" if len(code) == 4 else "prefecture"
                choices.append(Choice(self._say("search.own_level"), self._link(level=level), number))
            elif code and not own:
                choices.append(Choice(self._places.name(code), self._link(region=code), number))
        return Facet(self._say("search.region"), (*here, *choices))

    def _years(self) -> Facet:
        if self._asked.year is not None:
            return Facet("", ())
        years = sorted((item for item in self._counts.year.items() if item[0]), reverse=True)
        return Facet(self._say("search.year"), tuple(
            Choice(str(year), self._link(year=year), number) for year, number in years))

    def _named(self, name: str, counts: Mapping[str, int]) -> Facet:
        if getattr(self._asked, name) is not None:
            return Facet("", ())
        known = sorted(((value, number) for value, number in counts.items() if value), key=lambda item: -item[1])
        return Facet(self._say(f"search.{name}"), tuple(
            Choice(self.words_of(name, value), self._link(**{name: value}), number) for value, number in known))

    def _states(self) -> Facet:
        choices = [Choice(self.words_of(name, True), self._link(**{name: True}), number)
                   for name, number in (("failed", self._counts.failed), ("changed", self._counts.changed))
                   if getattr(self._asked, name) is None and number]
        return Facet(self._say("search.state"), tuple(choices))

    def _link(self, **change: Any) -> str:
        return link("/reports", self._asked.chosen, sort=getattr(self._asked, "sort", None), **change)

    def _say(self, key: str, **values: Any) -> str:
        return say(self._language, key, **values)
