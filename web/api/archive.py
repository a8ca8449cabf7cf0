"""The archive as a whole, and the places it speaks of."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from gongkai.errors import NotFoundError
from web.api import shapes
from web.api.described import describe
from web.api.spoken import Lang, language_of
from web.desk import DeskDep
from web.places import Places

router = APIRouter(tags=["archive"])


@router.get("/archive", response_model=shapes.Archive, summary="How much there is")
def archive(request: Request, desk: DeskDep) -> Response:
    numbers = desk.archive.browse.numbers()
    return desk.json(request, asdict(numbers), latest=numbers.last_crawl)


@router.get("/openapi.json", include_in_schema=False)
def described(request: Request, desk: DeskDep, lang: Lang = None) -> Response:
    language = language_of(request, lang)
    return desk.json(request, describe(request.app, language), language=language)


@router.get("/places", response_model=list[shapes.Place], summary="The provinces")
def provinces(request: Request, desk: DeskDep) -> Response:
    return desk.json(request, [_told(desk.places, code) for code in desk.places.inside(None)])


@router.get("/places/{code}", response_model=shapes.PlaceWithin, summary="A place, where it lies, what lies in it")
def place(request: Request, desk: DeskDep,
          code: Annotated[str, Path(pattern="^[0-9]{2}([0-9]{2}){0,2}$", examples=["350200"],
                                        description="division code, two to six digits")]) -> Response:
    way = desk.places.way(code)
    if not way or way[-1] != code.ljust(6, "0"):
        raise NotFoundError(f"no place has the code {code}; /api/v1/places lists the provinces")
    told = {**_told(desk.places, way[-1]), "way": [_told(desk.places, step) for step in way[:-1]],
            "inside": [_told(desk.places, inner) for inner in desk.places.inside(code)]}
    return desk.json(request, told)


def _told(places: Places, code: str) -> dict[str, str]:
    return {"code": code, "name": places.name(code), "full_name": places.full_name(code)}
