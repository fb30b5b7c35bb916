"""What a store of an earlier version holds is there after it was opened, by whichever program opens it first."""

from __future__ import annotations

from store_places import Place


def test_corrections_that_an_earlier_web_application_kept_are_there_for_the_command_line_as_well(place: Place) -> None:
    place.open().close()
    place.sql("DELETE FROM django_migrations WHERE app = 'store' AND name LIKE '0004%'")
    texts = 'customer_id text, "column" text, old text, new text, who text, at timestamp, reason text'
    place.sql(f"CREATE TABLE web_profilechange (id bigint, {texts}, withdrawn boolean)")
    for id, new in ((2, "李四"), (1, "李三")):
        values = f"'C7', 'name', NULL, '{new}', 'ann', '2026-03-01 12:00:00', 'a typo', false"
        place.sql(f"INSERT INTO web_profilechange VALUES ({id}, {values})")
    for _ in range(2):
        changes = place.open().profile_changes()
        assert [(c.customer_id, c.column, c.new, c.who, c.withdrawn) for c in changes] == [
            ("C7", "name", "李三", "ann", False), ("C7", "name", "李四", "ann", False),
        ]  # fmt: skip
    assert place.sql("SELECT count(*) FROM web_profilechange") == [(0,)]
