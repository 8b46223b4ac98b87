"""The catalogue of all data sets: DCAT 3 (W3C) with what DCAT-AP 3 asks for, as JSON-LD.

Texts are language maps, so that whoever knows no JSON-LD reads them too. Archives and protocols have a distribution a
vote, of the votes that close last; their tables name those of all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from egov_participation.i18n import LANGUAGES, N_, translate
from egov_participation.jurisdiction import site
from egov_participation.opendata import formats
from egov_participation.opendata.datasets import DATASETS, Name
from egov_participation.opendata.formats import Format
from egov_participation.opendata.service import Standing
from egov_participation.settings import Settings

Json = dict[str, Any]

MOST_LISTED: Final = 200
"""Files of single votes that a data set lists: of so few votes that what is known of them stays in memory."""
TITLE: Final = N_("Open data")
ABOUT: Final = N_(
    "Everything that this site publishes about votes, petitions and consultations, as tables: results, turnout,"
    " archives to recount from, protocols, reports of incidents, signatures by region and by day, comments and"
    " replies, and the territories that all of it refers to."
)
KEYWORDS: Final = (N_("votes"), N_("petitions"), N_("consultations"), N_("participation"))
_SITE: Final = N_("Civic Participation")
_CONTACT: Final = N_("Contact centre")
_TABLE: Final = N_("%(title)s: table")
_LINES: Final = N_("%(title)s: JSON lines")
_SIGNED: Final = N_("Signed protocol (JSON)")
_AUTHORITY: Final = "http://publications.europa.eu/resource/authority/"
_COUNTRIES: Final = {"kz": "KAZ", "uk": "GBR", "kr": "KOR", "ru": "RUS", "us": "USA"}
"""What the rules are of, as the European Union's list of countries has it."""
_LANGUAGES: Final = {"kk": "KAZ", "ru": "RUS", "en": "ENG"}
_DCAT: Final = "https://www.w3.org/TR/vocab-dcat-3/"
_CSVW: Final = "https://www.w3.org/TR/tabular-metadata/"
_TLOG: Final = "https://c2sp.org/tlog-tiles"
_BELENIOS: Final = "https://www.belenios.org/specification.pdf"


def _iri(name: str) -> Json:
    return {"@id": name, "@type": "@id"}


def _texts(name: str) -> Json:
    return {"@id": name, "@container": "@language"}


def _typed(name: str, kind: str) -> Json:
    return {"@id": name, "@type": f"xsd:{kind}"}


CONTEXT: Final[Json] = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "title": _texts("dct:title"),
    "description": _texts("dct:description"),
    "keyword": _texts("dcat:keyword"),
    "name": _texts("foaf:name"),
    "fn": _texts("vcard:fn"),
    "identifier": "dct:identifier",
    "version": "dcat:version",
    "publisher": "dct:publisher",
    "temporal": "dct:temporal",
    "format": "dct:format",
    "value": "rdf:value",
    "dataset": "dcat:dataset",
    "distribution": "dcat:distribution",
    "contactPoint": "dcat:contactPoint",
    "checksum": "spdx:checksum",
    "homepage": _iri("foaf:homepage"),
    "license": _iri("dct:license"),
    "language": _iri("dct:language"),
    "spatial": _iri("dct:spatial"),
    "conformsTo": _iri("dct:conformsTo"),
    "accrualPeriodicity": _iri("dct:accrualPeriodicity"),
    "accessRights": _iri("dct:accessRights"),
    "theme": _iri("dcat:theme"),
    "landingPage": _iri("dcat:landingPage"),
    "accessURL": _iri("dcat:accessURL"),
    "downloadURL": _iri("dcat:downloadURL"),
    "mediaType": _iri("dcat:mediaType"),
    "hasEmail": _iri("vcard:hasEmail"),
    "hasURL": _iri("vcard:hasURL"),
    "algorithm": _iri("spdx:algorithm"),
    "checksumValue": _typed("spdx:checksumValue", "hexBinary"),
    "issued": _typed("dct:issued", "date"),
    "modified": _typed("dct:modified", "date"),
    "startDate": _typed("dcat:startDate", "date"),
    "endDate": _typed("dcat:endDate", "date"),
    "byteSize": _typed("dcat:byteSize", "nonNegativeInteger"),
}


def catalogue(settings: Settings, found: Sequence[Standing]) -> Json:
    """The catalogue of these data sets."""
    base = settings.base_url
    issued = [one.issued for one in found if one.issued]
    modified = [one.modified for one in found if one.modified]
    return {
        "@context": CONTEXT,
        "@id": f"{base}/data/catalog.jsonld",
        "@type": "dcat:Catalog",
        "title": in_each_language(TITLE),
        "description": in_each_language(ABOUT),
        "publisher": publisher(settings),
        "contactPoint": _contact(settings),
        "license": settings.data_licence,
        "language": [f"{_AUTHORITY}language/{code}" for code in _LANGUAGES.values()],
        "homepage": f"{base}/data",
        "conformsTo": _DCAT,
        **_spatial(settings),
        "issued": min(issued).isoformat(),
        "modified": max(modified).isoformat(),
        "dataset": [_dataset(settings, one) for one in found],
    }


