"""Files that hold the same rows: exports whose periods overlap, or one export under two names."""

from __future__ import annotations

from typing import Any

from custrata.core.audit.base import Check, Look, Over, check
from custrata.core.audit.facts import AuditFacts
from custrata.core.audit.finding import MOST_EXAMPLES, Details, Sample, graded, money, ratio
from custrata.core.audit.repeats import repeats, without_repeats


@check
class OverlappingFiles(Check):
    """Sales rows that stand in several files of the source, equal in every column that the scheme reads.

    Share: rows beyond those of the file that has them most often ÷ usable rows. Always a warning, from 5 % on serious.
    Looks only where there are several files.
    """

    kind, zh, code, part = "overlapping_files", "文件重叠", "A-DUP-002", "uniqueness"

    def look(self, facts: AuditFacts) -> Look:
        source = facts.sources["orders"]
        if not source.by_file:
            return []
        all_ = repeats(facts)
        same = facts.once("audit_overlap", lambda: all_.filter(all_.files > 1))
        extra: Any = same.times - same.inside
        found = (
            yield Over(
                same,
                {"rows": extra.sum(), "customers": same.customer_id.nunique(), "spend": (same.amount * extra).sum(),
                 "first": same.ordered_at.min(), "last": same.ordered_at.max()},
            )
        )[0]  # fmt: skip
        if not found["rows"]:
            return []
        by = same.group_by("where").aggregate(rows=extra.sum(), first=same.ordered_at.min(), last=same.ordered_at.max())
        pairs = yield by.order_by([by["rows"].desc(), "where"]).limit(MOST_EXAMPLES)
        named = [" + ".join(source.files[int(i)] for i in r["where"].split("+")) for r in pairs]
        rows, spend = int(found["rows"]), money(found["spend"])
        share = ratio(rows, source.used)
        kept = [c for c in ("order_id", "customer_id", "ordered_at", "product_id", "amount") if c in same.columns]
        shown = same.select(*kept).distinct().order_by(kept).limit(MOST_EXAMPLES)
        return [
            self.finding(
                graded(share, warning=0, serious=0.05), share=share, rows=rows, customers=found["customers"],
                spend=spend,
                values={"rows": rows, "share": share, "spend": spend, "first": found["first"], "last": found["last"],
                        "files": named[0]},
                details=Details(
                    ("files", "rows", "first", "last"),
                    tuple((n, int(r["rows"]), r["first"], r["last"]) for n, r in zip(named, pairs, strict=True)),
                ),
                sample=Sample("orders", shown, "order_id" if "order_id" in kept else "amount"),
                doubt=without_repeats(facts, same),
            )
        ]  # fmt: skip
