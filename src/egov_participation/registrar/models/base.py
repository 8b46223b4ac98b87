"""What all tables of the registrar are: in a database of its own."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import MetaData
from sqlmodel import SQLModel

from egov_participation.database import METADATA, Schema


class RegistrarTable(SQLModel):
    """A table of the registrar's own database."""

    metadata: ClassVar[MetaData] = METADATA[Schema.REGISTRAR]
