"""What stands in a file of Word and in no plain text of it: numbers, fields, notes, merged cells, suggestions."""

from __future__ import annotations

import pytest
from tests.documents.word_files import cell, centred, docx, level, lists, numbered, p, row, run, styled, table

from egov_participation.documents.docx import read_docx
from egov_participation.documents.docx.numbering import Numbering
from egov_participation.documents.errors import DocumentRefusedError
from egov_participation.documents.structure import Document, Kind, Provision


def of_kind(document: Document, *kinds: Kind) -> list[Provision]:
    return [provision for provision in document.provisions if provision.kind in kinds]


def labels(document: Document) -> list[str]:
    return [provision.label for provision in document.provisions if provision.label]


def field(code: str, result: str) -> str:
    def mark(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    instruction = f'<w:r><w:instrText xml:space="preserve">{code}</w:instrText></w:r>'
    return mark("begin") + instruction + mark("separate") + run(result) + mark("end")


def test_automatic_numbers_are_read_as_printed() -> None:
    """Articles, points and items of one list; a list that goes on, one that begins anew, bullets, letters, Romans."""
    numbering = lists(
        level(0, "decimal", "Статья %1.") + level(1, "decimal", "%2.") + level(2, "decimal", "%3)"),
        level(0, "russianLower", "%1)"),
        level(0, "bullet", "\uf0b7"),
        level(0, "upperRoman", "Глава %1."),
        level(0, "decimalZero", "%1.", start=9) + level(1, "decimal", "%1.%2.", more="<w:isLgl/>"),
        nums='<w:num w:numId="9"><w:abstractNumId w:val="0"/>'
        '<w:lvlOverride w:ilvl="1"><w:startOverride w:val="7"/></w:lvlOverride></w:num>',
    )
    body = "".join(
        [
            numbered("ОБЩИЕ ПОЛОЖЕНИЯ", 4),
            numbered("Понятия", 1),
            numbered("Первый пункт:", 1, 1),
            numbered("один;", 1, 2),
            numbered("два:", 1, 2),
            numbered("буква;", 2),
            numbered("другая.", 2),
            numbered("Второй пункт.", 1, 1),
            numbered("тоже здесь;", 3),
            numbered("Задачи", 1),
            numbered("Счёт начат заново.", 1, 1),
            numbered("Счёт начат с семи.", 9, 1),
            numbered("ПРОЧЕЕ", 4),
            numbered("Принципы", 1),
        ]
    )
    document = read_docx(docx(body, numbering=numbering))
    assert labels(document) == [
        "Глава I.", "Статья 1.", "1.", "1)", "2)", "а)", "б)", "2.", "•",
        "Статья 2.", "1.", "7.", "Глава II.", "Статья 3.",
    ]  # fmt: skip
    assert [(one.number, one.heading) for one in of_kind(document, Kind.ARTICLE)] == [
        ("1", "Понятия"),
        ("2", "Задачи"),
        ("3", "Принципы"),
    ]
    assert [one.doubt for one in document.provisions if one.doubt] == ["number.missing"]


def test_a_number_may_come_from_the_style_and_from_what_it_is_based_on() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="Base"><w:name w:val="Base"/>'
        '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="Child"><w:basedOn w:val="Base"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="Free"><w:basedOn w:val="Base"/>'
        '<w:pPr><w:numPr><w:numId w:val="0"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="Ring"><w:basedOn w:val="Ring"/></w:style>'
    )
    body = (
        styled("Первый.", "Base") + styled("Второй.", "Child") + styled("без номера.", "Free") + styled("и он.", "Ring")
    )
    document = read_docx(docx(body, styles=styles, numbering=lists(level(0, "decimal", "%1."))))
    assert [(one.number, one.text) for one in document.provisions] == [
        ("1", "Первый."),
        ("2", "Второй."),
        ("", "без номера."),
        ("", "и он."),
    ]


