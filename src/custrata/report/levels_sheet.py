"""Tables of levels that several workbooks have."""

from __future__ import annotations

from collections.abc import Sequence

from custrata.core.measure.levels import LevelShare
from custrata.report.sheet import Sheet

_STYLES = ("bold", "count", "count", "count", "percent", "percent", "money", "money")


def shares_table(sheet: Sheet, shares: Sequence[LevelShare], heads: Sequence[str], total: str) -> None:
    """Each level with its customers before and after, the change, the two shares and the spend of both; then all of
    them. `heads` are the eight titles, `total` names the last row."""
    sheet.subheader(list(heads), range(1, 8))
    for r in shares:
        sheet.row(
            [r.level, r.before, r.after, r.after - r.before, r.before_share, r.after_share, r.spend_before,
             r.spend_after], list(_STYLES),
        )  # fmt: skip
    before, after = sum(r.before for r in shares), sum(r.after for r in shares)
    money = [sum(r.spend_before for r in shares), sum(r.spend_after for r in shares)]
    sheet.row([total, before, after, after - before, None, None, *money], list(_STYLES), total=True)
