"""What the run before knows that the next fit keeps: the keys of clusters."""

from __future__ import annotations

from collections.abc import Mapping

from custrata.core.errors import CustrataError
from custrata.core.scheme.model import Scheme
from custrata.core.segments.base import Params
from custrata.core.segments.fitting import known_params
from custrata.usecases.workspace import Workspace, read_json


def params_before(workspace: Workspace, scheme: Scheme) -> dict[str, Params]:
    """Parameters of the current run, as far as there is one, it can be read and its segments are of the same kind."""
    try:
        stored = read_json(workspace.run().folder / "params.json").get("segments")
    except CustrataError:
        return {}
    return known_params(scheme, stored) if isinstance(stored, Mapping) else {}
