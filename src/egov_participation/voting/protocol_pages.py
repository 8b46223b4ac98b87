"""A signed protocol as people read it: what its PDF says in one language. The numbers are the signed ones.

Errata are no part of what was signed; they come first, so that nobody reads the protocol without them.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence

import segno

from egov_participation.i18n import N_
from egov_participation.results import pdf, regions
from egov_participation.results.pdf import (
    Address,
    Block,
    Code,
    Document,
    Heading,
    Items,
    Notice,
    Paragraph,
    Picture,
    Table,
)
from egov_participation.voting import figures
from egov_participation.voting.protocol import SignedProtocol
from egov_participation.voting.protocol_questions import Pages, groups_of_four, question
from egov_participation.voting.views import VoteView

REHEARSAL = N_("Rehearsal: a mock vote with generated voters. Nothing here counts.")
_TWO = (2, 3)
_NO_KEY = ""
"""Of a protocol that is only previewed."""
KINDS = {
    "binding": N_("binding: what the majority decides applies"),
    "consultative": N_("consultative: it tells those who decide what people want"),
}


def made(vote: VoteView, lang: str, timezone: str, base_url: str) -> bytes | None:
    """The PDF; None if no protocol is signed. Takes about a second the first time: for threads.

    Raises:
        TypesettingError: it could not be made.
    """
    if vote.protocol is None:
        return None
    return pdf.made(document(vote, vote.protocol, lang, timezone, base_url))


def preview(vote: VoteView, unsigned: bytes, lang: str, timezone: str, base_url: str) -> bytes:
    """The PDF that the protocol would have, and which says that nobody has signed it.

    Raises:
        TypesettingError: it could not be made.
    """
    protocol = SignedProtocol(json.loads(unsigned), vote.closes_at, _NO_KEY)
    return pdf.made(document(vote, protocol, lang, timezone, base_url))


def document(vote: VoteView, protocol: SignedProtocol, lang: str, timezone: str, base_url: str) -> Document:
    """What the PDF of a vote's signed protocol says."""
    pages = Pages(vote, protocol, lang, timezone, base_url)
    title = pages._(N_("Protocol of the result"))
    name = pages.text(protocol.content["title"])
    return Document(
        lang=lang,
        title=f"{title}. {name}",
        author=pages.text(protocol.content["administrator"]),
        at=protocol.signed_at,
        blocks=tuple(_blocks(pages, title, name)),
        header=f"{name} · {vote.uuid}",
        footer=f"{base_url}/{lang}/votes/{vote.uuid}/result",
        keywords=(vote.uuid,),
    )


def _blocks(pages: Pages, title: str, name: str) -> Iterator[Block]:
    content = pages.protocol.content
    yield Heading(title, 1)
    yield Paragraph(name)
    for act in pages.vote.errata:
        yield Notice(
            pages._(N_("Erratum of %(date)s: %(text)s"), date=pages.time(act.at), text=act.reason.of(pages.lang))
        )
    if content["rehearsal"]:
        yield Notice(pages._(REHEARSAL))
    if pages.protocol.key == _NO_KEY:
        yield Notice(pages._(N_("Preview: nobody has approved or signed this protocol.")))
    else:
        yield Notice(
            pages._(
                N_("Signed on %(date)s, %(approved)s."),
                date=pages.time(pages.protocol.signed_at),
                approved=pages.text(content["approval"]["words"]),
            )
        )
    yield Heading(pages._(N_("The vote")))
    yield _facts(pages, _about(pages))
    yield Heading(pages._(N_("Result")))
    for number, asked in enumerate(content["questions"], 1):
        yield from question(pages, number, asked)
    yield Heading(pages._(N_("Turnout")))
    yield from _turnout(pages)
    yield from _trustees(pages)
    yield Heading(pages._(N_("Incidents")))
    yield Paragraph(
        pages._(
            N_("Reported: %(reported)s. Answered by the commission in public: %(answered)s."),
            **{name: pages.number(count) for name, count in content["incidents"].items()},
        )
    )
    yield Heading(pages._(N_("Check it yourself")))
    yield from _checks(pages)


def _trustees(pages: Pages) -> Iterator[Block]:
    """Who shuffled, if ballots were, and whose decryption stands where in the archive."""
    trustees = pages.protocol.content["trustees"]
    shuffled = [pages.text(one["name"]) for one in trustees if one.get("shuffled")]
    if shuffled:
        yield Heading(pages._(N_("Who shuffled the ballots")))
        yield Items(tuple(shuffled))
    yield Heading(pages._(N_("Who decrypted the ballots") if shuffled else N_("Who decrypted")))
    yield Table(
        (pages._(N_("Trustee")), pages._(N_("Entry in the archive"))),
        tuple((pages.text(one["name"]), pages.number(one["entry"])) for one in trustees if one["decrypted"]),
        (3, 1),
        (1,),
    )
    needed = pages.protocol.content.get("threshold")
    if needed is not None:
        always = ", ".join(pages.text(one["name"]) for one in trustees if one.get("kind") == "single")
        said = N_("Of %(all)s trustees, %(needed)s were needed to decrypt.")
        if always:
            said = N_("Of %(all)s trustees, %(needed)s were needed to decrypt, always among them: %(names)s.")
        numbers = {"all": pages.number(len(trustees)), "needed": pages.number(needed)}
        yield Paragraph(pages._(said, **numbers, names=always))


