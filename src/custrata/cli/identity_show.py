"""How duplicates and the ledger look in a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from custrata.charts.numbers import number, percent
from custrata.cli.show import line, terminal
from custrata.core.identity.changes import Best
from custrata.core.identity.ledger import Entry, WhoIsWho, in_order, undone
from custrata.core.identity.policy import Identity
from custrata.locale import Lang, counted, text
from custrata.usecases.identity import Found
from custrata.usecases.identity_decide import Recorded, rule_name
from custrata.usecases.identity_words import cell, evidence, rule_words, why_left


def found(
    found: Found, policy: Identity, now: WhoIsWho, best: Best, limit: int, lang: Lang, *, listed: bool
) -> None:
    """The groups that rules make and the pairs for people, the first of each; `listed` where a file has all of them."""
    who = counted("cli.customers", found.customers, lang)
    if not found.groups.groups and not found.doubtful:
        line(text("identity.none", lang, customers=who))
        return
    groups = found.groups.groups
    line(text("identity.summary", lang, customers=who, pairs=number(found.pairs),
              groups=counted("identity.groups", len(groups), lang), merged=number(sum(map(len, groups))),
              doubtful=number(found.doubtful)))  # fmt: skip
    fields = text("identity.comma", lang).join(
        text(f"identity.field.{f}", lang) for f in found.fields if f != "parent_id"
    )
    line(text("identity.reads", lang, fields=fields))
    large = [f"{key} ({n})" for b in found.blocks for key, n in b.largest]
    if large:
        line(text("identity.large_blocks", lang, limit=policy.largest_block, examples=", ".join(large[:5])))
    if found.counts.get("weak"):
        line(text("identity.weak", lang, n=number(found.counts["weak"])))
    if groups:
        _groups(found, policy, now, best, limit, lang)
    if found.doubts:
        _doubts(found, limit, lang)
        if found.doubtful > limit and not listed:
            line(text("identity.more", lang, n=number(found.doubtful - limit)))


def _groups(found: Found, policy: Identity, now: WhoIsWho, best: Best, limit: int, lang: Lang) -> None:
    table = Table(box=SIMPLE_HEAD, title=text("identity.merged_title", lang), title_justify="left")
    for key in ("survivor", "members", "rule"):
        table.add_column(text(f"identity.column.{key}", lang))
    for ids in found.groups.groups[:limit]:
        stays = _survivor(ids, now, best)
        table.add_row(escape(stays), escape(", ".join(i for i in in_order(ids) if i != stays)),
                      escape(_by(found, ids, policy, lang)))  # fmt: skip
    terminal().print(table)


def _by(found: Found, ids: tuple[str, ...], policy: Identity, lang: Lang) -> str:
    edges = found.groups.edges.get(ids)
    if not edges:
        return text("identity.by_person", lang)
    return text("identity.semicolon", lang).join(
        dict.fromkeys(rule_words(rule_name(e.rule, policy), lang) for e in edges)
    )


def _survivor(ids: tuple[str, ...], now: WhoIsWho, best: Best) -> str:
    chosen = [s for s in now.decided if s in ids]
    return chosen[0] if chosen else best(ids)


def _doubts(found: Found, limit: int, lang: Lang) -> None:
    table = Table(box=SIMPLE_HEAD, title=text("identity.doubts_title", lang), title_justify="left")
    for key in ("a", "b"):
        table.add_column(text(f"identity.column.{key}", lang))
    table.add_column(text("identity.column.probability", lang), justify="right")
    for key in ("why", "evidence"):
        table.add_column(text(f"identity.column.{key}", lang))
    for d in found.doubts[:limit]:
        names = [
            " ".join(p for p in (d_id, cell(r, "name")) if p) for d_id, r in zip((d.a, d.b), d.records, strict=True)
        ]
        table.add_row(escape(names[0]), escape(names[1]), percent(d.probability, lang), escape(why_left(d, lang)),
                      escape(text("identity.semicolon", lang).join(evidence(d, lang))))  # fmt: skip
    terminal().print(table)


def review_written(out: Path, found: Found, lang: Lang) -> None:
    """Where the review list stands and what to do with it."""
    words = f"{text('identity.merge', lang)} / {text('identity.apart', lang)}"
    line(text("identity.wrote", lang, n=number(len(found.doubts)), file=str(out), words=words,
              column=text("identity.column.decision", lang)))  # fmt: skip


def not_recorded(lang: Lang) -> None:
    line(text("identity.not_recorded", lang))


def recorded_by_rule(written: Recorded, lang: Lang) -> None:
    """What --apply wrote."""
    if not written.entries:
        line(text("identity.recorded_nothing", lang))
        return
    counts = {verb: sum(e.verb == verb for e in written.entries) for verb in ("merge", "split")}
    line(text("identity.recorded", lang, merges=number(counts["merge"]), splits=number(counts["split"]),
              moved=number(len(written.moved))))  # fmt: skip
    line(text("identity.run_again", lang))


def decided(written: Recorded, file: Path, lang: Lang) -> None:
    """What --decisions wrote."""
    if not written.entries:
        line(text("identity.decided_nothing", lang, file=str(file)))
        return
    line(counted("identity.decided", len(written.entries), lang, moved=number(len(written.moved))))
    line(text("identity.run_again", lang))


def merged(after: WhoIsWho, ids: Sequence[str], lang: Lang) -> None:
    members = after.members(ids[0])
    line(text("identity.merged", lang, ids=", ".join(members), survivor=members[0]))
    line(text("identity.run_again", lang))


def split(written: Recorded, entries: Sequence[Entry], lang: Lang) -> None:
    """What was taken out or undone; `entries` is the whole ledger."""
    for entry in written.entries:
        if entry.verb == "undo":
            line(text("identity.undone", lang, seq=entry.of))
            was = entries[(entry.of or 1) - 1]
            if was.verb == "merge" and was.by == "rule":
                line(text("identity.undone_rule", lang, id=was.ids[-1]))
        else:
            line(text("identity.split", lang, id=entry.ids[0], others=", ".join(entry.others)))
    line(text("identity.run_again", lang))


def resolved(entries: Sequence[Entry], state: WhoIsWho, customer: str, timezone: str, lang: Lang) -> None:
    """Whom an id stands for, its other ids, and the entries about it."""
    survivor = state.resolve(customer)
    members = state.members(customer)
    key = "resolves_itself" if survivor == customer else "resolves"
    line(text(f"identity.{key}", lang, id=customer, survivor=survivor))
    if len(members) > 1:
        line(text("identity.members", lang, ids=", ".join(members)))
    apart = in_order({i for p in state.apart if customer in p for i in p if i != customer})
    if apart:
        line(text("identity.kept_apart", lang, ids=", ".join(apart)))
    about = _about(entries, customer)
    if not about:
        return
    gone = undone(entries)
    line(text("identity.history", lang))
    table = Table(box=SIMPLE_HEAD)
    table.add_column(text("identity.column.seq", lang), justify="right")
    for name in ("at", "verb", "members", "rule", "who", "reason"):
        table.add_column(text(f"identity.column.{name}", lang) if name != "members" else "")
    for e in about:
        verb = text(f"identity.verb.{e.verb}", lang) + (
            f" ({text('identity.verb.undo', lang)})" if e.seq in gone else ""
        )
        by = rule_words(e.rule, lang) if e.by == "rule" else text("identity.by_person", lang)
        ids = f"#{e.of}" if e.verb == "undo" else ", ".join(e.ids)
        moment = e.at.astimezone(ZoneInfo(timezone)).isoformat(sep=" ", timespec="minutes")[:16]
        table.add_row(str(e.seq), moment, verb, escape(ids), escape(by), escape(e.who), escape(e.reason))
    terminal().print(table)


def _about(entries: Sequence[Entry], customer: str) -> list[Entry]:
    """The entries that name an id, and those that undo them."""
    named = {e.seq for e in entries if customer in (*e.ids, *e.others)}
    for e in entries:
        if e.of in named:
            named.add(e.seq)
    return [e for e in entries if e.seq in named]


def found_json(
    found: Found, policy: Identity, now: WhoIsWho, best: Best, written: Recorded | None, out: Path | None, limit: int,
    lang: Lang,
) -> dict[str, Any]:  # fmt: skip
    """All of it for programs: every group, the first `limit` doubts with their records."""
    return {
        "customers": found.customers,
        "pairs": found.pairs,
        "fields": {k: list(v) for k, v in found.fields.items()},
        "decided": dict(found.counts),
        "doubtful": found.doubtful,
        "blocks": [
            {"rule": b.rule, "keys": b.keys, "pairs": b.pairs, "large": b.large, "left_out": b.left_out,
             "largest": [{"key": k, "customers": n} for k, n in b.largest]}
            for b in found.blocks
        ],
        "model": found.model.model_dump(mode="json") if found.model else None,
        "linker": found.linker,
        "groups": [
            {"survivor": _survivor(ids, now, best), "members": in_order(ids),
             "rules": list(dict.fromkeys(rule_name(e.rule, policy) for e in found.groups.edges.get(ids, ())))}
            for ids in found.groups.groups
        ],
        "refused": [{"members": list(r.members), "why": r.why, "values": list(r.values)} for r in found.groups.refused],
        "doubts": [
            {"a": d.a, "b": d.b, "probability": d.probability, "why": d.why, "against": list(d.against),
             "evidence": evidence(d, lang), "records": [dict(r) for r in d.records]}
            for d in found.doubts[:limit]
        ],
        "recorded": recorded_json(written) if written is not None else None,
        "review": str(out) if out is not None else None,
    }  # fmt: skip


def recorded_json(written: Recorded) -> dict[str, Any]:
    return {
        "entries": [entry_json(e) for e in written.entries],
        "moved": {i: {"from": a, "to": b} for i, (a, b) in written.moved.items()},
    }


def entry_json(entry: Entry) -> dict[str, Any]:
    return entry.model_dump(mode="json", exclude_defaults=True)


def resolved_json(entries: Sequence[Entry], state: WhoIsWho, customer: str) -> dict[str, Any]:
    gone = undone(entries)
    return {
        "id": customer,
        "survivor": state.resolve(customer),
        "members": list(state.members(customer)),
        "apart": in_order({i for p in state.apart if customer in p for i in p if i != customer}),
        "entries": [entry_json(e) | {"undone": e.seq in gone} for e in _about(entries, customer)],
    }
