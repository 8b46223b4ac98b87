"""Rules for consultations in plain words, in each language of the site."""

from __future__ import annotations

from egov_participation.i18n import N_, translate
from egov_participation.jurisdiction.consultation_rules import ActKind, ConsultationRules
from egov_participation.jurisdiction.telling import Part, at_least, within


def parts(rules: ConsultationRules, lang: str) -> list[Part]:
    """All of the rules, in the order in which a consultation meets them."""
    return [
        *(Part(act.name.get(lang), tuple(_of(act, lang))) for act in rules.acts),
        Part(
            translate(lang, N_("What a comment is covered for")),
            tuple(ground.text.get(lang) for ground in rules.grounds),
        ),
    ]


def _of(act: ActKind, lang: str) -> list[str]:
    return [
        translate(lang, N_("Comments are taken for %(period)s."), period=at_least(act.open, lang)),
        translate(
            lang, N_("Each comment has its reply %(within)s from their end."), within=within(act.reply_due, lang)
        ),
        translate(lang, N_("The report is published %(within)s from their end."), within=within(act.report_due, lang)),
    ]
