"""Facts that programs send: orders, returns, interactions, as rows by canonical column names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ninja import Status

from custrata.core.facts.columns import SourceName, Type, columns_for
from custrata.usecases.post import MOST, post
from custrata.web import jobs
from custrata.web.access import Can
from custrata.web.api import operation
from custrata.web.api.body import parsed
from custrata.web.api.parts.work import job_shown
from custrata.web.api.shapes_facts import Posted
from custrata.web.site import site
from custrata.web.trail import record

TAGS = ["facts"]
#: Bytes of a body: ten thousand rows with long names.
_BYTES = 16 << 20
_NUMBER = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^[+-]?[0-9]{1,14}(\.[0-9]{1,9})?$"}]}
_KINDS: Mapping[Type, dict[str, Any]] = {
    "id": {"anyOf": [{"type": "string", "maxLength": 200}, {"type": "integer"}]},
    "text": {"type": "string", "maxLength": 4000},
    "money": _NUMBER,
    "number": _NUMBER,
    "day": {"type": "string", "maxLength": 40, "description": "ISO 8601: a date, or a time with or without a zone"},
}
_EXAMPLES: Mapping[SourceName, Any] = {
    "orders": {"order_id": "S2405-118", "customer_id": "C0017", "ordered_at": "2024-05-06T14:30:00+08:00",
               "product_id": "P22", "quantity": 2, "price": "129.00", "amount": "258.00", "status": "已完成"},
    "returns": {"return_id": "R2405-9", "order_id": "S2405-118", "returned_at": "2024-05-09", "amount": "129.00"},
    "interactions": {"id": "T-77", "customer_id": "C0017", "happened_at": "2024-05-10", "kind": "complaint",
                     "status": "已解决", "value": 4},
}  # fmt: skip


def _said(source: SourceName) -> dict[str, Any]:
    """What the description says of the rows of a source."""
    columns = {c.name: {"anyOf": [_KINDS[c.type], {"type": "null"}], "description": c.en} for c in columns_for(source)}
    row = {
        "type": "object", "example": _EXAMPLES[source], "additionalProperties": True, "properties": columns,
        "required": [c.name for c in columns_for(source) if c.required],
    }  # fmt: skip
    rows = {"type": "array", "minItems": 1, "maxItems": MOST, "items": row}
    content = {"application/json": {"schema": rows, "example": [_EXAMPLES[source]]}}
    return {"requestBody": {"required": True, "content": content}}


def _take(request: Any, source: SourceName, run: bool, part: str = "") -> Any:
    here, who = site(), request.sight.name
    done = post(here.workspace, source, parsed(request), here.now(), part)
    record(who, "post facts", done.source, file=done.file, rows=done.rows, new=done.new)
    job = job_shown(jobs.ask("run", who)) if run else None
    return Status(202, {"source": done.source, "file": done.file, "rows": done.rows, "new": done.new, "job": job})


@operation("POST", "/facts/orders", can=Can.DATA, response={202: Posted}, tags=TAGS, everybody=True, most=_BYTES,
           said=_said("orders"))  # fmt: skip
def post_orders(request: Any, run: bool = False) -> Any:
    """Takes rows of sales, which the next run reads; with `run=true` that run is asked for."""
    return _take(request, "orders", run)


@operation("POST", "/facts/returns", can=Can.DATA, response={202: Posted}, tags=TAGS, everybody=True, most=_BYTES,
           said=_said("returns"))  # fmt: skip
def post_returns(request: Any, run: bool = False) -> Any:
    """Takes rows of returns, which the next run reads; with `run=true` that run is asked for."""
    return _take(request, "returns", run)


@operation("POST", "/facts/interactions", can=Can.DATA, response={202: Posted}, tags=TAGS, everybody=True, most=_BYTES,
           said=_said("interactions"))  # fmt: skip
def post_interactions(request: Any, run: bool = False, part: str = "") -> Any:
    """Takes rows of complaints, visits and the like, which the next run reads; `part` names the source of the scheme
    where there are several."""
    return _take(request, "interactions", run, part)
