"""What an import finds is kept as it was, even where it takes two attempts."""

from __future__ import annotations

from pathlib import Path

from custrata.usecases.init_back import keep_before


def test_an_attempt_after_one_that_was_killed_keeps_what_the_first_one_found(tmp_path: Path) -> None:
    data, sent, kept = (tmp_path / name for name in ("data", "sent", "kept"))
    for folder in (data, sent):
        folder.mkdir()
    (data / "sales.csv").write_text("old", "utf-8")
    (sent / "sales.csv").write_text("new", "utf-8")
    keep_before(kept, "before", {"sales.csv": data / "sales.csv"}, sent)
    (data / "sales.csv").write_text("new", "utf-8")  # and then it was killed
    keep_before(kept, "after", {"sales.csv": data / "sales.csv"}, sent)
    assert (kept / "replaced/sales.csv").read_text("utf-8") == "old"
    assert (kept / "scheme").read_text("utf-8") == "before"


def test_an_attempt_after_one_that_failed_keeps_what_it_finds_itself(tmp_path: Path) -> None:
    data, sent, kept = (tmp_path / name for name in ("data", "sent", "kept"))
    for folder in (data, sent):
        folder.mkdir()
    (data / "sales.csv").write_text("old", "utf-8")
    (sent / "sales.csv").write_text("new", "utf-8")
    keep_before(kept, "before", {"sales.csv": data / "sales.csv"}, sent)
    (data / "sales.csv").write_text("mended", "utf-8")
    keep_before(kept, "later", {"sales.csv": data / "sales.csv"}, sent)
    assert (kept / "replaced/sales.csv").read_text("utf-8") == "mended"
    assert (kept / "scheme").read_text("utf-8") == "later"
