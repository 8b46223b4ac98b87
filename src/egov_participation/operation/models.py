"""That the background work is done."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlmodel import Field, SQLModel

from egov_participation.database import UTCDateTime


class Heartbeat(SQLModel, table=True):
    """When what has this name last said that it lives."""

    __tablename__: ClassVar[str] = "operation_heartbeat"

    name: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UTCDateTime)
