"""What the ministry says of the demonstration's petitions."""

from __future__ import annotations

from typing import Final

from egov_participation.petitions.rules.outcomes import Words

ANSWER: Final = {
    "kk": Words(
        "Келесі оқу жылынан бастап 14 ауылға мектеп автобусы қатынайды.",
        "Облыс әкімдігімен бірге маршруттар бекітілді. Жеті автобус 1 тамызға дейін сатып алынады, қалған жетеуі "
        "қаңтарда келеді. Қыста жол жабылған күндері сабақ қашықтан өтеді.",
    ),
    "ru": Words(
        "С нового учебного года школьные автобусы пойдут в 14 сёл.",
        "Маршруты утверждены вместе с акиматом области. Семь автобусов закупят до 1 августа, ещё семь придут в январе. "
        "В дни, когда зимой дорогу закрывают, уроки проходят дистанционно.",
    ),
    "en": Words(
        "School buses will run to 14 villages from the next school year.",
        "The routes were agreed with the region’s akimat. Seven buses are bought by 1 August, seven more come in "
        "January. On days when the road is closed in winter, lessons are held at a distance.",
    ),
}
DEBATE: Final = {
    "kk": Words("Петиция тыңдауда талқыланады.", "Тыңдау ашық: трансляцияға сілтеме осында жарияланады."),
    "ru": Words("Петицию обсудят на слушаниях.", "Слушания открытые: ссылка на трансляцию появится здесь."),
    "en": Words(
        "The petition will be discussed at a hearing.", "The hearing is public: a link to the broadcast will be here."
    ),
}
