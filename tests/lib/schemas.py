"""JSON schemas of every shape in docs/json.md; further keys are always allowed."""

from __future__ import annotations

from typing import Any, Final

from jsonschema import Draft202012Validator

from config.types import (
    Basis,
    CaseState,
    CoverageStatus,
    EvidenceKind,
    HoldReason,
    Kind,
    Origin,
    Outcome,
    PollStatus,
    PollType,
    Resolution,
    Role,
    Severity,
    SubjectKind,
    WindowBasis,
    WindowMode,
)

Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
YES_NO: Final[Schema] = {"type": "boolean"}
INSTANT: Final[Schema] = {
    "type": "string",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d$",
}
DATE: Final[Schema] = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}
CLAUSE: Final[Schema] = {"type": "string", "pattern": r"^(terms\.\d+|requirements\.\d+|freeze)$"}


def one_of(words: Any) -> Schema:
    """Return a schema for a closed set of words."""
    return {"enum": [str(word) for word in words]}


def maybe(schema: Schema) -> Schema:
    """Return a schema that null fits too."""
    return {"anyOf": [schema, {"type": "null"}]}


def several(schema: Schema) -> Schema:
    """Return a schema for an array."""
    return {"type": "array", "items": schema}


def shape(**keys: Schema) -> Schema:
    """Return a schema for an object that has all of these keys, and perhaps more."""
    named = {key.rstrip("_"): schema for key, schema in keys.items()}
    return {"type": "object", "properties": named, "required": list(named)}


def _with(base: Schema, **keys: Schema) -> Schema:
    more = shape(**keys)
    return {
        "type": "object",
        "properties": base["properties"] | more["properties"],
        "required": base["required"] + more["required"],
    }