def _about(pages: Pages) -> list[tuple[str, str | Code]]:
    content = pages.protocol.content
    kind = KINDS[content["kind"]]
    rows: list[tuple[str, str | Code]] = [
        (pages._(N_("Title")), pages.text(content["title"])),
        (pages._(N_("Identifier")), content["uuid"]),
        (pages._(N_("Kind")), pages._(kind)),
        (pages._(N_("Organised by")), pages.text(content["administrator"])),
        (pages._(N_("The register is kept by")), pages.text(content["credential_authority"])),
        (pages._(N_("Voting opened")), pages.time(content["opens_at"])),
        (pages._(N_("Voting closed")), pages.time(content["closes_at"])),
    ]
    for extension in content["extensions"]:
        said = pages._(
            N_("decided on %(date)s: from %(before)s to %(after)s. Reason: %(reason)s"),
            date=pages.time(extension["decided_at"]),
            before=pages.time(extension["before"]),
            after=pages.time(extension["closes_at"]),
            reason=pages.text(extension["reason"]),
        )
        rows.append((pages._(N_("Extended")), said))
    rows.append((pages._(N_("On the register")), pages.number(content["roll"]["size"])))
    if content["roll"]["weight"] != content["roll"]["size"]:
        rows.append((pages._(N_("Votes of all on the register")), pages.number(content["roll"]["weight"])))
    for words, value in (
        (N_("Hash of the register"), content["roll"]["hash"]),
        (N_("Hash of the set-up"), content["setup"]["hash"]),
    ):
        if value is not None:
            rows.append((pages._(words), Code(groups_of_four(value))))
    rows.append((pages._(N_("Fingerprint of the election")), Code(groups_of_four(content["setup"]["election"]))))
    return rows


def _turnout(pages: Pages) -> Iterator[Block]:
    content, number = pages.protocol.content, pages.number
    turnout, ballots = content["turnout"], content["ballots"]
    rows: list[tuple[str, str | Code]] = [
        (pages._(N_("On the register")), number(turnout["registered"])),
        (pages._(N_("Voted")), number(turnout["voters"])),
        (pages._(N_("Turnout")), f"{pages.share(turnout['voters'], turnout['registered'])} ({turnout['fraction']})"),
        (pages._(N_("Ballots on the board")), number(ballots["board"])),
        (pages._(N_("Counted ballots")), number(ballots["counted"])),
        (pages._(N_("Ballots replaced by later ones")), number(ballots["superseded"])),
    ]
    if content["weight"] != turnout["voters"]:
        rows.append((pages._(N_("Votes of the counted ballots")), number(content["weight"])))
    yield _facts(pages, rows)
    found = figures.regions_of(pages.vote, pages.lang)
    if not found:
        return
    yield Heading(pages._(N_("Turnout by region")), 3)
    svg, words = figures.drawn_map(pages.vote, pages.lang)
    yield Picture(svg, words, 85)
    yield Table(regions.head(pages.lang), regions.rows(pages.lang, found), (5, 2, 2, 2), (1, 2, 3))
    yield Paragraph(pages._(ONLY_THE_REGISTRAR), quiet=True)
    yield Paragraph(figures.regional_source(pages.vote, pages.lang, pages.timezone), quiet=True)


ONLY_THE_REGISTRAR = N_(
    "Anybody can check the total: each counted ballot stands on the board. How it divides into regions only the"
    " registrar knows, who keeps the register: for that there is its signed word. Small groups are counted together, so"
    " that nobody can be told from their region."
)


def _checks(pages: Pages) -> Iterator[Block]:
    content, uuid = pages.protocol.content, pages.vote.uuid
    verify = f"{pages.base_url}/{pages.lang}/votes/{uuid}/verify"
    yield Paragraph(
        pages._(
            N_(
                "You need not believe this paper. Anybody can recount the whole vote from its archive, with a program"
                " of one's own or with ours: the page below tells how. Compare these numbers with it."
            )
        )
    )
    yield Address(
        pages._(N_("How to check this vote:")),
        verify,
        _qr_code(verify),
        pages._(N_("QR code of the address beside it")),
    )
    signed_with: list[tuple[str, str | Code]] = (
        [(pages._(N_("Key that signed it")), Code(groups_of_four(pages.protocol.key)))] if pages.protocol.key else []
    )
    yield _facts(
        pages,
        [
            (pages._(N_("Last entry of the archive")), pages.number(content["archive"]["height"])),
            (pages._(N_("Its hash (SHA-256)")), Code(groups_of_four(content["archive"]["head"]))),
            (pages._(N_("Length of the archive in bytes")), pages.number(content["archive"]["bytes"])),
            (pages._(N_("Hash of the protocol")), Code(groups_of_four(pages.protocol.hash))),
            *signed_with,
            (pages._(N_("Program")), f"{content['software']['name']} {content['software']['version']}"),
        ],
    )
    if not pages.protocol.key:
        return
    signed = f"{pages.base_url}/votes/{uuid}/protocol.json"
    yield Items(
        (pages._(N_("The signature stands in %(address)s, which holds all that this paper says."), address=signed),)
    )


def _qr_code(text: str) -> str:
    file = io.BytesIO()
    segno.make(text, error="m").save(file, kind="svg", border=4, scale=4, dark="#000", light="#fff")
    return file.getvalue().decode()


def _facts(pages: Pages, rows: Sequence[tuple[str, str | Code]]) -> Table:
    return Table((pages._(N_("What it is")), pages._(N_("Value"))), tuple(rows), _TWO)
