"""ERPs as presets: a folder each, with a mapping, queries and a README, that turns an ERP's own tables into facts."""

from custrata.sources.erps.preset import Preset, Query, preset, presets

__all__ = ["Preset", "Query", "preset", "presets"]
