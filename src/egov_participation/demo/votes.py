"""What the demonstration's votes ask."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from egov_crypto.question import Question
from egov_participation.commission.documents import Document, blank, new_question
from egov_participation.voting import texts
from egov_participation.voting.roll_file import ListedRoll
from egov_participation.voting.rules import VoteKind
from egov_participation.voting.setup_file import RegistryRoll, SetupTrustee, VoteSetup
from egov_participation.voting.texts import Texts

ASTANA: Final = ZoneInfo("Asia/Almaty")

COMMISSION: Final = Texts(
    "Орталық сайлау комиссиясы", "Центральная избирательная комиссия", "Central Election Commission"
)
REGISTRAR: Final = Texts("Демонстрация тіркеушісі", "Регистратор демонстрации", "Registrar of the demonstration")

TRUSTEES: Final = (
    Texts("Комиссия мүшесі Әсел Сейітқали", "Член комиссии Асель Сейткали", "Asel Seitqali, member of the commission"),
    Texts("Байқаушы Данияр Ахметов", "Наблюдатель Данияр Ахметов", "Daniyar Akhmetov, observer"),
    Texts("Заң факультетінен Ольга Ким", "Ольга Ким, юридический факультет", "Olga Kim, faculty of law"),
)

REFERENDUM_OPENS: Final = datetime(2024, 10, 4, 7, tzinfo=ASTANA)
REFERENDUM_CLOSES: Final = datetime(2024, 10, 6, 20, tzinfo=ASTANA)

REGISTERED: Final = 550
BLANK, FOR, AGAINST = 9, 249, 92
"""Kazakhstan's referendum of 6 October 2024, scaled to 350 voters: turnout 63.66 %, for 71.12 %, against 26.15 %
(Central Election Commission). The rest, spoilt papers, are blank votes here."""
REVOTES: Final = 3


def referendum(trustees: tuple[SetupTrustee, ...], roll: ListedRoll) -> VoteSetup:
    """A referendum like that of 6 October 2024. (Its three days are an invention, so that days can be charted.)"""
    question = _question(
        Texts(
            "Қазақстанда атом электр станциясын салуға келісесіз бе?",
            "Согласны ли Вы со строительством атомной электростанции в Казахстане?",
            "Do you agree to the construction of a nuclear power plant in Kazakhstan?",
        ),
        Texts("Келісемін", "Согласен", "I agree"),
        Texts("Келіспеймін", "Не согласен", "I do not agree"),
    )
    return VoteSetup(
        kind=VoteKind.CONSULTATIVE,
        title=Texts(
            "Атом электр станциясы туралы референдум",
            "Референдум об атомной электростанции",
            "Referendum on a nuclear power plant",
        ),
        description=Texts(
            "2024 жылғы 6 қазандағы республикалық референдумның 550 сайлаушыға кішірейтілген көшірмесі. Демонстрация.",
            "Республиканский референдум 6 октября 2024 года, уменьшенный до 550 избирателей. Демонстрация.",
            "The national referendum of 6 October 2024, scaled down to 550 voters. A demonstration.",
        ),
        administrator=texts.join(COMMISSION),
        credential_authority=texts.join(REGISTRAR),
        opens_at=REFERENDUM_OPENS,
        closes_at=REFERENDUM_CLOSES,
        questions=(question,),
        roll=roll,
        trustees=trustees,
    )


def budget(trustees: tuple[SetupTrustee, ...], now: datetime) -> VoteSetup:
    """An open vote on what part of a city's budget is spent on: several answers allowed, and a second question."""
    opens_at = (now.astimezone(ASTANA) - timedelta(days=2)).replace(hour=8, minute=0, second=0, microsecond=0)
    return VoteSetup(
        kind=VoteKind.CONSULTATIVE,
        title=Texts("Қала бюджеті: халық таңдауы", "Бюджет города: выбор жителей", "City budget: the people's choice"),
        description=Texts(
            "Келесі жылы 2 миллиард теңге қайда жұмсалсын? Ең көп дауыс алған үш ұсыныс жоспарға енеді.",
            "На что направить 2 миллиарда тенге в следующем году? В план войдут три предложения-лидера.",
            "What shall 2 billion tenge be spent on next year? The three most supported proposals enter the plan.",
        ),
        administrator=texts.join(
            Texts("Қалалық мәслихат комиссиясы", "Комиссия городского маслихата", "Commission of the city maslikhat")
        ),
        credential_authority=texts.join(REGISTRAR),
        opens_at=opens_at,
        closes_at=opens_at + timedelta(days=14, hours=12),
        questions=(
            _question(
                Texts(
                    "Қай жобаларды қолдайсыз? Үшеуге дейін таңдаңыз.",
                    "Какие проекты Вы поддерживаете? Выберите не более трёх.",
                    "Which projects do you support? Choose up to three.",
                ),
                Texts("Жағалау мен велосипед жолдары", "Набережная и велодорожки", "Riverside and cycle paths"),
                Texts("Мектеп ауласындағы спорт алаңдары", "Спортплощадки во дворах школ", "Sports grounds at schools"),
                Texts("Түнгі қоғамдық көлік", "Ночной общественный транспорт", "Public transport at night"),
                Texts("Аудандық кітапханалар", "Районные библиотеки", "District libraries"),
                Texts("Көгалдандыру және саябақтар", "Озеленение и скверы", "Trees and small parks"),
                most=3,
            ),
            _question(
                Texts(
                    "Бюджеттің осы бөлігі туралы жыл сайын дауыс беру керек пе?",
                    "Голосовать ли об этой части бюджета каждый год?",
                    "Should this part of the budget be voted on every year?",
                ),
                Texts("Иә", "Да", "Yes"),
                Texts("Жоқ", "Нет", "No"),
            ),
        ),
        roll=RegistryRoll(min_age=18, territories=()),
        trustees=trustees,
    )


