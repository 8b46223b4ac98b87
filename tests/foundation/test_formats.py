"""Numbers and dates as people of each language write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from egov_participation.web.formats import filters

EVENING = datetime(2024, 10, 6, 20, 30, tzinfo=UTC)
"""Half past one of the next day in Astana."""

HARD_SPACE = "\u00a0"


@pytest.mark.parametrize(
    ("lang", "day", "moment", "number", "share", "length"),
    [
        ("kk", "2024 ж. 7 қазан", "2024 ж. 7 қазан, 01:30", "1 234,5", "63,66 %", "3 күн"),
        ("ru", "7 октября 2024 г.", "7 октября 2024 г., 01:30", "1 234,5", "63,66 %", "3 дня"),
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


def test_a_plain_date_is_the_same_everywhere() -> None:
    assert filters("en", "Asia/Almaty")["date"](date(2024, 10, 6)) == "6 October 2024"


def test_machines_read_times_with_their_zone() -> None:
    write = filters("kk", "Asia/Almaty")

    assert write["iso"](EVENING) == "2024-10-07T01:30:00+05:00"
    assert write["iso"](date(2024, 10, 6)) == "2024-10-06"
