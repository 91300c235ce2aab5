"""The evidence pack of a case: one zip with paper, words, raw answers, ledger and verifier.

The same record gives the same bytes: nothing in a pack depends on when or where it is made.
File names are fixed or numbers; no word of a platform ever becomes a path.

    paper.html  paper.txt          for people; masked words are not on them
    README.txt  verify.py          how to check it, and what checks it
    record/pack.json               what the verifier needs to know
    record/chain.jsonl             the ledger's chain from the first entry to the head
    whole-words/kept/              files kept beside the words: pictures, given files, the profile
    whole-words/                   each version's text and structure, the platform's answers, and
                                   what the case's own ledger entries committed to, with salts
    released/                      in its place in a copy without personal data
    MANIFEST.sha256                SHA-256 of every other file
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from config.errors import OperatorError
from config.rules.parse import parse_list
from config.types import Kind, Role
from monitor.alerts.hardening import plain
from monitor.cases import verifier
from monitor.cases.kept import described, packed_files
from monitor.cases.layout import paper_html, paper_text, readme
from monitor.cases.paper import compose
from monitor.cases.release import PROGRAMME, Release, Whole
from monitor.cases.sheet import Frame
from monitor.cases.standing import findings_of, is_masked, names_a_person
from storage.evidence import EvidenceFolder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, timedelta

    from config.policy import Policy
    from config.settings import Settings
    from config.types import CaseId
    from monitor.alerts.house import House
    from monitor.cases.release import Showing
    from storage.repository import Repository
    from storage.values import Custody, KeptVersion, LedgerLine, Opened

WHOLE, RELEASED = "whole-words", "released"
_ROLES = {
    Role.CLERK: "the Clerk",
    Role.DEPUTY: "the Deputy Clerk",
    Role.SAFEGUARDING: "the safeguarding lead",
    Role.TECHNICAL: "the IT supplier",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Council:
    """The council's own facts that a pack needs.

    Attributes:
        house: Names, zone, register, policy words and why findings may be fine.
    """

    settings: Settings
    policy: Policy
    house: House


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A finished pack.

    Attributes:
        name: The folder inside the zip: ``case-42``, ``case-42-released``.
        files: By name inside that folder.
        head: Number and hash of the ledger's head when it was made.
        faults: What is wrong with the record itself; empty when it is whole.
    """

    case: CaseId
    name: str
    files: Mapping[str, bytes]
    head: tuple[int, str]
    is_released: bool
    faults: tuple[str, ...]

    def zipped(self) -> bytes:
        """Return the zip; the same files give the same bytes."""
        return verifier.zip_bytes(dict(self.files), self.name)

    def sha256(self) -> str:
        """Return the SHA-256 of the zip."""
        return hashlib.sha256(self.zipped()).hexdigest()


def make(
    repository: Repository,
    case: CaseId,
    *,
    council: Council,
    released: bool,
    evidence: EvidenceFolder | None = None,
) -> Pack:
    """Make the pack of a case; nothing is written.

    Args:
        repository: Where the case is.
        case: Which case.
        council: The council's own facts.
        released: Without personal data, for people outside the council: kept files are left out.
        evidence: Where kept files lie; None: as the settings say.

    Raises:
        OperatorError: There is no such case.
        StorageError: The database cannot be read.
    """
    custody = repository.custody(case)
    if custody is None:
        raise OperatorError(f"there is no case {case}", remedy="See: clerkwatch cases list --all")
    lines = (line for lot in repository.ledger(upto=custody.head[0]) for line in lot)
    folder = evidence or EvidenceFolder(council.settings.storage.evidence)
    return build(custody, lines, council=council, released=released, evidence=folder)


def name_of(case: CaseId, *, released: bool) -> str:
    """Return what a case's pack is called: its zip, and the folder inside."""
    return f"case-{case}-released" if released else f"case-{case}"


def note_export(repository: Repository, pack: Pack, *, by: str, at: datetime) -> None:
    """Write into the ledger that a pack was exported, by whom, and its SHA-256.

    Raises:
        StorageError: The database cannot be written.
    """
    facts = {
        "case": str(pack.case),
        "by": by,
        "sha256": pack.sha256(),
        "released": "yes" if pack.is_released else "no",
    }
    with repository.writing() as transaction:
        transaction.note(f"evidence exported, case {pack.case}", at=at, facts=facts)


