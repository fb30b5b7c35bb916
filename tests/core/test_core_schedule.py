"""When periodic work is due: rhythms in both languages, local time, clocks that are put forward and back."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custrata import CustrataError
from custrata.core.schedule.due import latest_due, moment, next_due
from custrata.core.schedule.rhythm import LAST, Rhythm, Unit, parse_rhythm
from custrata.core.scheme.model import Scheme

#: Without summer time, with it, with it at midnight, with half an hour of it, and one that skipped a day.
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/Havana", "Australia/Lord_Howe", "Pacific/Apia")
MOMENTS = st.datetimes(datetime(2009, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@st.composite
def rhythms(draw: Any) -> Rhythm:
    unit = draw(st.sampled_from(get_args(Unit)))
    at = draw(st.times().map(lambda t: t.replace(second=0, microsecond=0)))
    if unit == "day":
        return Rhythm(unit, at=at)
    if unit == "week":
        return Rhythm(unit, draw(st.integers(1, 7)), at=at)
    if draw(st.booleans()):
        return Rhythm(unit, LAST, at=at)
    month = draw(st.integers(1, 12)) if unit == "year" else 1
    return Rhythm(unit, draw(st.integers(1, calendar.monthrange(2024, month)[1])), month, at)


@given(rhythms())
@settings(max_examples=100)
def test_a_rhythm_is_read_as_it_is_written_in_either_language(rhythm: Rhythm) -> None:
    assert parse_rhythm(rhythm.text("en")) == rhythm == parse_rhythm(rhythm.text("zh"))


@given(rhythms(), st.sampled_from(ZONES), MOMENTS)
@settings(max_examples=150)
def test_the_latest_due_time_has_come_and_the_next_one_has_not(rhythm: Rhythm, zone: str, now: datetime) -> None:
    latest, following = latest_due(rhythm, zone, now), next_due(rhythm, zone, now)
    assert latest <= now < following
    # Between the two there is none: whoever looks at any moment between sees the same two.
    for at in (latest, latest + (following - latest) / 2, following - timedelta(seconds=1)):
        assert (latest_due(rhythm, zone, at), next_due(rhythm, zone, at)) == (latest, following)
    assert latest_due(rhythm, zone, following) == following


@given(rhythms(), st.sampled_from(ZONES), MOMENTS)
@settings(max_examples=150)
def test_a_due_time_is_the_local_time_wherever_that_exists(rhythm: Rhythm, zone: str, now: datetime) -> None:
    place, latest = ZoneInfo(zone), latest_due(rhythm, zone, now)
    local = latest.astimezone(place)
    near = {rhythm.latest(local.date()), rhythm.latest(local.date() - timedelta(days=1))}
    wanted = next(datetime.combine(d, rhythm.at) for d in near if moment(d, rhythm.at, zone) == latest)
    there = wanted.replace(tzinfo=place).astimezone(UTC).astimezone(place).replace(tzinfo=None) == wanted
    if there:
        assert (local.replace(tzinfo=None), local.fold) == (wanted, 0), "the first of two"
    else:
        second_before = (latest - timedelta(seconds=1)).astimezone(place)
        assert second_before.replace(tzinfo=None) < wanted < local.replace(tzinfo=None), "the end of the gap"


@given(rhythms(), st.sampled_from(ZONES), st.integers(2010, 2029))
@settings(max_examples=40)
def test_every_period_has_one_due_time(rhythm: Rhythm, zone: str, year: int) -> None:
    days, day = [], rhythm.latest(date(year, 1, 1) - timedelta(days=1))
    while (day := rhythm.following(day)).year == year:
        days.append(day)
        assert rhythm.latest(day) == day
    wanted = {"day": {365, 366}, "week": {52, 53}, "month": {12}, "quarter": {4}, "year": {1}}[rhythm.unit]
    assert len(days) in wanted
    moments = [moment(d, rhythm.at, zone) for d in days]
    assert moments == sorted(moments)


def test_a_month_without_that_day_has_its_last_one() -> None:
    rhythm = parse_rhythm("monthly on day 31")
    assert [rhythm.latest(date(2023, m, 28)) for m in (3, 5)] == [date(2023, 2, 28), date(2023, 4, 30)]
    assert parse_rhythm("每年2月29日").following(date(2023, 1, 1)) == date(2023, 2, 28)
    assert parse_rhythm("quarterly on the last day").following(date(2024, 1, 1)) == date(2024, 3, 31)


def test_a_night_in_which_the_clocks_are_changed_has_one_due_time() -> None:
    daily = parse_rhythm("daily at 02:30")
    spring = [latest_due(daily, "Europe/Berlin", datetime(2024, 3, 31, h, m, tzinfo=UTC)) for h, m in ((0, 59), (1, 0))]
    assert spring == [datetime(2024, 3, 30, 1, 30, tzinfo=UTC), datetime(2024, 3, 31, 1, 0, tzinfo=UTC)]
    autumn = {latest_due(daily, "Europe/Berlin", datetime(2024, 10, 27, h, 45, tzinfo=UTC)) for h in (0, 1, 2, 22)}
    assert autumn == {datetime(2024, 10, 27, 0, 30, tzinfo=UTC)}, "02:30 comes twice and counts once"
    # Samoa had no 30 December 2011.
    apia = moment(date(2011, 12, 30), time(2, 30), "Pacific/Apia").astimezone(ZoneInfo("Pacific/Apia"))
    assert (apia.date(), apia.time()) == (date(2011, 12, 31), time(0))


@pytest.mark.parametrize(
    ("written", "rhythm"),
    [
        ("Daily", Rhythm("day")), ("every day at 7:05", Rhythm("day", at=time(7, 5))), ("每日", Rhythm("day")),
        ("每天02:30", Rhythm("day", at=time(2, 30))), ("每天　０２：３０", Rhythm("day", at=time(2, 30))),
        ("weekly", Rhythm("week")), ("weekly on sun 08:00", Rhythm("week", 7, at=time(8))),
        ("每星期天", Rhythm("week", 7)), ("每周 06:00", Rhythm("week", at=time(6))),
        ("monthly", Rhythm("month")), ("每个月15号", Rhythm("month", 15)),
        ("每月 1 日 03:00", Rhythm("month", at=time(3))), ("每季度最后一天", Rhythm("quarter", LAST)),
        ("每月末", Rhythm("month", LAST)), ("monthly on the last day", Rhythm("month", LAST)),
        ("quarterly on day 5", Rhythm("quarter", 5)), ("每季", Rhythm("quarter")),
        ("yearly on 12-31 at 23:59", Rhythm("year", 31, 12, time(23, 59))), ("每年", Rhythm("year")),
    ],
)  # fmt: skip
def test_what_people_write_is_understood(written: str, rhythm: Rhythm) -> None:
    assert parse_rhythm(written) == rhythm


@pytest.mark.parametrize(
    "written",
    ["", "sometimes", "daily at 24:00", "daily at 2", "monthly on day 0", "monthly on day 32", "monthly on day 103:00",
     "weekly on funday", "yearly on 02-30", "yearly on day 5", "quarterly on 03-01", "每月13月1日", "每周八", "每年5日",
     "daily on Monday"],
)  # fmt: skip
def test_what_nobody_can_mean_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="not a rhythm"):
        parse_rhythm(written)


BASE = "scheme: Shop\nlevels: {m: {VIP: {enter: 'spend >= 3'}, none: {}}}\n"


def test_a_schedule_in_either_language_is_the_same_and_decides_nothing() -> None:
    english, chinese = (
        Scheme.parse(BASE + care)
        for care in (
            "schedule: {run: daily at 02:30, levels: monthly on day 1 at 03:00}\nkeep: {runs: 30}",
            "排程: {评估: 每天 02:30, 等级: 每月1日 03:00}\n保留: {批次: 30}",
        )
    )
    plain = Scheme.parse(BASE)
    assert english.schedule == chinese.schedule and english.keep == chinese.keep
    assert english.fingerprint == chinese.fingerprint
    assert english.fingerprint.logic == plain.fingerprint.logic
    other = Scheme.parse(BASE + "schedule: {run: daily at 02:31}")
    assert len({s.fingerprint.labels for s in (plain, english, other)}) == 3
    assert not plain.schedule.jobs() and plain.keep.runs is None
    assert Scheme.parse(BASE + "schedule:\nkeep:").fingerprint == plain.fingerprint


@pytest.mark.parametrize(
    ("written", "code", "place"),
    [
        ("schedule:\n  run: now and then", "E-SCHEME-037", "scheme.yaml:4 schedule.run"),
        ("排程:\n  评估: 偶尔", "E-SCHEME-037", "scheme.yaml:4 排程.评估"),
        ("schedule: nightly", "E-SCHEME-037", "scheme.yaml:3 schedule"),
        ("schedule: {runs: daily}", "E-SCHEME-002", "scheme.yaml:3 schedule.runs"),
        ("keep: {runs: 0}", "E-SCHEME-037", "scheme.yaml:3 keep.runs"),
        ("keep: {runs: a while}", "E-SCHEME-037", "scheme.yaml:3 keep.runs"),
    ],
)
def test_a_mistake_is_told_with_its_line(written: str, code: str, place: str) -> None:
    with pytest.raises(CustrataError) as error:
        Scheme.parse(BASE + written)
    assert [(p.code, p.place) for p in error.value.problems] == [(code, place)]
    assert all("{" not in p.text(lang) for p in error.value.problems for lang in ("en", "zh"))  # type: ignore[arg-type]


def test_levels_are_scheduled_only_where_there_are_some() -> None:
    with pytest.raises(CustrataError) as error:
        Scheme.parse("scheme: Shop\nschedule:\n  run: daily\n  levels: monthly")
    assert [(p.code, p.place) for p in error.value.problems] == [("E-PLAN-001", "scheme.yaml:4 schedule.levels")]
