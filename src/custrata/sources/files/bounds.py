"""The bounds that no file may pass."""

from __future__ import annotations

MAX_COLUMNS = 2_000
"""More columns than this is never a table of sales; it is a pivot or a stray cell, and would only eat memory."""

MAX_CELLS = 100_000_000
"""A workbook is laid out in memory as a full rectangle; beyond this (about 3 GB) it is refused beforehand."""

MAX_TOLD = 1 << 23
"""Readers make room for as many texts as a workbook says it has, before they see one. What is said may be too much by
mistake; up to this it costs 200 MB of addresses and no memory."""