FINDING = shape(
    clause=CLAUSE,
    rule={"type": "string", "pattern": "^[a-z0-9-]+/[a-z0-9-]+$"},
    severity=one_of(Severity),
    score={"type": "number", "minimum": 0, "maximum": 1},
    quote=maybe(TEXT),
    spans=several({"type": "array", "items": COUNT, "minItems": 2, "maxItems": 2}),
    reason=TEXT,
    topic=TEXT,
    matched=several(TEXT) | {"maxItems": 5},
    basis=one_of(Basis),
    context=TEXT,
)
PLACED = _with(
    FINDING,
    account=TEXT,
    subject=one_of(SubjectKind),
    platform_id=TEXT,
    url=TEXT,
    published_at=INSTANT,
)
COVERAGE = shape(
    account=TEXT,
    status=one_of(CoverageStatus),
    posts=COUNT,
    new=COUNT,
    edited=COUNT,
    gone=COUNT,
    cannot_tell=COUNT,
    gaps=several(shape(from_=INSTANT, to=INSTANT)),
    reason=maybe(TEXT),
    error=maybe(TEXT),
)
RUN = shape(
    run=maybe(COUNT),
    coverage=several(COVERAGE),
    findings=shape(added=several(PLACED), withdrawn=several(PLACED), unchanged=COUNT),
    cases_opened=several(COUNT),
    mails_queued=COUNT,
    judged=COUNT,
    not_judged=COUNT,
)
CASE = shape(
    id=COUNT,
    state=one_of(CaseState),
    resolution=maybe(one_of(Resolution)),
    severity=one_of(Severity),
    account=TEXT,
    subject=one_of(SubjectKind),
    post=shape(
        id=COUNT, platform_id=TEXT, url=TEXT, text=TEXT, published_at=INSTANT, edited=YES_NO
    ),
    clauses=several(CLAUSE),
    findings=several(FINDING),
    history=YES_NO,
    opened_at=INSTANT,
    due_at=INSTANT,
    closed_at=maybe(INSTANT),
    visible=YES_NO,
    last_outcome=one_of(Outcome),
    last_read_at=INSTANT,
    assigned_to=maybe(TEXT),
    links=several(shape(case=COUNT, account=TEXT, why=TEXT)),
)
CASE_WITH_EVENTS = _with(
    CASE,
    events=several(
        shape(
            at=INSTANT,
            by=TEXT,
            what=TEXT,
            from_=maybe(one_of(CaseState)),
            to=one_of(CaseState),
            because=maybe(TEXT),
        )
    ),
    withdrawn=several(FINDING),
)
WINDOW = shape(
    basis=one_of(WindowBasis),
    start=INSTANT,
    end=INSTANT,
    in_force=YES_NO,
    provisional=YES_NO,
    why=TEXT,
)
POLL = shape(
    id=TEXT,
    type=one_of(PollType),
    date=DATE,
    area=TEXT,
    mode=one_of(WindowMode),
    status=one_of(PollStatus),
    origin=one_of(Origin),
    windows=several(WINDOW),
)
GRANT = shape(credential=TEXT, at=INSTANT, by=TEXT, expires_at=maybe(INSTANT), whose=maybe(TEXT))
ATTESTED = shape(
    at=INSTANT,
    by=TEXT,
    logins=several(shape(name=TEXT, address=TEXT, organisation=maybe(TEXT))),
    removed=several(TEXT),
    note=maybe(TEXT),
    outside=several(TEXT),
    due_at=INSTANT,
)
GAPS = several(shape(from_=INSTANT, to=INSTANT, why=TEXT))
TRIED = several(shape(check=TEXT, ok=maybe(YES_NO), said=TEXT, remedy=maybe(TEXT)))
ACCOUNT = shape(
    id=TEXT,
    platform=TEXT,
    handle=TEXT,
    kind=one_of(Kind),
    owner=TEXT,
    last_read=maybe(INSTANT),
    status=one_of(["read", "partial", "failed", "by hand", "never read"]),
    blind_spots=several(TEXT),
    platform_id=maybe(TEXT),
    reviewed_at=maybe(INSTANT),
    error=maybe(TEXT),
    retry_at=maybe(INSTANT),
    granted=maybe(GRANT),
    attested=maybe(ATTESTED),
    gaps=GAPS,
)
_NUMBER: Final[Schema] = {"type": "number", "minimum": 0}
_USD: Final[Schema] = {"type": "string", "pattern": r"^\d+\.\d\d$"}
_ASKED = shape(pull=_NUMBER, profile=_NUMBER, again=_NUMBER, all=_NUMBER)
_PAID = shape(new=_USD, profile=_USD, again=_USD, all=_USD)
_SPANS = shape(day=_PAID, month=_PAID, year=_PAID)
COST = shape(
    posts_a_week=_NUMBER,
    assumed=YES_NO,
    requests=shape(day=_ASKED, month=_ASKED, year=_ASKED),
    units_a_day=maybe(_NUMBER),
    usd=maybe(_SPANS),
    usd_full_price=maybe(_SPANS),
    usd_owned_reads=maybe(_SPANS),
    budget=maybe(
        shape(
            platform=TEXT,
            needs_usd_per_month=_USD,
            usd_per_month=maybe(_USD),
            spent_usd_this_month=maybe(_USD),
            pays_for_new=YES_NO,
            share_read_again=maybe(_NUMBER),
        )
    ),
)
RULE = shape(
    rule=TEXT,
    topic=TEXT,
    clause=CLAUSE,
    number=COUNT,
    digest=TEXT,
    severity=one_of(Severity),
    reason=TEXT,
    harmless=TEXT,
    hits=several(TEXT),
    near_misses=several(TEXT),
)
MAIL = shape(subject=TEXT, recipients=several(TEXT), text=TEXT, html=maybe(TEXT))

_SHARE: Final[Schema] = {"type": "number", "minimum": 0, "maximum": 1}
_OUTCOMES: Final = dict.fromkeys(
    (
        "flagged",
        "upheld",
        "removed",
        "corrected",
        "not_upheld",
        "left",
        "no_longer_applies",
        "undecided",
    ),
    COUNT,
)

PERSON = shape(
    role=one_of(Role),
    name=TEXT,
    email=TEXT,
    working_days=several(TEXT),
    away=YES_NO,
    decides=YES_NO,
    absences=several(
        shape(until=DATE, cover=maybe(TEXT), entered_at=INSTANT, entered_by=TEXT, **{"from": DATE})
    ),
)

HOLD = shape(
    id=COUNT,
    why=one_of(HoldReason),
    case=maybe(COUNT),
    account=maybe(TEXT),
    from_=maybe(INSTANT),
    to=maybe(INSTANT),
    because=TEXT,
    by=TEXT,
    at=INSTANT,
    released_at=maybe(INSTANT),
    released_by=maybe(TEXT),
    released_because=maybe(TEXT),
)

