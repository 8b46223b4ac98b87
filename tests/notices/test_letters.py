"""What a notice looks like as a mail, in each language."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest
from tests.notices.specimens import NEWS, WARNING

from egov_participation.i18n import LANGUAGES
from egov_participation.mail import Mail
from egov_participation.notices import kinds, service
from egov_participation.notices.service import Phrase
from egov_participation.settings import Settings

PERSON = "0123456789abcdef" * 2
TITLES = {"kk": "Алаң", "ru": "Площадь & сквер", "en": "The <square>"}


def warning(settings: Settings, lang: str, **changes: str) -> Mail:
    return service.compose(
        settings,
        WARNING,
        "aigerim@example.org",
        lang,
        PERSON,
        title=TITLES,
        role=Phrase("Sign out"),
        day=date(2001, 3, 2),
        at=datetime(2024, 10, 6, 7, 5, tzinfo=UTC),
        count=12345,
        vote="a/b c",
        **changes,
    )


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("kk", ["«Алаң»", "Шығу", "2001", "2 наурыз", "12:05", "12 345", "Туған күні"]),
        ("ru", ["«Площадь & сквер»", "Выйти", "2 марта 2001", "12:05", "12 345", "Дата рождения"]),
        ("en", ["“The <square>”", "Sign out", "2 March 2001", "12:05", "12,345", "Date of birth"]),
    ],
)
def test_a_mail_says_everything_in_the_readers_language(settings: Settings, lang: str, words: list[str]) -> None:
    mail = warning(settings, lang)
    text, shown = spaced(mail.text), spaced(visible(mail.html))

    for word in words:
        assert word in text
        assert word in shown
    assert f'<html lang="{lang}"' in mail.html
    assert f"http://localhost/{lang}/votes/a%2Fb%20c" in mail.text
    assert f'href="http://localhost/{lang}/votes/a%2Fb%20c"' in mail.html


def spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\u00a0", " ").replace("\u202f", " "))


class _Visible(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.hidden += tag in {"style", "title"}

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in {"style", "title"}

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words.append(data)


def visible(html: str) -> str:
    parser = _Visible()
    parser.feed(html)
    return " ".join(parser.words)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_text_and_html_hold_the_same_words_and_the_same_addresses(settings: Settings, lang: str) -> None:
    mail = warning(settings, lang)

    def words(text: str) -> set[str]:
        return set(re.findall(r"\w+", re.sub(r"https?://\S+", "", text)))

    # The subject is a heading in HTML alone: a mail program shows it above the text.
    assert words(mail.text) | words(mail.subject) == words(visible(mail.html))
    addresses = set(re.findall(r"https?://\S+", mail.text))
    assert addresses == set(re.findall(r'href="([^"]+)"', mail.html))


def test_an_html_mail_needs_nothing_from_elsewhere_and_lays_nothing_out_with_tables(settings: Settings) -> None:
    html = warning(settings, "kk").html

    assert not re.search(r"<(table|img|script|link|form|iframe)\b|url\(|@import", html)
    assert "prefers-color-scheme: dark" in html
    assert html.count("<h1") == 1


def test_what_is_filled_in_can_end_no_header_and_begin_no_paragraph(settings: Settings) -> None:
    kind = kinds.NoticeKind("test.subject", subject="Vote “%(title)s”", paragraphs=("“%(title)s”",))
    mail = service.compose(settings, kind, "a@example.org", "en", title="x\nBcc: b@example.org\n\n<b>Pay here</b>")

    assert mail.subject == "Vote “x Bcc: b@example.org <b>Pay here</b>”"
    assert mail.text.startswith("“x Bcc: b@example.org <b>Pay here</b>”\n\n")
    assert "<b>" not in mail.html


def test_a_percent_sign_in_what_is_filled_in_stays_one(settings: Settings) -> None:
    kind = kinds.NoticeKind("test.percent", subject="News", paragraphs=("“%(title)s”", "100 %"))
    mail = service.compose(settings, kind, "a@example.org", "en", title="50 %(x)s")

    assert mail.text.startswith("“50 %(x)s”\n\n100 %\n\n")


def test_only_a_mail_that_may_be_switched_off_says_how(settings: Settings) -> None:
    news = service.compose(settings, NEWS, "a@example.org", "en", PERSON)
    to_nobody = service.compose(settings, NEWS, "a@example.org", "en")

    address = news.headers["List-Unsubscribe"].strip("<>")
    assert address.startswith("http://localhost/mails/stop/")
    assert news.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert address in news.text
    assert address in news.html
    for mail in (to_nobody, warning(settings, "en")):
        assert not mail.headers
        assert "/mails/stop/" not in mail.text + mail.html


def test_the_texts_of_every_notice_can_be_filled_in_with_what_its_room_gives(settings: Settings) -> None:
    for kind in kinds.every().values():
        texts = (kind.subject, *kind.paragraphs, *(kind.link or ())[1:], *(kind.stop or ())[1:])
        names = {name for text in texts for name in re.findall(r"%\((\w+)\)s", text)}
        names |= {name for _label, name in kind.facts} | ({kind.code} if kind.code else set())
        for lang in LANGUAGES:
            mail = service.compose(settings, kind, "a@example.org", lang, PERSON, **dict.fromkeys(names, "word"))
            assert "%(" not in mail.subject + mail.text + mail.html
            assert len(kind.paragraphs) > 1 or kind.optional, f"{kind.name} does not say what to do"


def test_two_kinds_of_one_name_and_an_optional_one_without_a_summary_are_refused() -> None:
    with pytest.raises(ValueError, match="two notices"):
        service.notice("test.news", subject="News", paragraphs=("News",))
    with pytest.raises(ValueError, match="summary"):
        service.notice("test.other", subject="News", paragraphs=("News",), optional=True)
