"""The words in which the API is described (OpenAPI 3.1, JSON Schema)."""

from __future__ import annotations

from typing import Any, Final

Json = dict[str, Any]

INTEGER: Final[Json] = {"type": "integer", "minimum": 0}
TEXT: Final[Json] = {"type": "string"}
TIME: Final[Json] = {"type": "string", "format": "date-time", "description": "RFC 3339, UTC"}
ANY: Final[Json] = {"description": "A text, a number or a list of texts.", "oneOf": [
    {"type": "string"}, {"type": "integer"}, {"type": "array", "items": {"type": "string"}},
]}  # fmt: skip
DAY: Final[Json] = {"type": "string", "format": "date"}
HASH: Final[Json] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
BASE64: Final[Json] = {"type": "string", "pattern": "^[A-Za-z0-9+/]{43}$"}


def obj(**properties: Json) -> Json:
    """An object with these members and no fewer."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def array(items: Json) -> Json:
    """A list of such."""
    return {"type": "array", "items": items}


def ref(name: str) -> Json:
    """One of the named schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def or_null(schema: Json) -> Json:
    """Such a value, or null."""
    return {"oneOf": [schema, {"type": "null"}]}


def parameter(name: str, place: str, description: str, schema: Json = TEXT) -> Json:
    """A parameter of an address; those of the path are required."""
    return {
        "name": name,
        "in": place,
        "required": place == "path",
        "description": description,
        "schema": schema,
    }


_REFUSED: Final = {
    "after": "the list has no such place",
    "before": "the list has no such place",
    "type": "there is no such type",
    "subject": "nothing can be called that",
}
"""Parameters that are refused if they cannot be, and why."""


def get(
    summary: str, schema: Json, *parameters: Json, missing: bool = True, media_type: str = "application/json"
) -> Json:
    """An address that is read.

    Args:
        missing: whether there may be no such thing.
    """
    responses: Json = {
        "200": {"description": "As asked.", "content": {media_type: {"schema": schema}}},
        "304": {"description": "Nothing changed since the given entity tag."},
    }
    if missing:
        responses["404"] = problem("There is no such thing.")
    wrong = [f"`query.{name}`: {why}." for name, why in _REFUSED.items() if name in {one["name"] for one in parameters}]
    if wrong:
        responses["400"] = problem(" ".join(wrong))
    if_none_match = parameter("If-None-Match", "header", "The entity tag of an earlier answer.")
    return {"get": {"summary": summary, "parameters": [*parameters, if_none_match], "responses": responses}}


def problem(description: str) -> Json:
    """A refusal."""
    return {"description": description, "content": {"application/problem+json": {"schema": ref("Problem")}}}