def street(now: datetime) -> Document:
    """A binding vote of one city, as the commission's draft says it: everything is decided."""
    opens_at = (now.astimezone(ASTANA) + timedelta(days=10)).replace(hour=8, minute=0, second=0, microsecond=0)
    asked = Texts(
        "Орталықтағы бір көшені жаяу жүргіншілерге беру керек пе?",
        "Отдать ли пешеходам одну из улиц в центре?",
        "Shall one street in the centre be given over to pedestrians?",
    )
    answers = [Texts("Иә", "Да", "Yes"), Texts("Жоқ", "Нет", "No")]
    commission = Texts("Астана қалалық комиссиясы", "Комиссия города Астаны", "Commission of the city of Astana")
    return blank() | {
        "kind": "binding",
        "title": Texts(
            "Астананың жаяу жүргіншілер көшесі", "Пешеходная улица в Астане", "A street for pedestrians in Astana"
        ).as_dict(),
        "description": Texts(
            "Сайлаушылар қолдаса, көше келесі жылдың 1 мамырынан бастап көлікке жабылады.",
            "Если избиратели поддержат предложение, с 1 мая следующего года улица закроется для машин.",
            "If the voters agree, the street closes to cars on 1 May next year.",
        ).as_dict(),
        "administrator": commission.as_dict(),
        "credential_authority": REGISTRAR.as_dict(),
        "opens_at": opens_at.isoformat(),
        "closes_at": (opens_at + timedelta(days=3, hours=12)).isoformat(),
        "questions": [
            new_question()
            | {"text": asked.as_dict(), "answers": [answer.as_dict() for answer in answers], "blank": True}
        ],
        "roll": {"from": "registry", "min_age": 18, "territories": ["KZ-71"]},
    }


LIBRARY_CITY: Final = "KZ-75"


def library(now: datetime) -> Document:
    """A vote of one city that closed the evening before, as the commission's draft said it."""
    closes_at = (now.astimezone(ASTANA) - timedelta(days=1)).replace(hour=20, minute=0, second=0, microsecond=0)
    answers = (
        Texts("Жексенбіде де ашық болсын", "Пусть работает и в воскресенье", "Let it be open on Sundays too"),
        Texts("Жұмыс күндері 22:00-ге дейін ашық болсын", "Пусть в будни работает до 22:00", "Until 22:00 on weekdays"),
    )
    asked = Texts(
        "Қалалық кітапханаға қосымша жұмыс уақытының қайсысы керек?",
        "Какие дополнительные часы работы нужны городской библиотеке?",
        "Which additional hours does the city library need?",
    )
    return blank() | {
        "kind": "consultative",
        "title": Texts(
            "Алматы кітапханасының жұмыс уақыты", "Часы работы библиотеки Алматы", "Opening hours of Almaty's library"
        ).as_dict(),
        "description": Texts(
            "Бюджет екеуінің біріне ғана жетеді. Демонстрация.",
            "Бюджета хватит только на что-то одно. Демонстрация.",
            "The budget allows for one of the two. A demonstration.",
        ).as_dict(),
        "administrator": Texts(
            "Алматы қалалық комиссиясы", "Комиссия города Алматы", "Commission of the city of Almaty"
        ).as_dict(),
        "credential_authority": REGISTRAR.as_dict(),
        "opens_at": (closes_at - timedelta(days=4, hours=12)).isoformat(),
        "closes_at": closes_at.isoformat(),
        "questions": [
            new_question()
            | {"text": asked.as_dict(), "answers": [answer.as_dict() for answer in answers], "blank": True}
        ],
        "roll": {"from": "registry", "min_age": 18, "territories": [LIBRARY_CITY]},
    }


def holidays() -> Document:
    """A draft that somebody has begun: English is missing, and who may vote, and when."""
    answers = [{"kk": "Иә", "ru": "Да", "en": ""}, {"kk": "Жоқ", "ru": "Нет", "en": ""}]
    return blank() | {
        "kind": "consultative",
        "title": Texts("Қысқы каникул", "Зимние каникулы", "Winter school holidays").as_dict(),
        "description": {
            "kk": "Қысқы каникулды бір аптаға ұзарту ұсынылады.",
            "ru": "Предлагается продлить зимние каникулы на неделю.",
            "en": "",
        },
        "questions": [
            new_question()
            | {
                "text": {
                    "kk": "Қысқы каникулды бір аптаға ұзарту керек пе?",
                    "ru": "Продлить зимние каникулы на неделю?",
                    "en": "",
                },
                "answers": answers,
            }
        ],
    }


def _question(text: Texts, *answers: Texts, most: int = 1) -> Question:
    return Question(tuple(texts.join(answer) for answer in answers), texts.join(text), 1, most, blank=True)
