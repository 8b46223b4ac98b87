"""What the demonstration's petitions ask: invented, each in the three languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Wording:
    """A petition in one language."""

    title: str
    ask: str
    background: str


@dataclass(frozen=True, slots=True)
class Invented:
    """A petition of the demonstration."""

    language: str
    """In which it was written first."""
    territory: str
    kk: Wording
    ru: Wording
    en: Wording

    def texts(self) -> dict[str, Wording]:
        """By language."""
        return {"kk": self.kk, "ru": self.ru, "en": self.en}


MEALS: Final = Invented(
    "ru",
    "",
    Wording(
        "Бастауыш сынып оқушыларының бәріне тегін ыстық тамақ беру",
        "Үкіметтен 1–4-сынып оқушыларының бәрін мемлекет есебінен ыстық тамақпен қамтамасыз етуді сұраймыз.",
        "Қазір тегін тамақ әр өңірде әртүрлі беріледі. Екінші ауысымда оқитын балалар күні бойы аш жүреді. "
        "Бірыңғай ереже ауыл мен қала мектептерін теңестіреді.",
    ),
    Wording(
        "Бесплатное горячее питание для всех учеников начальной школы",
        "Просим Правительство обеспечить горячим питанием за счёт государства всех учеников 1–4 классов.",
        "Сейчас бесплатно кормят везде по-разному. Дети, которые учатся во вторую смену, остаются голодными. "
        "Единое правило уравняет сельские и городские школы.",
    ),
    Wording(
        "Free hot meals for all primary school pupils",
        "We ask the Government to provide all pupils of grades 1 to 4 with a hot meal paid for by the state.",
        "Who eats for free differs from region to region today. Children of the second shift go without lunch. "
        "One rule would make schools in villages and cities equal.",
    ),
)
AIR: Final = Invented(
    "kk",
    "",
    Wording(
        "Қалалардағы ауаның сапасы туралы деректерді ашық жариялау",
        "Барлық өлшеу бекеттерінің деректерін сағат сайын ашық түрде жариялауды сұраймыз.",
        "Қыста ауаның ластануы нормадан бірнеше есе асады, ал тұрғындар бұл туралы кеш біледі. "
        "Ашық деректер ата-аналар мен дәрігерлерге шешім қабылдауға көмектеседі.",
    ),
    Wording(
        "Открыто публиковать данные о качестве воздуха в городах",
        "Просим каждый час публиковать в открытом виде данные всех постов измерения.",
        "Зимой загрязнение в несколько раз выше нормы, а жители узнают об этом поздно. "
        "Открытые данные помогут родителям и врачам принимать решения.",
    ),
    Wording(
        "Publish the measurements of air quality in cities openly",
        "We ask that the data of all measuring stations be published openly every hour.",
        "In winter pollution is several times the norm, and residents learn of it late. "
        "Open data would help parents and doctors to decide.",
    ),
)
SCHOOL_BUS: Final = Invented(
    "ru",
    "KZ-62",
    Wording(
        "Ұлытаудың шалғай ауылдарына мектеп автобустарын жіберу",
        "Мектебі жоқ әр ауылдан көрші ауылдың мектебіне күн сайын автобус жүргізуді сұраймыз.",
        "Балалар мектепке жаяу немесе өткінші көлікпен барады, ал қыста апталап сабақтан қалады.",
    ),
    Wording(
        "Пустить школьные автобусы в отдалённые сёла Улытау",
        "Просим каждый день возить детей автобусом из сёл, где школы нет, в школу соседнего села.",
        "Дети добираются до школы пешком или на попутных машинах, а зимой пропускают целые недели.",
    ),
    Wording(
        "Run school buses to the remote villages of Ulytau",
        "We ask for a daily bus from each village without a school to the school of the next one.",
        "Children walk to school or ask for a ride, and miss whole weeks in winter.",
    ),
)
SIGNS: Final = Invented(
    "kk",
    "",
    Wording(
        "Мемлекеттік сайттарда ымдау тіліне аударма қосу",
        "Мемлекеттік қызметтердің негізгі нұсқаулықтарына ымдау тіліндегі бейнені қосуды сұраймыз.",
        "Есту қабілеті бұзылған адамдар үшін жазбаша мәтін әрқашан түсінікті бола бермейді.",
    ),
    Wording(
        "Добавить перевод на жестовый язык на государственных сайтах",
        "Просим добавить видео на жестовом языке к основным инструкциям государственных услуг.",
        "Для людей с нарушением слуха письменный текст понятен не всегда.",
    ),
    Wording(
        "Add sign language to the state’s sites",
        "We ask that videos in sign language be added to the main instructions of public services.",
        "Written text is not always clear to people who do not hear.",
    ),
)
TREES: Final = Invented(
    "ru",
    "",
    Wording(
        "Кесілген әр ағаштың орнына үш ағаш отырғызу",
        "Құрылыс кезінде кесілген әр ағаштың орнына сол ауданда үш ағаш отырғызуды міндеттеуді сұраймыз.",
        "Ағаштар көбіне қаланың шетіне отырғызылады, ал аулалар көлеңкесіз қалады.",
    ),
    Wording(
        "Сажать три дерева вместо каждого срубленного",
        "Просим обязать тех, кто рубит деревья при стройке, сажать три взамен каждого в том же районе.",
        "Взамен обычно сажают на окраине, а дворы остаются без тени.",
    ),
    Wording(
        "Plant three trees for each one that is felled",
        "We ask that whoever fells trees to build must plant three for each in the same district.",
        "Replacements are mostly planted at the edge of the city, and yards stay without shade.",
    ),
)
SEEDLINGS: Final = Invented(
    "ru",
    "",
    Wording(
        "Құрылыста кесілген ағаштарды сол жерге қайта отырғызу",
        "Құрылысшыларды ағаштарды кескен жеріне қайта отырғызуға міндеттеуді сұраймыз.",
        "Жаңа тұрғын үйлердің аулаларында жаздың ыстығында көлеңке жоқ.",
    ),
    Wording(
        "Возвращать деревья туда, где их срубили при стройке",
        "Просим обязать застройщиков сажать деревья там, где они были срублены.",
        "Во дворах новых домов летом нет тени.",
    ),
    Wording(
        "Put trees back where they were felled to build",
        "We ask that developers must plant trees where they felled them.",
        "There is no shade in the yards of new houses in summer.",
    ),
)
CLINICS: Final = Invented(
    "kk",
    "",
    Wording(
        "Ауыл амбулаторияларын дәрі-дәрмекпен қамтамасыз ету",
        "Әр ауыл амбулаториясында шұғыл көмекке қажет дәрілердің тізімі әрдайым болуын сұраймыз.",
        "Ең жақын дәріхана кейде жүз шақырымнан алыс, ал қыста жол жабылып қалады.",
    ),
    Wording(
        "Обеспечить сельские амбулатории лекарствами",
        "Просим, чтобы в каждой сельской амбулатории всегда были лекарства для неотложной помощи.",
        "До ближайшей аптеки бывает больше ста километров, а зимой дорогу закрывают.",
    ),
    Wording(
        "Supply village clinics with medicine",
        "We ask that each village clinic always has the medicine for emergencies.",
        "The nearest pharmacy may be more than a hundred kilometres away, and roads are closed in winter.",
    ),
)
LESSONS: Final = Invented(
    "ru",
    "",
    Wording(
        "Мектепте сабақты таңғы тоғыздан бастау",
        "Қыста сабақты сағат 9:00-ден бастауды сұраймыз.",
        "Желтоқсанда балалар мектепке қараңғыда барады.",
    ),
    Wording(
        "Начинать уроки зимой в девять утра",
        "Просим зимой начинать уроки в 9:00.",
        "В декабре дети идут в школу в темноте.",
    ),
    Wording(
        "Begin school at nine in winter",
        "We ask that lessons begin at 9:00 in winter.",
        "In December children walk to school in the dark.",
    ),
)
COURT: Final = Invented(
    "ru",
    "",
    Wording(
        "Нақты сот ісі бойынша шешімді өзгерту",
        "Қалалық соттың көрші үй туралы шешімін өзгертуді сұраймыз.",
        "Шешіммен келіспейміз.",
    ),
    Wording(
        "Изменить решение по конкретному судебному делу",
        "Просим изменить решение городского суда о соседнем доме.",
        "Мы с решением не согласны.",
    ),
    Wording(
        "Change the decision in a court case",
        "We ask that the city court’s decision on the house next door be changed.",
        "We do not agree with it.",
    ),
)
CYCLING: Final = Invented(
    "kk",
    "KZ-75",
    Wording(
        "Алматыда велосипед жолдарын бір желіге қосу",
        "Әкімдіктен үзік велосипед жолдарын бес жылда бір желіге қосуды сұраймыз.",
        "Жолдар көшенің ортасында аяқталады, сондықтан балалар жолдың шетімен жүреді.",
    ),
    Wording(
        "Соединить велодорожки Алматы в одну сеть",
        "Просим акимат за пять лет соединить отдельные велодорожки в одну сеть.",
        "Дорожки обрываются посреди улицы, и дети едут по краю проезжей части.",
    ),
    Wording(
        "Join Almaty’s cycle paths into one network",
        "We ask the akimat to join the separate cycle paths into one network within five years.",
        "Paths end in the middle of a street, and children ride at the edge of the road.",
    ),
)
LIBRARY: Final = Invented(
    "ru",
    "",
    Wording(
        "Кітапханаларды жексенбіде ашық ұстау",
        "Қалалық кітапханалардың жексенбі күні жұмыс істеуін сұраймыз.",
        "Жұмыс істейтіндер мен студенттер үшін жексенбі – жалғыз бос күн.",
    ),
    Wording(
        "Открыть библиотеки по воскресеньям",
        "Просим, чтобы городские библиотеки работали по воскресеньям.",
        "Для работающих и студентов воскресенье – единственный свободный день.",
    ),
    Wording(
        "Open libraries on Sundays",
        "We ask that city libraries be open on Sundays.",
        "Sunday is the only free day for people who work and for students.",
    ),
)
COUNCIL: Final = Invented(
    "kk",
    "",
    Wording(
        "Жастар істері жөніндегі кеңестің отырыстарын көрсету",
        "Кеңестің отырыстарын тікелей эфирде көрсетуді сұраймыз.",
        "Шешімдер туралы тек баспасөз хабарламасынан білеміз.",
    ),
    Wording(
        "Показывать заседания совета по делам молодёжи",
        "Просим показывать заседания совета в прямом эфире.",
        "О решениях мы узнаём только из пресс-релизов.",
    ),
    Wording(
        "Broadcast the sessions of the youth council",
        "We ask that the council’s sessions be broadcast live.",
        "We learn of its decisions from press releases only.",
    ),
)
NEIGHBOUR: Final = Invented(
    "ru",
    "",
    Wording("Көршіні көшіру", "Көршімізді басқа үйге көшіруді сұраймыз.", "Оның аты-жөні мен мекенжайы мынадай …"),
    Wording("Выселить соседа", "Просим переселить нашего соседа в другой дом.", "Его имя и адрес такие …"),
    Wording("Move our neighbour", "We ask that our neighbour be moved to another house.", "His name and address are …"),
)
SHELTERS: Final = Invented(
    "ru",
    "",
    Wording(
        "Аялдамаларды жылыту",
        "Қысы суық қалалардағы аялдамаларды жылытуды сұраймыз.",
        "Автобусты отыз градус аязда жиырма минут күтеміз.",
    ),
    Wording(
        "Тёплые остановки",
        "Просим отапливать остановки в городах с холодной зимой.",
        "Автобуса ждём по двадцать минут при тридцати градусах мороза.",
    ),
    Wording(
        "Warm bus stops",
        "We ask that bus stops be heated in cities with cold winters.",
        "We wait twenty minutes for the bus at thirty degrees below zero.",
    ),
)
COURT_REASON: Final = (
    "Петиция сот шешімін өзгертуді сұрайды. Сот төрелігі петицияның нысанасы бола алмайды: шешімге шағым апелляциялық "
    "сотқа беріледі. / Петиция просит изменить решение суда. Правосудие не может быть её предметом: решение обжалуют в "
    "апелляционном суде."
)
MERGE_REASON: Final = "Екі петиция бір нәрсені сұрайды. / Обе петиции просят об одном и том же."
STOP_REASON: Final = "Кеңес таратылды. / Совет упразднён."
WITHDRAW_REASON: Final = "Министрлік сабақ уақытын өзгертті. / Министерство уже изменило время начала уроков."
HIDE_REASON: Final = "Мәтінде басқа адамның дербес деректері бар. / В тексте персональные данные другого человека."
