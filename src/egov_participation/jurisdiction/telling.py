"""Rules for petitions in plain words, in each language of the site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from egov_participation.formats import filters
from egov_participation.i18n import N_, ntranslate, translate
from egov_participation.jurisdiction.periods import Period, Unit
from egov_participation.jurisdiction.petition_rules import Band, Gate, Names, RuleSet, Scope, Threshold, Tier, Way

SCOPES: Final = {
    Scope.COUNTRY: N_("Petitions of the whole country"),
    Scope.REGION: N_("Petitions of a region, or of a city that is one"),
    Scope.DISTRICT: N_("Petitions of a district or city in a region"),
    Scope.CITY_DISTRICT: N_("Petitions of a city district"),
}
"""By what they are about: msgids."""
_NAMES: Final = {
    Names.INITIAL: N_("The list of signers shows the first name and the first letter of the surname."),
    Names.FULL: N_("The list of signers shows full names."),
    Names.CHOICE: N_("The list of signers shows the full name of those who want that."),
    Names.NONE: N_("No list of signers is published."),
}
_HIDDEN: Final = N_("%(ground)s; then the text is not shown either")


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the rules under a heading, all in one language."""

    title: str
    sentences: tuple[str, ...]


def parts(rules: RuleSet, lang: str) -> list[Part]:
    """All of the rules, in the order in which somebody who writes a petition meets them."""
    return [
        Part(translate(lang, N_("Who may sign")), tuple(_who(rules, lang))),
        Part(translate(lang, N_("Before signatures are collected")), tuple(_before(rules, lang))),
        *(Part(translate(lang, SCOPES[scope]), tuple(_of_scope(rules, scope, lang))) for scope in rules.scopes),
        Part(translate(lang, N_("What is shown, and for how long")), tuple(_shown(rules, lang))),
        Part(translate(lang, N_("What a petition is rejected for")), tuple(_grounds(rules, lang))),
    ]


def within(period: Period, lang: str) -> str:
    """“within 40 working days”."""
    n = period.n
    match period.unit:
        case Unit.CALENDAR_DAYS:
            return ntranslate(lang, "within %(num)s day", "within %(num)s days", n)
        case Unit.WORKING_DAYS:
            return ntranslate(lang, "within %(num)s working day", "within %(num)s working days", n)
        case Unit.MONTHS:
            return ntranslate(lang, "within %(num)s month", "within %(num)s months", n)
        case Unit.YEARS:
            return ntranslate(lang, "within %(num)s year", "within %(num)s years", n)


def at_least(period: Period, lang: str) -> str:
    """“at least 10 working days”."""
    n = period.n
    match period.unit:
        case Unit.CALENDAR_DAYS:
            return ntranslate(lang, "at least %(num)s day", "at least %(num)s days", n)
        case Unit.WORKING_DAYS:
            return ntranslate(lang, "at least %(num)s working day", "at least %(num)s working days", n)
        case Unit.MONTHS:
            return ntranslate(lang, "at least %(num)s month", "at least %(num)s months", n)
        case Unit.YEARS:
            return ntranslate(lang, "at least %(num)s year", "at least %(num)s years", n)


def threshold(tier: Tier, lang: str) -> str:
    """“50,000 signatures: the Government answers within 40 working days.”"""
    sentence = _sets_off(_signatures(tier.needed, lang), tier, lang)
    if tier.at_most:
        unknown = N_("The number of residents is not known here: this is the most that the rules can ask for.")
        sentence = f"{sentence} {translate(lang, unknown)}"
    return sentence


def _who(rules: RuleSet, lang: str) -> Iterator[str]:
    identity = rules.identity
    yield identity.who.get(lang)
    if identity.min_age:
        yield ntranslate(lang, "From %(num)s year of age on.", "From %(num)s years of age on.", identity.min_age)
    if identity.residents_of_territory and set(rules.scopes) != {Scope.COUNTRY}:
        yield translate(lang, N_("A petition of a region, district or city is signed by those who live there."))
    names = ", ".join(translate(lang, way_name(way, identity.level)) for way in identity.ways)
    yield translate(lang, N_("How you prove who signs: %(ways)s."), ways=names)
    if identity.stands_for is not None:
        yield identity.stands_for.get(lang)
    if rules.paper:
        yield translate(
            lang, N_("Signatures on paper count too: a service centre enters them, and they are shown apart.")
        )


def way_name(way: Way, level: int) -> str:
    """What one signs with, where signing takes that assurance level: a msgid."""
    match way:
        case Way.PASSKEY:
            return N_("a passkey that a service centre enrolled") if level == 3 else N_("a passkey")
        case Way.EID:
            return N_("an electronic identity")
        case Way.CODE:
            return N_("a code that is mailed to you")