def publisher(settings: Settings) -> Json:
    """Who answers for the data: the institution that runs the site, or the site by its name."""
    said = in_each_language(_SITE)
    if settings.operator:
        names = settings.operator.split(" / ")
        said = dict(zip(LANGUAGES, names * (len(LANGUAGES) // len(names)), strict=True))
    return {"@id": f"{settings.base_url}/data#publisher", "@type": "foaf:Agent", "name": said}


def in_each_language(message: str, **params: Mapping[str, str]) -> dict[str, str]:
    """A msgid as a language map; what is filled in is one itself."""
    return {
        lang: translate(lang, message, **{name: texts[lang] for name, texts in params.items()}) for lang in LANGUAGES
    }


def _contact(settings: Settings) -> Json:
    found: Json = {
        "@id": f"{settings.base_url}/data#contact",
        "@type": "vcard:Organization",
        "fn": in_each_language(_CONTACT),
        "hasURL": f"{settings.base_url}/help/contact",
    }
    return found | ({"hasEmail": f"mailto:{settings.contact}"} if settings.contact else {})


def _spatial(settings: Settings) -> Json:
    country = _COUNTRIES.get(site.country(settings))
    return {"spatial": f"{_AUTHORITY}country/{country}"} if country else {}


def _dataset(settings: Settings, one: Standing) -> Json:
    dataset, page = DATASETS[one.name], f"{settings.base_url}/data#{one.name}"
    dated = {"issued": one.issued, "modified": one.modified}
    found: Json = {
        "@id": page,
        "@type": "dcat:Dataset",
        "identifier": one.name,
        "title": in_each_language(dataset.title),
        "description": in_each_language(dataset.about),
        "keyword": {
            lang: [*(translate(lang, word) for word in KEYWORDS), place] for lang, place in site.place(settings).items()
        },
        "theme": f"{_AUTHORITY}data-theme/GOVE",
        "publisher": {"@id": f"{settings.base_url}/data#publisher"},
        "contactPoint": {"@id": f"{settings.base_url}/data#contact"},
        "license": settings.data_licence,
        "accessRights": f"{_AUTHORITY}access-right/PUBLIC",
        "accrualPeriodicity": f"{_AUTHORITY}frequency/{dataset.frequency}",
        "landingPage": page,
        **_spatial(settings),
        **{name: day.isoformat() for name, day in dated.items() if day},
        "distribution": [*_tables(settings, one), *islice(_files(settings, one), MOST_LISTED)],
    }
    if one.checkpoint:
        found["description"] = {lang: f"{text}\n\n{one.checkpoint}" for lang, text in found["description"].items()}
        found["version"] = str(one.items)
        found["conformsTo"] = _TLOG
    if one.start and one.end:
        found["temporal"] = {
            "@type": "dct:PeriodOfTime",
            "startDate": one.start.isoformat(),
            "endDate": one.end.isoformat(),
        }
    return found


def _tables(settings: Settings, one: Standing) -> Iterator[Json]:
    address, title = f"/data/{one.name}", in_each_language(DATASETS[one.name].title)
    described = f"{settings.base_url}{address}.csv-metadata.json"
    lines = in_each_language(_LINES, title=title)
    yield _distribution(
        settings, f"{address}.csv", formats.CSV, in_each_language(_TABLE, title=title), conformsTo=[described, _CSVW]
    )
    yield _distribution(settings, f"{address}.jsonl", formats.JSON_LINES, lines)


def _files(settings: Settings, one: Standing) -> Iterator[Json]:
    """A vote's own files, and those of single types of entries of the log."""
    for type_ in one.types:
        lines = in_each_language(_LINES, title=dict.fromkeys(LANGUAGES, type_))
        yield _distribution(settings, f"/data/log/{type_}.jsonl", formats.JSON_LINES, lines)
    if one.name == Name.ARCHIVES:
        for row in islice(one.rows(), MOST_LISTED):
            yield _distribution(
                settings,
                row["url"],
                formats.ARCHIVE,
                row["title"],
                size=row["bytes"],
                sha256=row["sha256"],
                conformsTo=[_BELENIOS],
            )
    if one.name == Name.PROTOCOLS:
        for row in islice(one.rows(), MOST_LISTED // (len(LANGUAGES) + 1)):
            title = in_each_language(_SIGNED)
            named = {lang: f"{row['title'][lang]}: {title[lang]}" for lang in LANGUAGES}
            yield _distribution(settings, row["url"], formats.JSON, named, sha256=row["sha256"])
            for lang, address in row["pdf"].items():
                language = f"{_AUTHORITY}language/{_LANGUAGES[lang]}"
                yield _distribution(settings, address, formats.PDF, {lang: row["title"][lang]}, language=language)


def _distribution(
    settings: Settings,
    address: str,
    kind: Format,
    title: Mapping[str, str],
    *,
    size: int | None = None,
    sha256: str | None = None,
    **more: object,
) -> Json:
    url = f"{settings.base_url}{address}"
    found: Json = {
        "@id": url,
        "@type": "dcat:Distribution",
        "title": title,
        "accessURL": url,
        "downloadURL": url,
        "license": settings.data_licence,
        "format": {"@type": "dct:MediaTypeOrExtent", "value": kind.media_type}
        | ({"@id": kind.authority_uri} if kind.authority else {}),
        **more,
    }
    if kind.registered:
        found["mediaType"] = kind.iana_uri
    if size is not None:
        found["byteSize"] = size
    if sha256 is not None:
        found["checksum"] = {
            "@type": "spdx:Checksum",
            "algorithm": "spdx:checksumAlgorithm_sha256",
            "checksumValue": sha256,
        }
    return found
