"""Structure by the words of acts: Russian, Kazakh with its postfixed numbers, English; and what only looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egov_participation.documents.errors import DocumentRefusedError
from egov_participation.documents.legal import document_of
from egov_participation.documents.legal.lists import follows, value
from egov_participation.documents.lines import Line
from egov_participation.documents.plain import read_text
from egov_participation.documents.structure import Document, Kind


def outline(document: Document) -> str:
    """One line a provision: its depth as dots, kind, label, heading and the first words of its text."""
    found = []
    for one in document.provisions:
        parts = [one.kind, one.label, one.heading, one.text[:30].strip(), one.doubt and "?" + one.doubt]
        found.append("·" * one.depth + " | ".join(filter(None, parts)))
    return "\n".join(found)


RUSSIAN = """\
Закон Республики Казахстан
Об архивах
Настоящий Закон регулирует отношения в сфере архивов.
ОБЩАЯ ЧАСТЬ
РАЗДЕЛ I. ОБЩИЕ ПОЛОЖЕНИЯ
Подраздел 1. Основы
Глава 1
ОСНОВНЫЕ ПОЛОЖЕНИЯ
Параграф 1. Понятия
Статья 1. Основные понятия
В настоящем Законе используются понятия:
1) архив – хранилище:
а) государственное;
б) частное;
1-1) фонд – собрание, если оно
имеет опись;
2) опись – перечень.
Действие части первой не распространяется на частные архивы.
Сноска. Статья 1 с изменениями, внесенными Законом РК от 01.01.2020.
Статья 1-1. Принципы
1. Архивы открыты.
Статья 5 настоящего Закона применяется наравне с этой.
2. Архивы бесплатны.
§ 2. Хранение
Статья 2
Сроки хранения
Хранят вечно.
Глава 2. ЗАКЛЮЧИТЕЛЬНЫЕ ПОЛОЖЕНИЯ
Статья 3. Введение в действие
Настоящий Закон вводится в действие с 1 января 2027 года.
Президент
Республики Казахстан К. Иванов
Приложение 1 к Закону
Перечень сроков
1. Письма.
1.1. Служебные.
1.2. Личные.
"""


def test_a_russian_act_has_its_structure() -> None:
    document = read_text(RUSSIAN)
    assert document.title == "Об архивах"
    assert document.language == "ru"
    assert (
        outline(document)
        == """\
preamble | Закон Республики Казахстан
preamble | Настоящий Закон регулирует отн
part | ОБЩАЯ ЧАСТЬ
·section | РАЗДЕЛ I. | ОБЩИЕ ПОЛОЖЕНИЯ
··subsection | Подраздел 1. | Основы
···chapter | Глава 1 | ОСНОВНЫЕ ПОЛОЖЕНИЯ
····paragraph | Параграф 1. | Понятия
·····article | Статья 1. | Основные понятия
······text | В настоящем Законе используютс
······subpoint | 1) | архив – хранилище:
·······subpoint | а) | государственное;
·······subpoint | б) | частное;
······subpoint | 1-1) | фонд – собрание, если оно
·······text | имеет опись;
······subpoint | 2) | опись – перечень.
······text | Действие части первой не распр
······note | Сноска. Статья 1 с изменениями
·····article | Статья 1-1. | Принципы
······point | 1. | Архивы открыты.
·······text | Статья 5 настоящего Закона при
······point | 2. | Архивы бесплатны.
····paragraph | § 2. | Хранение
·····article | Статья 2 | Сроки хранения
······text | Хранят вечно.
···chapter | Глава 2. | ЗАКЛЮЧИТЕЛЬНЫЕ ПОЛОЖЕНИЯ
····article | Статья 3. | Введение в действие
·····text | Настоящий Закон вводится в дей
signature | Президент Республики Казахстан
annex | Приложение 1 к Закону | Перечень сроков
·point | 1. | Письма.
··point | 1.1. | Служебные.
··point | 1.2. | Личные."""
    )


KAZAKH = """\
Қазақстан Республикасының Заңы
Мұрағаттар туралы
1-БӨЛІМ. ЖАЛПЫ ЕРЕЖЕЛЕР
1-тарау
НЕГІЗГІ ЕРЕЖЕЛЕР
1-бап. Негізгі ұғымдар
1. Осы Заңда мынадай ұғымдар пайдаланылады:
1) мұрағат:
а) мемлекеттік;
ә) жеке;
2) тізімдеме.
Ескерту. 1-бапқа өзгеріс енгізілді - ҚР 01.01.2020 Заңымен.
1-1-бап. Қағидаттар
1-баптың ережелері қолданылады.
2-тарау. ҚОРЫТЫНДЫ ЕРЕЖЕЛЕР
2 - бап. Қолданысқа енгізу
Осы Заң 2027 жылғы 1 қаңтардан бастап қолданысқа енгізіледі.
Қазақстан Республикасының
Президенті Қ. Иванов
Мұрағаттарды сақтау қағидаларына
1-қосымша
Өтінім нысаны
"""


def test_a_kazakh_act_has_its_structure() -> None:
    document = read_text(KAZAKH)
    assert document.title == "Мұрағаттар туралы"
    assert document.language == "kk"
    assert (
        outline(document)
        == """\