def _before(rules: RuleSet, lang: str) -> Iterator[str]:
    due = rules.review.due
    review = (
        translate(lang, N_("A moderator checks it against the grounds below %(within)s."), within=within(due, lang))
        if due is not None
        else translate(lang, N_("A moderator checks it against the grounds below."))
    )
    if rules.gate is not None and rules.gate.before_review:
        yield _gate(rules.gate, lang)
    yield review
    yield from after_review(rules, lang)


def after_review(rules: RuleSet, lang: str) -> Iterator[str]:
    """What follows once a moderator has accepted a petition, step by step."""
    if rules.gate is not None and not rules.gate.before_review:
        yield _gate(rules.gate, lang)
    yield translate(
        lang,
        N_("Then it is open to all, and signatures are collected %(within)s."),
        within=within(rules.collecting, lang),
    )


def _gate(gate: Gate, lang: str) -> str:
    count = filters(lang, "UTC")["number"](gate.count)
    if gate.period is None:
        needs = ntranslate(
            lang,
            "It needs %(count)s supporter, and until then only who has its link can see it.",
            "It needs %(count)s supporters, and until then only who has its link can see it.",
            gate.count,
            count=count,
        )
    else:
        needs = ntranslate(
            lang,
            "It needs %(count)s supporter %(within)s, and until then only who has its link can see it.",
            "It needs %(count)s supporters %(within)s, and until then only who has its link can see it.",
            gate.count,
            count=count,
            within=within(gate.period, lang),
        )
    if gate.territories == 1:
        return needs
    live = translate(lang, N_("They must live in different territories: %(count)s at least."), count=gate.territories)
    return f"{needs} {live}"


def _of_scope(rules: RuleSet, scope: Scope, lang: str) -> Iterator[str]:
    for one in rules.thresholds:
        if one.scope is scope:
            yield _sets_off(_amount(one, lang), one, lang)
            if one.per_territory is not None:
                yield translate(
                    lang,
                    N_("Besides, %(count)s territories at least must each reach a minimum of their own."),
                    count=one.per_territory.count,
                )


def _amount(one: Threshold, lang: str) -> str:
    if not one.bands:
        return _signatures(one.needed, lang, one.percent)
    number = filters(lang, "UTC")["number"]
    said = []
    for band, after in zip(one.bands, [*one.bands[1:], None], strict=True):
        amount = _band(band, lang)
        if after is not None:
            text = N_("up to %(people)s residents – %(amount)s")
            said.append(translate(lang, text, people=number(after.over), amount=amount))
        else:
            text = N_("more than %(people)s residents – %(amount)s")
            said.append(translate(lang, text, people=number(band.over), amount=amount))
    return "; ".join(said)


def _band(band: Band, lang: str) -> str:
    return _signatures(band.needed, lang, band.percent)


def _signatures(needed: int | None, lang: str, percent: Decimal | None = None) -> str:
    known = filters(lang, "UTC")
    if needed is not None:
        return ntranslate(lang, "%(count)s signature", "%(count)s signatures", needed, count=known["number"](needed))
    share = percent or Decimal()
    digits = max(0, -int(share.normalize().as_tuple().exponent))
    return translate(
        lang, N_("signatures of %(percent)s of the residents"), percent=known["percent"](float(share) / 100, digits)
    )


def _sets_off(amount: str, of: Threshold | Tier, lang: str) -> str:
    does = of.does.get(lang)
    if of.answer_due is None:
        said = translate(lang, N_("%(amount)s: %(does)s."), amount=amount, does=does)
    else:
        due = within(of.answer_due, lang)
        said = translate(lang, N_("%(amount)s: %(does)s %(within)s."), amount=amount, does=does, within=due)
    said = said[:1].upper() + said[1:]
    if of.extension is None:
        return said
    later = N_("The answer may be put off with reasons: then it is due %(within)s after that.")
    return f"{said} {translate(lang, later, within=within(of.extension, lang))}"


def _shown(rules: RuleSet, lang: str) -> Iterator[str]:
    yield translate(lang, _NAMES[rules.names])
    if rules.names is not Names.NONE:
        yield translate(lang, N_("Whoever signs can choose that no name is shown."))
    yield ntranslate(
        lang,
        "%(num)s month after its end, everything that tells who signed is deleted; the counts stay.",
        "%(num)s months after its end, everything that tells who signed is deleted; the counts stay.",
        rules.erase_after_months,
    )


def _grounds(rules: RuleSet, lang: str) -> Iterator[str]:
    for ground in rules.grounds:
        text = ground.text.get(lang)
        yield translate(lang, _HIDDEN, ground=text) if ground.hides else text
