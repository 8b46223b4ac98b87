"""The charts of a petition: signatures by region and by day.

Drawing takes tenths of a second, and a petition that many sign has other numbers every few seconds: so its charts are
drawn anew once a minute, and say of when they are.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock
from typing import Final
from weakref import WeakKeyDictionary

from babel.dates import format_skeleton

from egov_participation.database import Database
from egov_participation.formats import filters
from egov_participation.i18n import LOCALES, N_, translate
from egov_participation.jurisdiction.territories import place
from egov_participation.petitions.views import DayView, PetitionView
from egov_participation.results import figures, places
from egov_participation.results.figures import Figure
from egov_participation.results.places import Place

MOST_DAYS: Final = 400
"""More columns than pixels help nobody: then only the days with signatures are drawn."""
LASTS: Final = timedelta(minutes=1)
_MOST_KEPT: Final = 200

_Kept = dict[tuple[str, str], tuple[datetime, PetitionView, list[Figure]]]
_kept: WeakKeyDictionary[Database, _Kept] = WeakKeyDictionary()
_drawing = Lock()


def kept(database: Database, petition: PetitionView, lang: str, now: datetime) -> list[Figure] | None:
    """The charts of a petition as they were drawn within the last minute, or of the same numbers; None: draw them."""
    found = _kept.get(database, {}).get((petition.reference, lang))
    if found is None:
        return None
    drawn_at, drawn, made = found
    same = (drawn.regions, drawn.days, drawn.counts.verified) == (
        petition.regions,
        petition.days,
        petition.counts.verified,
    )
    return made if same or timedelta() <= now - drawn_at < LASTS else None


def draw(database: Database, petition: PetitionView, lang: str, now: datetime, timezone: str) -> list[Figure]:
    """Draw and keep them: a map if there is one, regions, days. Of many who want the same, one draws."""
    with _drawing:
        made = kept(database, petition, lang, now)
        if made is not None:
            return made
        made = [*of_regions(petition, lang, timezone), *of_days(petition, lang, timezone)]
        mine = _kept.setdefault(database, {})
        mine.pop((petition.reference, lang), None)
        mine[petition.reference, lang] = now, petition, made
        if len(mine) > _MOST_KEPT:
            mine.pop(next(iter(mine)), None)
        return made


def of_regions(petition: PetitionView, lang: str, timezone: str) -> list[Figure]:
    """Signatures by region; none while nobody has signed."""
    if not petition.regions:
        return []
    said = [N_("Region"), N_("Signatures")]
    head = tuple(translate(lang, word) for word in said)
    found = tuple(
        Place(
            region.code,
            region_name(region.code, lang),
            region.total,
            residents=_residents(region.code),
        )
        for region in petition.regions
    )
    title, source = translate(lang, N_("Signatures by region")), _source(petition, lang, timezone)
    on_map = places.tile_map(
        lang,
        "map",
        translate(lang, N_("Signatures by region: map")),
        translate(lang, N_("Signatures")),
        head,
        found,
        source,
    )
    return [*([on_map] if on_map else []), places.bars(lang, "regions", title, head, found, source)]


def of_days(petition: PetitionView, lang: str, timezone: str) -> list[Figure]:
    """Signatures by day; none while there is but one day."""
    days = _every_day(petition.days)
    if len(days) < 2:
        return []
    written = filters(lang, "UTC")["date"]
    return [
        figures.over_time(
            lang,
            "days",
            translate(lang, N_("Signatures by day")),
            (translate(lang, N_("Day")), translate(lang, N_("Signatures"))),
            tuple(
                (format_skeleton("MMMd", one.day, locale=LOCALES[lang]), written(one.day), one.total) for one in days
            ),
            _source(petition, lang, timezone),
        )
    ]


def region_name(code: str, lang: str) -> str:
    """What a region of an attestation is called."""
    if found := place(code):
        return found.name(lang)
    if code == "other":
        return translate(lang, N_("Other regions, counted together"))
    return code


def _residents(code: str) -> int | None:
    territory = place(code)
    return territory.population.people if territory is not None and territory.population is not None else None


def _every_day(days: tuple[DayView, ...]) -> list[DayView]:
    """Days without a signature too, unless there are too many of them; never a negative number."""
    if not days:
        return []
    by_day = {one.day: one for one in days}
    length = (days[-1].day - days[0].day).days + 1
    shown = [days[0].day + timedelta(n) for n in range(length)] if length <= MOST_DAYS else list(by_day)
    return [by_day.get(day, DayView(day, 0, 0)) for day in shown]


def _source(petition: PetitionView, lang: str, timezone: str) -> str:
    if petition.counts.counted_at is None:
        return ""
    written = filters(lang, timezone)
    return translate(
        lang,
        N_(
            "Source: signatures of %(reference)s in the first %(size)s entries of the public log, on %(date)s. Only "
            "the total is counted live: regions and days follow with the log."
        ),
        reference=petition.reference,
        size=written["number"](petition.counts.checkpoint_size),
        date=written["datetime"](petition.counts.counted_at),
    )
