"""The named points of each command at which it is killed."""

from __future__ import annotations

from killing import Point

WORKSPACE, STORE = "custrata.usecases.workspace:Workspace.", "custrata.store.store:DjangoStore."
FACTS, LEVELS = "custrata.engines.duckdb.store:DuckDBStore.", "custrata.usecases.levels."

#: A load is at its beginning, amid its transaction, at its end, and over.
LOADING = {
    "work begins": Point(WORKSPACE + "scratch", "begun"),
    "facts are read": Point("custrata.usecases.load.load:take_in", "after"),
    "facts are derived": Point("custrata.usecases.load.load:write_state", "before"),
    "facts are about to be kept": Point(FACTS + "transaction", "ending"),
    "facts are kept": Point(FACTS + "transaction", "ended"),
}
PUBLISHING = {
    "the store is about to hear of it": Point(STORE + "add_run", "before"),
    "the store has half of it": Point(STORE + "add_run", "after"),
    "the store is about to decide": Point(STORE + "transaction", "ending"),
    "the store has decided": Point(STORE + "transaction", "ended"),
    "it is about to be placed": Point(WORKSPACE + "place", "before"),
    "it is placed": Point(WORKSPACE + "place", "after"),
    "readers are pointed to it": Point(WORKSPACE + "point_to", "after"),
    "older runs are about to make room": Point("custrata.usecases.retention:outdated", "after"),
}
KEPT = {"facts are kept": LOADING["facts are kept"]}
DECIDING = {n: PUBLISHING[n] for n in ("the store is about to decide", "the store has decided", "it is placed")}
RUN = {
    **KEPT,
    "it is evaluated": Point("custrata.usecases.run:classify", "after"),
    "the first file is written": Point(FACTS + "write_parquet", "after"),
    "all files are written": Point("custrata.usecases.run:stage", "after"),
    "it waits": Point("custrata.usecases.levels.kept:waiting_folder", "after"),
    **PUBLISHING,
    "a run is marked as thinned": Point("custrata.usecases.retention:replace_file", "after"),
    "the first file of it is gone": Point("pathlib:Path.unlink", "after", 2),
}
PLAN = {
    **KEPT,
    "levels are reckoned": Point(LEVELS + "plan:reckoned", "after"),
    "standings are about to be written": Point(LEVELS + "plan:write_reckoned", "before"),
    "what changed is written": Point(LEVELS + "reckon:write_changes", "after"),
    "all files but its own are written": Point(LEVELS + "plan:seal", "before"),
    "the plan lies in its place": Point(STORE + "transaction", "begun"),
    "the plan of before is discarded": Point(STORE + "mark_plan", "after"),
    "the store has half of it": Point(STORE + "add_plan", "after"),
    "the store is about to have it": Point(STORE + "transaction", "ending"),
    "the store has it": Point(STORE + "transaction", "ended"),
    "it has tidied up": Point(LEVELS + "plan:tidy", "after", 2),
}
APPLY = {
    "it is found to hold": Point(LEVELS + "apply:require_sound", "after"),
    "the record is half written": Point("os:fsync", "before"),
    "the record is written": Point(LEVELS + "apply:_stamp", "after"),
    **PUBLISHING,
    "the plan is marked": Point(STORE + "mark_plan", "after"),
    "it is written down who did it": Point(STORE + "record", "after"),
}
BACK = {
    "the others are marked": Point(STORE + "make_current", "after"),
    "the store is about to decide": Point(STORE + "transaction", "ending"),
    "the store has decided": Point(STORE + "transaction", "ended"),
    "readers are pointed to it": Point(WORKSPACE + "point_to", "after"),
}

#: Where there are no levels, no store decides.
PLACING = {
    "it is noted": Point("custrata.usecases.workspace:replace_file", "after"),
    "it is placed": Point(WORKSPACE + "place", "after"),
    "readers are about to be pointed to it": Point(WORKSPACE + "point_to", "before"),
    "readers are pointed to it": Point(WORKSPACE + "point_to", "after"),
}
