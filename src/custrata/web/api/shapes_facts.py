"""What operations that take facts give."""

from __future__ import annotations

from ninja import Schema
from pydantic import Field

from custrata.web.api.shapes import Job


class Posted(Schema):
    """Rows that were taken, and the file in which they lie until they are loaded and after."""

    source: str = Field(description="The source as the scheme calls it.", examples=["orders"])
    file: str = Field(examples=["data/posted/orders-20240506-5f2c9a0b1d3e4f607182.csv"])
    rows: int
    new: bool = Field(description="False: the very same rows were sent before, and count once.")
    job: Job | None = Field(description="The run that was asked for.")