@pytest.mark.parametrize(
    ("form", "counted", "printed"),
    [
        ("decimal", 12, "12"), ("decimalZero", 3, "03"), ("upperRoman", 1994, "MCMXCIV"), ("lowerRoman", 4, "iv"),
        ("russianLower", 10, "к"), ("russianUpper", 2, "Б"), ("russianLower", 30, "аа"), ("lowerLetter", 27, "aa"),
        ("upperLetter", 26, "Z"), ("none", 3, ""), ("hex", 11, "11"), ("arabicAlpha", 2, "ب"),
    ],
)  # fmt: skip
def test_a_number_is_written_in_its_form(form: str, counted: int, printed: str) -> None:
    numbering = Numbering(None)
    assert numbering.figure(counted, form) == printed
    assert numbering.unknown_form == (form == "hex")


def test_levels_begin_anew_as_the_list_says() -> None:
    """Level 2 goes on through level 1 with ``lvlRestart`` 0; upper levels not yet counted show where they begin."""
    numbering = lists(level(0, "decimal", "%1.") + level(1, "decimal", "%1.%2.", more='<w:lvlRestart w:val="0"/>'))
    body = numbered("a.", 1, 1) + numbered("b.", 1) + numbered("c.", 1, 1) + numbered("d.", 1) + numbered("e.", 1, 1)
    assert labels(read_docx(docx(body, numbering=numbering))) == ["1.1.", "1.", "1.2.", "2.", "2.3."]


def test_words_are_those_on_the_printed_page() -> None:
    text = (
        run("Срок")
        + '<w:r><w:noBreakHyphen/></w:r><w:proofErr w:type="x"/>'
        + run("время\u00a0и\u00ad место")
        + field(" REF _x ", " по статье 5")
        + f'<w:hyperlink r:id="x">{run(", ссылка")}</w:hyperlink>'
        + f"<w:sdt><w:sdtContent>{run(' и поле')}</w:sdtContent></w:sdt>"
        + run(" скрыто", "<w:vanish/>")
        + run(", 10 м")
        + run("2", '<w:vertAlign w:val="superscript"/>')
        + ', <w:r><w:sym w:font="Symbol" w:char="F0B3"/></w:r>'
        + "<m:oMath><m:r><m:t>x+1</m:t></m:r></m:oMath>"
        + '<w:commentRangeStart w:id="1"/><w:r><w:drawing/></w:r>'
        + run(" строкою\nниже.\n1) Пункт\tвнутри")
    )
    document = read_docx(docx(p("1. Начало.") + p(raw=text)))
    assert [one.text for one in document.provisions] == [
        "Начало.",
        "Срок-время и место по статье 5, ссылка и поле, 10 м²≥x+1 строкою ниже.",
        "Пункт внутри",
    ]
    assert document.dropped == ("dropped.comment", "dropped.formula", "dropped.hidden", "dropped.picture")


def test_raised_digits_are_part_of_an_articles_number() -> None:
    raised = run("Статья 5") + run("1", '<w:vertAlign w:val="superscript"/>') + run(". Особый случай")
    document = read_docx(docx(p("Статья 5. Общее") + p(raw=raised)))
    assert [(one.number, one.label) for one in document.provisions] == [("5", "Статья 5."), ("5-1", "Статья 5¹.")]


