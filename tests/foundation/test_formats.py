"""Numbers and dates as people of each language write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from egov_participation.formats import filters

EVENING = datetime(2024, 10, 6, 20, 30, tzinfo=UTC)
"""Half past one of the next day in Astana."""

HARD_SPACE = "\u00a0"


@pytest.mark.parametrize(
    ("lang", "day", "moment", "number", "share", "length"),
    [
        ("kk", "2024 ж. 7 қазан", "2024 ж. 7 қазан, 01:30", "1 234,5", "63,66 %", "3 күн"),
        ("ru", "7 октября 2024 года", "7 октября 2024 года, 01:30", "1 234,5", "63,66 %", "3 дня"),
        ("en", "7 October 2024", "7 October 2024, 01:30", "1,234.5", "63.66%", "3 days"),
    ],
)
def test_each_language_has_its_own_way(lang: str, day: str, moment: str, number: str, share: str, length: str) -> None:
    write = filters(lang, "Asia/Almaty")

    def plain(text: str) -> str:
        return text.replace(HARD_SPACE, " ").replace("\u202f", " ")

    assert plain(write["date"](EVENING)) == day
    assert plain(write["datetime"](EVENING)) == moment
    assert plain(write["number"](1234.5)) == number
    assert plain(write["percent"](0.63663)) == share
    assert plain(write["duration"](timedelta(days=3))) == length


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("kk", ["1 күн", "2 күн", "5 күн", "11 сағат", "21 сағат"]),
        ("ru", ["1 день", "2 дня", "5 дней", "11 часов", "21 час"]),
        ("en", ["1 day", "2 days", "5 days", "11 hours", "21 hours"]),
    ],
)
def test_a_time_is_counted_as_each_language_counts(lang: str, said: list[str]) -> None:
    write = filters(lang, "Asia/Almaty")
    lengths = [*(timedelta(days=days) for days in (1, 2, 5)), timedelta(hours=11), timedelta(hours=21)]
    assert [write["duration"](length).replace(HARD_SPACE, " ") for length in lengths] == said


@pytest.mark.parametrize(
    ("lang", "said"),
    [("kk", "1 234 567"), ("ru", "1 234 567"), ("en", "1,234,567")],
)
def test_thousands_are_set_apart(lang: str, said: str) -> None:
    written = filters(lang, "Asia/Almaty")["number"](1234567)

    assert written.replace(HARD_SPACE, " ").replace("\u202f", " ") == said
    assert lang == "en" or "\u0020" not in written  # a line must not end inside a number


def test_a_plain_date_is_the_same_everywhere() -> None:
    assert filters("en", "Asia/Almaty")["date"](date(2024, 10, 6)) == "6\u00a0October\u00a02024"


def test_machines_read_times_with_their_zone() -> None:
    write = filters("kk", "Asia/Almaty")

    assert write["iso"](EVENING) == "2024-10-07T01:30:00+05:00"
    assert write["iso"](date(2024, 10, 6)) == "2024-10-06"


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_no_line_ends_inside_a_date_or_between_a_number_and_its_sign(lang: str) -> None:
    write = filters(lang, "Asia/Almaty")

    assert " " not in write["date"](EVENING) + write["percent"](0.5) + write["duration"](timedelta(days=3))


@pytest.mark.parametrize(
    ("end", "until", "day"),
    [
        (datetime(2026, 12, 31, 19, tzinfo=UTC), "31 декабря 2026 года, 23:59", "31 декабря 2026 года"),
        (datetime(2026, 12, 31, 15, tzinfo=UTC), "31 декабря 2026 года, 20:00", "31 декабря 2026 года"),
    ],
)
def test_what_ends_at_midnight_ends_with_the_day_before(end: datetime, until: str, day: str) -> None:
    write = filters("ru", "Asia/Almaty")
    assert [write[name](end).replace(HARD_SPACE, " ") for name in ("until", "last_day")] == [until, day]
