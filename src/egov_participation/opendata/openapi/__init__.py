"""The description of the API, for programs that make clients of it (OpenAPI 3.1)."""

from __future__ import annotations

from egov_participation.opendata.openapi import consultations, data, petitions, votes
from egov_participation.opendata.openapi.schemas import SCHEMAS
from egov_participation.opendata.openapi.words import Json
from egov_participation.settings import Settings


def document(settings: Settings) -> Json:
    """The OpenAPI document of the installation with these settings."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Civic Participation",
            "version": "1",
            "description": "What is public, as data. No key is needed; answers bear entity tags and any site may ask.",
            "license": {"name": "Licence of the data", "url": settings.data_licence},
        },
        "servers": [{"url": settings.base_url}],
        "paths": {**votes.paths(settings), **petitions.paths(), **consultations.paths(), **data.paths()},
        "components": {"schemas": SCHEMAS | petitions.SCHEMAS | consultations.SCHEMAS},
    }