def build(
    custody: Custody,
    lines: Iterable[LedgerLine],
    *,
    council: Council,
    released: bool,
    evidence: EvidenceFolder | None = None,
) -> Pack:
    """Build a pack from what a case rests on.

    Args:
        custody: The case with all it rests on.
        lines: The ledger from its first entry to the head.
        council: The council's own facts.
        released: Without personal data.
        evidence: Where kept files lie; None: their bytes are not asked for.
    """
    showing = release_of(custody, council) if released else Whole()
    folder = RELEASED if released else WHOLE
    opened = [one for one in custody.opened if _may_open(one, showing)]
    kept = [] if released else packed_files(custody.preserved, folder, evidence=evidence)
    code = resources.files("monitor.cases").joinpath("verifier.py").read_bytes()
    files = {
        "verify.py": code,
        verifier.CHAIN: _chain(lines, released=released),
        f"{folder}/committed.jsonl": _committed(custody, opened),
        verifier.PACK: _described(
            custody, opened, folder=folder, released=released, kept=described(kept)
        ),
        **{one.name: one.data for one in kept if one.data is not None},
    }
    for number, version in enumerate(custody.versions, 1):
        files |= _version_files(custody, version, f"{folder}/version-{number}", showing)
    faults, _ = verifier.check_record(files)
    frame = _frame(custody, council, folder=folder, given=len(opened), code=code, faults=faults)
    paper = compose(custody, frame, showing)
    files["paper.html"] = paper_html(paper).encode()
    files["paper.txt"] = paper_text(paper).encode()
    files["README.txt"] = readme(paper, sorted({*files, verifier.MANIFEST, "README.txt"})).encode()
    files[verifier.MANIFEST] = verifier.manifest_of(files)
    return Pack(
        case=custody.case.id,
        name=name_of(custody.case.id, released=released),
        files=files,
        head=custody.head,
        is_released=released,
        faults=tuple(faults),
    )


def release_of(custody: Custody, council: Council) -> Release:
    """Return what takes personal data out of a case's papers."""
    settings = council.settings
    people = {event.by for event in custody.case.events} - PROGRAMME
    roles = dict.fromkeys(sorted(people), "a person acting for the council")
    for account in settings.register():
        for named in (account.owner, account.owner_email):
            if named:
                roles[named] = "the account's owner"
    if custody.owner:
        roles[custody.owner] = "the account's owner"
    for person in settings.people:
        roles |= dict.fromkeys((person.name, str(person.email)), _ROLES[person.role])
    own = [
        account.handle.removeprefix("@").casefold()
        for account in settings.register()
        if account.kind not in {Kind.MEMBER, Kind.OFFICER}  # those are people's names
    ]
    return Release(
        roles=roles,
        own=frozenset(own),
        first_names=_first_names(),
        masked=tuple(_masked_words(custody)),
        keeps_readings=is_masked(custody) or names_a_person(custody),
    )


def _masked_words(custody: Custody) -> Iterable[str]:
    """Yield the words that masked findings point at, in every version that they are on."""
    texts = {version.id: version.words.text for version in custody.versions}
    for stored in findings_of(custody):
        if stored.finding.is_masked:
            text = texts.get(stored.version, "")
            yield from (text[start:end] for start, end in stored.finding.spans)
            yield from stored.finding.matched


def _may_open(opened: Opened, showing: Showing) -> bool:
    if opened.content is None or opened.salt is None:
        return False
    return not isinstance(showing, Release) or showing.may_show(opened)


def _chain(lines: Iterable[LedgerLine], *, released: bool) -> bytes:
    """Return the chain, an array a line; the hash before is the line before's.

    In a released copy an entry whose reference is a label, which may name a person, is sealed:
    its own hash alone stands there, and the next entry's hash still proves it.
    """
    return b"".join(
        _json(
            [line.number, None, None, None, None, line.hash]
            if released and not _is_numbered(line.reference)
            else [line.number, line.at, line.kind, line.reference, line.commitment, line.hash]
        )
        for line in lines
    )