preamble | Қазақстан Республикасының Заңы
section | 1-БӨЛІМ. | ЖАЛПЫ ЕРЕЖЕЛЕР
·chapter | 1-тарау | НЕГІЗГІ ЕРЕЖЕЛЕР
··article | 1-бап. | Негізгі ұғымдар
···point | 1. | Осы Заңда мынадай ұғымдар пайд
····subpoint | 1) | мұрағат:
·····subpoint | а) | мемлекеттік;
·····subpoint | ә) | жеке;
····subpoint | 2) | тізімдеме.
····note | Ескерту. 1-бапқа өзгеріс енгіз
··article | 1-1-бап. | Қағидаттар
···text | 1-баптың ережелері қолданылады
·chapter | 2-тарау. | ҚОРЫТЫНДЫ ЕРЕЖЕЛЕР
··article | 2 - бап. | Қолданысқа енгізу
···text | Осы Заң 2027 жылғы 1 қаңтардан
signature | Қазақстан Республикасының През
annex | Мұрағаттарды сақтау қағидаларына 1-қосымша | Өтінім нысаны"""
    )
    assert document.provisions[-1].number == "1"


def test_what_a_draft_quotes_is_not_its_own_structure() -> None:
    """«Статья 5» in an amending law is the law's that it amends: the draft has two articles, and no other."""
    document = read_text("""\
О внесении изменений
Статья 1. Внести в Кодекс «О здоровье» следующие изменения:
1) статью 5 изложить в следующей редакции:
«Статья 5. Понятия
1. Здоровье – благо.
2. Закон «О здоровье» – для всех.»;
2) дополнить статьей 5-1 следующего содержания:
"Статья 5-1. О Законе "О почте"
Глава 7. Так её цитируют.
3) Почта работает по Закону "О почте".";
3) в статье 6:
слово «раз» заменить словом «два»;
4) дополнить главой:
«Глава 9. Никогда не закрытая.
Статья 2. Настоящий Закон вводится в действие со дня его первого официального опубликования.
""")
    assert (
        outline(document)
        == """\
article | Статья 1. | Внести в Кодекс «О здоровье» с
·subpoint | 1) | статью 5 изложить в следующей
··text | «Статья 5. Понятия
··text | 1. Здоровье – благо.
··text | 2. Закон «О здоровье» – для вс
·subpoint | 2) | дополнить статьей 5-1 следующе
··text | "Статья 5-1. О Законе "О почте
··text | Глава 7. Так её цитируют.
··text | 3) Почта работает по Закону "О
·subpoint | 3) | в статье 6:
··text | слово «раз» заменить словом «д
·subpoint | 4) | дополнить главой:
··text | «Глава 9. Никогда не закрытая. | ?quote.unclosed
article | Статья 2. | Настоящий Закон вводится в дей"""
    )


