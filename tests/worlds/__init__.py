"""Invented sites, one a publishing system, with their truth: ``load("trs")`` makes one, `served` puts it on the wire."""

from importlib import import_module
from pathlib import Path

from tests.worlds.engine import Site

_HERE = Path(__file__).parent
FAMILIES = sorted(p.stem for p in (_HERE / "families").glob("[a-z]*.py"))
INVENTIONS = sorted(p.stem for p in (_HERE / "inventions").glob("[a-z]*.py"))
ORGANISATIONS = [n for n in ("empty", "portal") if (_HERE / f"{n}.py").exists()]


def variants() -> list[str]:
    """Every world; one with variants counts once for each, as ``hanweb:B``."""
    names = []
    for name in (*FAMILIES, *INVENTIONS, *ORGANISATIONS):
        made = _class(name)
        names += [f"{name}:{v}" for v in made.variants] or [name]
    return names


def _class(name: str) -> type[Site]:
    room = "families." if name in FAMILIES else "inventions." if name in INVENTIONS else ""
    world: type[Site] = import_module(f"tests.worlds.{room}{name}").World
    return world


def load(name: str, seed: str = "1") -> Site:
    plain, _, variant = name.partition(":")
    made = _class(plain)
    if variant:
        made = type(made.__name__, (made,), {"variant": variant})
    return made(seed)