_REPORTED = shape(
    id=COUNT,
    found_at=INSTANT,
    account=TEXT,
    clauses=several(CLAUSE),
    severity=one_of(Severity),
    resolution=maybe(one_of(Resolution)),
    closed_at=maybe(INSTANT),
    history=YES_NO,
)
_CHANGED = _with(
    POLL,
    judged_again=shape(
        findings=shape(added=several(PLACED), withdrawn=several(PLACED), unchanged=COUNT),
        cases_opened=several(COUNT),
        mails_queued=COUNT,
        judged=COUNT,
        not_judged=COUNT,
    ),
)
_GOING: Final[Schema] = shape(
    post=COUNT, account=TEXT, cases=several(COUNT), versions=COUNT, why=TEXT, due_at=INSTANT
)
_PURGE: Final[Schema] = shape(
    dry_run=YES_NO,
    gone=several(_GOING),
    announced=several(_GOING),
    held=several(_GOING),
    versions=COUNT,
    mails=COUNT,
    files=COUNT,
    copies=several(TEXT),
    late_copy=maybe(TEXT),
    trouble=several(TEXT),
)
SCHEMAS: Final[dict[str, Schema]] = {
    "check": shape(
        id={},
        findings=several(FINDING),
        scores={"type": "object", "additionalProperties": {"type": "number"}},
        not_judged=several(TEXT),
    ),
    "scan": RUN,
    "rescan": _with(RUN, dry_run=YES_NO, purged=COUNT),
    "cases list": several(CASE),
    "cases show": CASE_WITH_EVENTS,
    "cases acknowledge": CASE_WITH_EVENTS,
    "cases attach": shape(
        case=COUNT,
        kind=one_of(EvidenceKind),
        name=TEXT,
        sha256=TEXT,
        size=COUNT,
        media_type=TEXT,
        by=TEXT,
        at=INSTANT,
        entry=COUNT,
    ),
    "cases do-not-copy": shape(
        case=COUNT, at=maybe(INSTANT), by=maybe(TEXT), purged=COUNT, said=several(TEXT)
    ),
    "hold add": HOLD,
    "hold list": several(HOLD),
    "hold release": HOLD,
    "cases dismiss": {"anyOf": [CASE_WITH_EVENTS, several(CASE_WITH_EVENTS)]},
    "cases leave": {"anyOf": [CASE_WITH_EVENTS, several(CASE_WITH_EVENTS)]},
    **{
        f"cases {step}": CASE_WITH_EVENTS
        for step in (
            "open",
            "request-removal",
            "undo",
            "escalate",
            "reopen",
            "note",
            "gone",
            "request-closure",
            "answer",
            "assign",
        )
    },
    "verify": shape(
        run=maybe(COUNT),
        coverage=several(COVERAGE),
        cases=several(
            shape(
                case=COUNT,
                account=TEXT,
                seen=one_of(Outcome),
                detail=TEXT,
                state=one_of(CaseState),
                resolution=maybe(one_of(Resolution)),
                due_at=INSTANT,
                overdue=YES_NO,
                reminded=YES_NO,
            )
        ),
    ),
    "elections list": several(POLL),
    "elections show": _with(POLL, explained=several(TEXT)),
    "elections windows": several(_with(WINDOW, poll=TEXT)),
    "elections add": _CHANGED,
    "elections notice": _CHANGED,
    "elections cancel": _CHANGED,
    "elections postpone": _CHANGED,
    "elections candidates": _CHANGED,
    "elections import": several(_CHANGED),
    "elections briefing": shape(
        poll=TEXT, key=TEXT, subject=TEXT, text=TEXT, sent=YES_NO, file=maybe(TEXT)
    ),
    "elections export": shape(file=TEXT, entries=COUNT),
    "accounts list": several(ACCOUNT),
    "accounts list --cost": several({"allOf": [ACCOUNT, shape(cost=maybe(COST))]}),
    "accounts show": _with(ACCOUNT, readings=several(_with(COVERAGE, run=COUNT, at=INSTANT))),
    "accounts reviewed": shape(account=TEXT, at=INSTANT, by=TEXT, note=maybe(TEXT)),
    "accounts test": shape(
        account=TEXT,
        ok=YES_NO,
        checks=TRIED,
    ),
    "accounts connect": shape(
        account=TEXT,
        ok=YES_NO,
        checks=TRIED,
        cautions=several(TEXT),
        file=maybe(TEXT),
        granted=maybe(GRANT),
    ),
    "accounts attest": _with(ATTESTED, account=TEXT),
    "people list": several(PERSON),
    "people absent": PERSON,
    "people back": PERSON,
    "digest": shape(subject=TEXT, text=TEXT, key=TEXT),
    "evidence verify": shape(
        ok=YES_NO,
        entries=COUNT,
        head=TEXT,
        faults=several(shape(entry={"type": "integer"}, what=TEXT)),
    ),
    "evidence export": shape(
        case=COUNT,
        file=TEXT,
        sha256={"type": "string", "pattern": "^[0-9a-f]{64}$"},
        files=several(TEXT),
        foi=YES_NO,
        head=TEXT,
        noted=YES_NO,
        faults=several(TEXT),
    ),
    "rules list": several(
        _with(
            RULE,
            shadow=YES_NO,
            by_kind={"type": "object", "additionalProperties": one_of(Severity)},
            found=maybe(COUNT),
            upheld=maybe(COUNT),
            dismissed=maybe(COUNT),
            left=maybe(COUNT),
            precision=maybe(_SHARE),
        )
    ),
    "rules show": _with(RULE, policy_words=TEXT),
    "rules test": shape(
        ok=YES_NO,
        rules=COUNT,
        failures=several(shape(rule=TEXT, text=TEXT, wanted={}, why=TEXT)),
    ),
    "status": shape(
        ok=YES_NO,
        daemon=maybe(COUNT),
        config_changed=YES_NO,
        accounts=shape(read=COUNT, of=COUNT),
        late=several(shape(account=TEXT, last_read=maybe(INSTANT), why=TEXT)),
        cases={"type": "object", "additionalProperties": COUNT},
        mails_waiting=COUNT,
        ledger=shape(entries=COUNT, head=TEXT),
        coming=several(TEXT),
        backup=shape(
            has_place=YES_NO, last=maybe(INSTANT), failing_since=maybe(INSTANT), what=TEXT
        ),
        mails_held_since=maybe(INSTANT),
        ends=several(TEXT),
        post=several(TEXT),
        database=TEXT,
        has_record=YES_NO,
        left=TEXT,
        daemon_beat=maybe(INSTANT),
        hung=YES_NO,
        readings=several(
            shape(
                account=TEXT,
                status=one_of(["read", "partial", "failed", "by hand", "never read", "closed"]),
                last=maybe(INSTANT),
                tried=maybe(INSTANT),
                next=maybe(INSTANT),
                why=TEXT,
                failing_since=maybe(INSTANT),
                late=YES_NO,
                gaps=GAPS,
            )
        ),
        work=several(
            shape(name=TEXT, last=maybe(INSTANT), due=maybe(INSTANT), overdue=YES_NO, what=TEXT)
        ),
        outbox=shape(
            waiting=COUNT,
            since=maybe(INSTANT),
            next=maybe(INSTANT),
            tried=COUNT,
            said=TEXT,
            refused=COUNT,
        ),
        disks=several(shape(path=TEXT, free_bytes=COUNT, size_bytes=COUNT)),
        window=maybe(
            shape(
                poll=TEXT,
                mode=one_of(WindowMode),
                basis=one_of(WindowBasis),
                start=INSTANT,
                end=INSTANT,
                open=YES_NO,
            )
        ),
    ),
    "purge": _PURGE,
    "privacy erase": _PURGE,
    "privacy export": shape(
        author=TEXT,
        posts=several(
            shape(
                account=TEXT,
                url=TEXT,
                published_at=INSTANT,
                texts=several(shape(seen_at=INSTANT, text=maybe(TEXT))),
                findings=several(shape(clause=CLAUSE, reason=TEXT)),
                cases=several(COUNT),
            )
        ),
    ),
    "backup": shape(
        copy=maybe(TEXT),
        place=TEXT,
        size=maybe(COUNT),
        sha256=maybe(TEXT),
        made_at=maybe(INSTANT),
        entries=maybe(COUNT),
        head=maybe(TEXT),
        files=maybe(COUNT),
        faults=several(TEXT),
        removed=several(TEXT),
        copies=several(TEXT),
    ),
    "restore": shape(
        copy=maybe(TEXT),
        configuration=maybe(TEXT),
        elsewhere=several(TEXT),
        made_at=maybe(INSTANT),
        entries=maybe(COUNT),
        head=maybe(TEXT),
        evidence=COUNT,
        mails_waiting=COUNT,
        lacking=several(
            shape(
                **{"from": maybe(COUNT), "to": maybe(COUNT)},
                head=TEXT,
                mailed_at=maybe(INSTANT),
                is_other=YES_NO,
                cases=several(COUNT),
                changed=several(shape(case=COUNT, mailed=TEXT, copied=TEXT)),
            )
        ),
        faults=several(TEXT),
        mails_held=YES_NO,
        mails_dropped=COUNT,
    ),
    "doctor": shape(
        ok=YES_NO,
        checks=several(
            shape(
                name=TEXT,
                state=one_of(["well", "look", "fault"]),
                what=TEXT,
                remedy=maybe(TEXT),
            )
        ),
    ),
    "init": shape(config=TEXT, database=TEXT),
    "report": shape(
        council=TEXT,
        note=TEXT,
        made_at=INSTANT,
        period=shape(**{"from": DATE, "to": DATE}, start=INSTANT, end=INSTANT, is_running=YES_NO),
        cases=shape(**_OUTCOMES, history=COUNT),
        by_clause=several(shape(clause=CLAUSE, **_OUTCOMES)),
        by_account=several(shape(account=TEXT, **_OUTCOMES)),
        by_rule=several(
            shape(rule=TEXT, clause=CLAUSE, decided=COUNT, precision=maybe(_SHARE), **_OUTCOMES)
        ),
        removal=shape(
            count=COUNT, median_s=maybe(COUNT), p90_s=maybe(COUNT), longest_s=maybe(COUNT)
        ),
        coverage=several(
            shape(
                account=TEXT,
                by_hand=YES_NO,
                due=COUNT,
                made=COUNT,
                share=maybe(_SHARE),
                longest_gap=maybe(shape(**{"from": INSTANT, "to": INSTANT}, seconds=COUNT)),
                short=COUNT,
                new=COUNT,
                edited=COUNT,
                gone=COUNT,
            )
        ),
        windows=several(
            shape(
                **{"from": DATE, "to": DATE},
                poll=TEXT,
                title=TEXT,
                mode=one_of(WindowMode),
                basis=one_of(WindowBasis),
            )
        ),
        spend=several(
            shape(platform=TEXT, resources=COUNT, usd=TEXT, budget_usd_per_month=maybe(TEXT))
        ),
        policy=shape(title=TEXT, reviewed_on=DATE, due_on=DATE, is_overdue=YES_NO),
        companions=several(shape(title=TEXT, due_on=maybe(DATE), is_overdue=YES_NO)),
        list=several(_REPORTED),
        closed=several(_REPORTED),
    ),
    "search": shape(
        hits=several(
            shape(
                kind=one_of(["post", "profile", "case", "ledger"]),
                at=INSTANT,
                account=maybe(TEXT),
                url=maybe(TEXT),
                what=maybe(TEXT),
                snippet=maybe(TEXT),
                masked=YES_NO,
                cases=several(COUNT),
                entry=maybe(COUNT),
                current=YES_NO,
            )
        ),
        more=YES_NO,
        by_index=YES_NO,
    ),
    "demo": shape(
        folder=TEXT,
        config=TEXT,
        days=several(RUN),
        digests=several(shape(subject=TEXT, text=TEXT)),
        mails=several(MAIL),
        replies=several(
            shape(
                at=TEXT,
                who=TEXT,
                did=TEXT,
                case=COUNT,
                state=TEXT,
                resolution=maybe(TEXT),
                told=maybe(TEXT),
            )
        ),
    ),
}
"""By command; every command that prints JSON has one."""


def problems(schema: Schema, value: object) -> list[str]:
    """Return what does not fit, each with its place; empty if all is well."""
    found = Draft202012Validator(schema).iter_errors(value)
    return [f"{error.json_path}: {error.message[:200]}" for error in found]