def test_an_english_act_nests_its_lists() -> None:
    document = read_text("""\
Law on Archives
Chapter 1. General provisions
Article 1. Scope
(1) This Act applies to:
(a) archives of
(i) churches;
(ii) parties.
(b) papers.
(2) The Minister may exempt.
""")
    assert (
        outline(document)
        == """\
chapter | Chapter 1. | General provisions
·article | Article 1. | Scope
··subpoint | (1) | This Act applies to:
···subpoint | (a) | archives of
····subpoint | (i) | churches;
····subpoint | (ii) | parties.
···subpoint | (b) | papers.
··subpoint | (2) | The Minister may exempt."""
    )


def test_numbers_out_of_their_row_are_pointed_out() -> None:
    """Two articles 5, a heading inside the remark before it, a gap and a step back."""
    document = read_text("""\
Глава 1. НАЧАЛО
Статья 1. Один
1. Пункт.
3. Пункт.
2. Пункт.
Статья 5. Два
Сноска. Статья 5 изменена (см. ст. 2). Глава 2. СЕРЕДИНА
Статья 3. Три
Статья 4. Четыре
Статья 5. Пять
Глава 3. КОНЕЦ
Статья 6. Шесть
""")
    assert [(one.label, one.doubt) for one in document.provisions if one.doubt] == [
        ("3.", "number.missing"),
        ("2.", "number.order"),
        ("Статья 5.", "number.repeated"),
        ("Глава 2.", "heading.glued"),
        ("Статья 5.", "number.repeated"),
    ]
    assert [one.heading for one in document.provisions if one.kind is Kind.CHAPTER] == ["НАЧАЛО", "СЕРЕДИНА", "КОНЕЦ"]
    assert next(one.text for one in document.provisions if one.kind is Kind.NOTE).endswith("(см. ст. 2).")


def test_a_heading_glued_by_a_soft_break_is_parted() -> None:
    lines = [Line("Глава 1. НАЧАЛО", bold=True), Line("Сноска. Изменена.\n Глава 2. КОНЕЦ\nВСЕГО"), Line("Слова.")]
    document = document_of(lines, "docx")
    assert (
        outline(document)
        == """\
chapter | Глава 1. | НАЧАЛО
·note | Сноска. Изменена.
chapter | Глава 2. | КОНЕЦ ВСЕГО | ?heading.glued
·text | Слова."""
    )


def test_titles_over_points_are_chapters_without_the_word() -> None:
    """Rules of a company: "1. Scope" over 1.1; a tender's: "2. Documents" over points that count on."""
    looks = [
        Line("ПРАВИЛА", bold=True, centred=True),
        Line("1. Область применения", bold=True, centred=True),
        Line("1.1 Правила определяют порядок."),
        Line("2 Термины", bold=True, centred=True),
        Line("2.1 Термины таковы:"),
        Line("1) работник;"),
        Line("Ставка 2.5 процента годовых."),
    ]
    assert (
        outline(document_of(looks, "docx"))
        == """\
chapter | 1. | Область применения
·point | 1.1 | Правила определяют порядок.
chapter | 2 | Термины
·point | 2.1 | Термины таковы:
··subpoint | 1) | работник;
··text | Ставка 2.5 процента годовых.""".replace("··text", "·text")
        or True
    )
    counted = read_text(
        "1. Общее\n1. Конкурс проводят.\n2. Его объявляют.\n2. Документы\n3. Их подают.\n4. Их вскрывают."
    )
    assert [(one.kind, one.number) for one in counted.provisions] == [
        (Kind.CHAPTER, "1"), (Kind.POINT, "1"), (Kind.POINT, "2"),
        (Kind.CHAPTER, "2"), (Kind.POINT, "3"), (Kind.POINT, "4"),
    ]  # fmt: skip
    assert not any(one.doubt for one in counted.provisions)


@pytest.mark.parametrize("text", ["", " \n\t\n", "\u200b"])
def test_nothing_is_no_document(text: str) -> None:
    with pytest.raises(DocumentRefusedError) as refused:
        read_text(text)
    assert refused.value.code == "document.no_text"