def test_text_boxes_and_notes_come_after_their_paragraph() -> None:
    inner = p(raw=f"<w:r><w:pict><w:txbxContent>{p('в рамке рамки')}</w:txbxContent></w:pict></w:r>")
    box = (
        f"<w:r><mc:AlternateContent><mc:Choice><w:txbxContent>{p('в рамке')}{inner}</w:txbxContent></mc:Choice>"
        f"<mc:Fallback><w:txbxContent>{p('другой раз')}</w:txbxContent></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )
    noted = run("1. Слова") + '<w:r><w:footnoteReference w:id="2"/></w:r>' + run(" пункта.") + box
    footnotes = (
        f'<w:footnote w:type="separator" w:id="0">{p()}</w:footnote><w:footnote w:id="2">{p("О чём это.")}</w:footnote>'
    )
    document = read_docx(docx(p(raw=noted) + p("2. Дальше."), footnotes=footnotes))
    assert [(one.kind, one.depth, one.text) for one in document.provisions] == [
        (Kind.POINT, 0, "Слова пункта."),
        (Kind.NOTE, 1, "О чём это."),
        (Kind.TEXT, 1, "в рамке"),
        (Kind.TEXT, 1, "в рамке рамки"),
        (Kind.POINT, 0, "Дальше."),
    ]


def test_tables_keep_what_is_merged_and_nested() -> None:
    down, on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    body = p("1. Перечень:") + p("Таблица 1. Ставки")
    body += table(
        row(cell("Вид", down), cell("Ставка", '<w:gridSpan w:val="2"/>'), properties="<w:tblHeader/>"),
        row(cell("", on), cell("общая"), cell("льготная")),
        row(cell(p("земля\tи") + p("вода")), cell("1"), cell(table(row(cell("внутри"), cell("таблицы"))) + p())),
    )
    document = read_docx(docx(body + table(row(cell(""), cell("")))))
    (found,) = of_kind(document, Kind.TABLE)
    assert found.heading == "Таблица 1. Ставки"
    assert found.depth == 1
    assert [[(one.text, one.columns, one.rows, one.header) for one in line] for line in found.table] == [
        [("Вид", 1, 2, True), ("Ставка", 2, 1, True)],
        [("общая", 1, 1, False), ("льготная", 1, 1, False)],
        [("земля и\nвода", 1, 1, False), ("1", 1, 1, False), ("внутри\nтаблицы", 1, 1, False)],
    ]
    assert found.text == "Вид\tСтавка\nобщая\tльготная\nземля и вода\t1\tвнутри таблицы"


def test_stamps_and_signatures_in_tables_are_no_tables() -> None:
    body = p("О порядке", words="<w:b/>") + p("1. Утвердить Правила.")
    body += table(row(cell("Министр"), cell("Б. Султанов")))
    body += table(row(cell(""), cell(p("Утверждены") + p("приказом Министра")))) + centred("Правила выдачи")
    body += p("1. Правила о выдаче.")
    body += table(row(cell(" "), cell("Приложение 1\nк Правилам"))) + centred("Форма заявления") + p("Прошу выдать.")
    body += table(row(cell(""), cell("Приложение 1 к заявлению"))) + p("Опись")
    body += table(row(cell(""), cell("Приложение 2 к Правилам"))) + p("Конец.")
    document = read_docx(docx(body))
    assert document.title == "О порядке"
    assert [(one.kind, one.depth, one.label or one.text, one.heading) for one in document.provisions] == [
        (Kind.POINT, 0, "1.", ""),
        (Kind.SIGNATURE, 0, "Министр Б. Султанов", ""),
        (Kind.ANNEX, 0, "Утверждены приказом Министра", "Правила выдачи"),
        (Kind.POINT, 1, "1.", ""),
        (Kind.ANNEX, 1, "Приложение 1 к Правилам", "Форма заявления"),
        (Kind.TEXT, 2, "Прошу выдать.", ""),
        (Kind.ANNEX, 2, "Приложение 1 к заявлению", ""),
        (Kind.TEXT, 3, "Опись", ""),
        (Kind.ANNEX, 1, "Приложение 2 к Правилам", ""),
        (Kind.TEXT, 2, "Конец.", ""),
    ]


INS = '<w:ins w:id="1" w:author="a">'


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (p(raw=run("Слова ") + INS + run("новые") + "</w:ins>"), "Статья 1. Понятия: «новые»"),
        (p(raw="<w:del><w:r><w:delText>старые</w:delText></w:r></w:del>"), "Статья 1. Понятия: «старые»"),
        (p(raw=f"<w:moveTo>{run('сюда')}</w:moveTo>"), "Статья 1. Понятия: «сюда»"),
        (p("Конец абзаца.", words="", looks="<w:rPr><w:del/></w:rPr>"), "Статья 1. Понятия"),
        (table(row(cell("a"), properties="<w:ins/>")), "Статья 1. Понятия"),
        (table(row(cell("a", "<w:cellDel/>"))), "Статья 1. Понятия"),
    ],
)
def test_tracked_changes_are_refused_and_their_places_named(change: str, place: str) -> None:
    with pytest.raises(DocumentRefusedError) as refused:
        read_docx(docx(p("Статья 1. Понятия") + p("Текст.") + change))
    assert (refused.value.code, refused.value.places, refused.value.values) == (
        "docx.tracked_changes",
        (place,),
        {"count": 1},
    )