def _is_numbered(reference: str) -> bool:
    word, _, number = reference.partition(":")
    return word.isalpha() and number.isascii() and number.isdigit()


def _committed(custody: Custody, opened: list[Opened]) -> bytes:
    """Return the case's own entries: those that are opened with salt and content."""
    given = {one.line.number for one in opened}
    return b"".join(
        _json(
            {
                "number": one.line.number,
                "salt": one.salt.hex() if one.salt and one.line.number in given else None,
                "content": one.content if one.line.number in given else None,
            }
        )
        for one in custody.opened
    )


def _described(
    custody: Custody,
    opened: list[Opened],
    *,
    folder: str,
    released: bool,
    kept: list[dict[str, Any]],
) -> bytes:
    by_version: dict[int, list[int]] = {}
    for one in opened:
        if one.version is not None:
            by_version.setdefault(one.version, []).append(one.line.number)
    return _json(
        {
            "format": verifier.FORMAT,
            "case": custody.case.id,
            "released": released,
            "head": {"number": custody.head[0], "hash": custody.head[1]},
            "committed": f"{folder}/committed.jsonl",
            "kept": kept,
            "versions": [
                {
                    "file": f"{folder}/version-{number}.txt",
                    "entries": by_version.get(version.id, []),
                }
                for number, version in enumerate(custody.versions, 1)
            ],
        }
    )


def _version_files(
    custody: Custody, version: KeptVersion, place: str, showing: Showing
) -> dict[str, bytes]:
    """Return a version's text, its structure and the platform's own answer."""
    findings = [one.finding for one in findings_of(custody) if one.version == version.id]
    text = showing.words(version, findings)
    if showing.is_released:
        # A reading whose content is opened shows exactly these words: nothing was taken out.
        return {f"{place}.txt": text.encode()}
    files = {f"{place}.txt": text.encode(), f"{place}.json": _structure(custody, version)}
    if version.raw is not None:
        files[f"{place}.raw"] = version.raw
    return files


def _structure(custody: Custody, version: KeptVersion) -> bytes:
    words = version.words
    case = custody.case
    return _json(
        {
            "platform": custody.platform,
            "account": case.account,
            "platform_id": case.platform_id,
            "url": case.url,
            "author": custody.author or None,
            "parent_id": custody.parent_id,
            "content_hash": version.content_hash,
            "published_at": case.published_at.isoformat(),
            "shown_from": version.shown_from.isoformat(),
            "first_seen_at": version.first_seen_at.isoformat(),
            "text": words.text,
            "own_length": words.own_length,
            "is_repost": words.is_repost,
            "extras": [{"kind": one.kind, "text": one.text, "by": one.by} for one in words.extras],
            "links": list(words.links),
            "pictures": list(words.pictures),
            "fields": dict(words.fields),
        }
    )


def _frame(
    custody: Custody, council: Council, *, folder: str, given: int, code: bytes, faults: list[str]
) -> Frame:
    house = council.house
    title = next(
        (one.title for one in house.watched if one.account.id == custody.case.account),
        f"{custody.platform} {custody.handle}",
    )
    return Frame(
        council=house.council,
        zone=house.zone,
        title=plain(title),
        policy=council.policy,
        titles=house.policy.titles,
        harmless=house.harmless,
        read_every=_every(house.pull_every),
        verifier=hashlib.sha256(code).hexdigest(),
        given=given,
        words_in=folder,
        faults=tuple(faults),
    )


def _every(interval: timedelta) -> str:
    minutes = max(1, round(interval.total_seconds() / 60))
    hours, rest = divmod(minutes, 60)
    if rest:
        return f"at least every {minutes} minutes"
    return "at least every hour" if hours == 1 else f"at least every {hours} hours"


@lru_cache(maxsize=1)
def _first_names() -> frozenset[str]:
    """Return the common first names that come with the rules, folded."""
    file = resources.files("config.rules").joinpath("lists", "first-names.toml")
    names = parse_list(file.read_bytes(), file=str(file)).words
    return frozenset(name.casefold() for name in names)


def _json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=True).encode() + b"\n"