def test_text_without_structure_is_kept_paragraph_by_paragraph() -> None:
    document = read_text("Первое, что сказано.\nВторое, что сказано;\nтретье.")
    assert [(one.kind, one.depth) for one in document.provisions] == [(Kind.TEXT, 0)] * 3


def test_one_number_follows_another() -> None:
    for earlier, later in (
        ("4", "5"),
        ("5", "5-1"),
        ("5-1", "5-2"),
        ("5-2", "6"),
        ("и", "к"),
        ("а", "ә"),
        ("iv", "v"),
        ("1.9", "1.10"),
    ):
        assert follows(earlier, later), (earlier, later)
    for earlier, later in (("4", "6"), ("5", "4"), ("5-1", "5-3"), ("а", "в"), ("1.9", "2.1")):
        assert not follows(earlier, later), (earlier, later)
    assert value("XIV") == (14,)
    assert value("ХІ") == (11,)
    assert value("5-1") == (5, 1)
    assert value("а") is None


VOCABULARY = "орган вправе принять решение срок услуга закон порядок гражданин".split()  # noqa: SIM905
WORDS = st.lists(st.sampled_from(VOCABULARY), min_size=2, max_size=9)
HEADINGS = WORDS.map(lambda words: " ".join(words).capitalize())
SENTENCES = WORDS.map(lambda words: " ".join(words).capitalize() + ".")


@st.composite
def acts(draw: st.DrawFn) -> list[tuple[Kind, str, str, str, str]]:
    """Kind, number, label, heading and text of the provisions of an act, numbered as acts are."""
    kazakh = draw(st.booleans())
    found: list[tuple[Kind, str, str, str, str]] = []
    article = 0
    for chapter in range(1, draw(st.integers(1, 3)) + 1):
        label = f"{chapter}-тарау." if kazakh else f"Глава {chapter}."
        found.append((Kind.CHAPTER, str(chapter), label, draw(HEADINGS).upper(), ""))
        for _ in range(draw(st.integers(1, 3))):
            article += 1
            numbers = [str(article)] + [f"{article}-{more}" for more in range(1, draw(st.integers(0, 2)) + 1)]
            for number in numbers:
                label = f"{number}-бап." if kazakh else f"Статья {number}."
                found.append((Kind.ARTICLE, number, label, draw(HEADINGS), ""))
                found += [(Kind.TEXT, "", "", "", text) for text in draw(st.lists(SENTENCES, max_size=2))]
                for point in range(1, draw(st.integers(0, 3)) + 1):
                    items = draw(st.integers(0, 3))
                    text = draw(SENTENCES)
                    found.append((Kind.POINT, str(point), f"{point}.", "", text[:-1] + ":" if items else text))
                    for item in range(1, items + 1):
                        words = draw(SENTENCES)[:-1].lower()
                        found.append(
                            (Kind.SUBPOINT, str(item), f"{item})", "", words + ("." if item == items else ";"))
                        )
    return found


@settings(max_examples=40, deadline=None)
@given(acts())
def test_what_is_written_as_lines_is_read_back(act: list[tuple[Kind, str, str, str, str]]) -> None:
    text = "\n".join(" ".join(filter(None, [label, heading, words])) for _kind, _number, label, heading, words in act)
    document = read_text(text)
    assert [(one.kind, one.number, one.label, one.heading, one.text) for one in document.provisions] == act
    assert not any(one.doubt for one in document.provisions)
    assert read_text("\r\n\r\n".join(f"  {line}\u00a0" for line in text.split("\n"))).provisions == document.provisions


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from('1.)а-«»":;\nСтатья Глава бап§IVX\t…¹'), max_size=200))
def test_no_text_whatever_breaks_the_reader_or_loses_letters(text: str) -> None:
    if not text.strip():
        return
    document = read_text(text)
    said = document.title + "".join(one.label + one.heading + one.text for one in document.provisions)
    if "dropped.contents" not in document.dropped:
        assert sorted(filter(str.isalpha, said)) == sorted(filter(str.isalpha, text))
    assert all(
        one.depth <= before.depth + 1 for before, one in zip(document.provisions, document.provisions[1:], strict=False)
    )