def test_changes_in_notes_count_and_changes_of_looks_do_not() -> None:
    footnote = f'<w:footnote w:id="2"><w:p>{INS}{run("добавлено")}</w:ins></w:p></w:footnote>'
    with pytest.raises(DocumentRefusedError) as refused:
        read_docx(docx(p("1. Слова."), footnotes=footnote))
    assert refused.value.places == ("«добавлено»",)
    looks = '<w:b/><w:rPrChange w:id="3"><w:rPr/></w:rPrChange>'
    document = read_docx(docx(p("1. Слова.", words=looks)))
    assert document.dropped == ("dropped.changes_of_looks",)
    assert document.provisions[0].text == "Слова."


def test_headings_known_by_style_alone_are_put_to_the_official() -> None:
    """Any language: two levels under the document's title become chapters and paragraphs."""
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="H{at}"><w:name w:val="heading {at}"/>'
        f'<w:pPr><w:outlineLvl w:val="{at - 1}"/></w:pPr></w:style>'
        for at in (1, 2, 3)
    )
    body = (
        styled("Verordnung", "H1") + styled("Allgemeines", "H2") + p("Der Text und die Worte.") + styled("Zweck", "H3")
    )
    body += p("Noch ein Satz, der nicht lang ist.") + styled("Schluss", "H2")
    document = read_docx(docx(body, styles=styles))
    assert document.title == "Verordnung"
    assert document.language == "de"
    assert [(one.kind, one.depth, one.heading, one.doubt) for one in document.provisions if one.heading] == [
        (Kind.CHAPTER, 0, "Allgemeines", "heading.style"),
        (Kind.PARAGRAPH, 1, "Zweck", "heading.style"),
        (Kind.CHAPTER, 0, "Schluss", "heading.style"),
    ]


def test_two_languages_side_by_side_are_refused_with_the_places() -> None:
    kazakh = "Осы Келісімнің мәні қызметтерді ақылы негізде көрсету болып табылады және ол үшін төленеді."
    russian = "Предметом настоящего Соглашения является оказание услуг на платной основе, и за них платят."
    for body in (table(*[row(cell(kazakh), cell(russian))] * 3), (p(kazakh) + p(russian)) * 3):
        with pytest.raises(DocumentRefusedError) as refused:
            read_docx(docx(body))
        assert refused.value.code == "document.two_languages"
        assert refused.value.places[0].startswith("Предметом настоящего Соглашения")


def test_contents_made_by_the_program_are_left_out() -> None:
    entry = p(raw=field(" PAGEREF x ", "3"))
    toc = p(raw='<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> TOC \\o </w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>' + run("Глава 1. Общее")) + entry  # fmt: skip
    toc += p(raw=run("Глава 2. Прочее") + '<w:r><w:fldChar w:fldCharType="end"/></w:r>')
    control = (
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
        f"<w:sdtContent>{p('Глава 1. Общее')}</w:sdtContent></w:sdt>"
    )
    for contents in (toc, control, p("Содержание") + p("Глава 1. Общее\t3") + p("Глава 2. Прочее\t4")):
        document = read_docx(docx(contents + p("Глава 1. Общее") + p("Текст.") + p("Глава 2. Прочее")))
        assert [one.number for one in of_kind(document, Kind.CHAPTER)] == ["1", "2"]
        assert document.dropped == ("dropped.contents",)
