"""What each table is for: its breaches, what weighs how much in its fit, and its words."""

from __future__ import annotations

from dataclasses import dataclass

from config.types import Kind, TopicId

_ALL = frozenset(Kind)
_TOWN = frozenset({Kind.COUNCIL, Kind.MAYORAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic of the table.

    Attributes:
        topic: As the policy maps it to a clause.
        clause: The clause under which it is to be found.
        clauses: Labels of posts that are its breaches.
        unsure: Labels that say nothing either way: they often breach this one too.
        kinds: Kinds of account on which it opens a case.
        reason: For the Clerk.
        harmless: Why it may be fine.
        masked: Never quoted in a mail.
        breaches: Weight of a breach by the hands.
        quiet: Weight of their harmless posts.
        near: How much of that a harmless post weighs that looks like a breach.
        others: Weight of their breaches of other clauses.
        hateful: Weight of a hateful text of the hateful sets; 0: they are no breaches of it.
        not_hateful: Weight of a harmless text of the same sets.
        background: Weight of every 25th text of those sets as one that is no breach: people
            talking of everything under the sun. Of topics near to abuse only harmless ones.
        messages: Weight of a short message.
        spam_counts: Advertising messages are breaches.
        freedom: The larger, the closer the fit.
        common: How much of what breaches of any clause have in common is added to what is its
            own, as against how far both spread; 0: nothing.
        contrast: How much more room an n-gram gets the more it tells by itself; 0: none.
        least: Texts shorter than this, as laid out, are weighed as if they were so long.
        letters: How much room a few letters of a word get beside whole words.
        large: It weighs any n-gram.
        earlier: How much of what the earlier table weighed for it is added, as against how far
            both spread; its thresholds are then chosen by posts that that table never saw.
        stays: It is not fitted again: the earlier table's weights and thresholds for it are kept,
            but for `doubt`.
        doubt: Of a topic that stays: the score below which a rule's finding is a note.
        ordinary_share: Of ordinary public-body posts it may flag so many.
        spared_worth: How many breaches one harmless post spared is worth where a rule flagged both.
        window_only: It counts only inside an election window.
        window_share: The same inside an election window, where it counts sooner; 0: as outside.
    """

    topic: TopicId
    clause: str
    clauses: frozenset[str]
    unsure: frozenset[str] = frozenset()
    kinds: frozenset[Kind] = _ALL
    reason: str
    harmless: str
    masked: bool = False
    breaches: float = 1.0
    quiet: float = 6.0
    near: float = 1 / 3
    others: float = 0.5
    hateful: float = 0.0
    not_hateful: float = 0.0
    background: float = 0.1
    messages: float = 0.0
    spam_counts: bool = False
    freedom: float = 480.0
    common: float = 0.0
    contrast: float = 0.0
    least: int = 80
    letters: float = 0.3
    large: bool = False
    earlier: float = 0.0
    stays: bool = False
    doubt: float | None = None
    ordinary_share: float = 0.00006
    spared_worth: float = 2.0
    window_only: bool = False
    window_share: float = 0.0


_READS_LIKE = "Taken together, its words are like those of posts that"
TOPICS = (
    Topic(
        topic=TopicId("hate"),
        clause="terms.2",
        clauses=frozenset({"terms.2"}),
        unsure=frozenset({"requirements.5", "terms.1", "terms.3", "terms.4"}),
        reason=f"{_READS_LIKE} are hateful or abusive.",
        harmless="It may be fine if it quotes such words to condemn them, or uses them of a thing.",
        breaches=0.1,
        quiet=5.0,
        near=0.0,
        others=0.0,
        hateful=1.0,
        not_hateful=0.2,
        background=0.0,
        freedom=6.0,
        contrast=1.5,
        least=40,
        letters=1.0,
        large=True,
        ordinary_share=0.000113,
        spared_worth=0.5,
    ),
    Topic(
        topic=TopicId("abuse"),
        clause="terms.2",
        clauses=frozenset({"terms.2"}),
        unsure=frozenset({"requirements.5", "terms.3"}),
        reason=f"{_READS_LIKE} insult or threaten somebody.",
        harmless="It may be fine if it is a joke nobody is meant by, a quotation or a title.",
        others=0.1,
        background=0.0,
        freedom=360.0,
        earlier=3.0,
        contrast=0.5,
        ordinary_share=0.000325,
        spared_worth=0.25,
    ),
    Topic(
        topic=TopicId("professional"),
        clause="requirements.5",
        clauses=frozenset({"requirements.5", "terms.2"}),
        unsure=frozenset({"terms.3"}),
        kinds=frozenset({Kind.COUNCIL, Kind.MAYORAL, Kind.OFFICER}),
        reason=f"{_READS_LIKE} are unprofessional.",
        harmless="It may be fine if it is friendly banter that nobody would take amiss.",
        background=0.0,
        contrast=0.5,
        ordinary_share=0.000859,
        common=1.0,
        spared_worth=3.25,
    ),
    Topic(
        topic=TopicId("defamation"),
        clause="terms.1",
        clauses=frozenset({"terms.1"}),
        unsure=frozenset({"terms.3", "terms.4"}),
        reason=f"{_READS_LIKE} could lead to a claim against the council, or that offend.",
        harmless="It may be fine if it reports what a court or the police said, or has leave.",
        masked=True,
        contrast=0.5,
        common=0.9,
        ordinary_share=0.000322,
        spared_worth=2.75,
    ),
    Topic(
        topic=TopicId("conduct"),
        clause="terms.3",
        clauses=frozenset({"terms.3"}),
        unsure=frozenset({"requirements.5", "terms.2", "terms.1"}),
        reason=f"{_READS_LIKE} breach a code of conduct: disrespect, confidences, a mind made up.",
        harmless="It may be fine if it is public already, or only states how a decision is made.",
        common=1.15,
        ordinary_share=0.000205,
        spared_worth=1.25,
    ),
    Topic(
        topic=TopicId("safeguarding"),
        clause="terms.4",
        clauses=frozenset({"terms.4"}),
        unsure=frozenset({"terms.1"}),
        reason=f"{_READS_LIKE} breach the Equal Opportunities or Safeguarding policy.",
        harmless="It may be fine if those shown agreed, or the law allows the restriction.",
        masked=True,
        common=0.75,
        ordinary_share=0.000722,
        spared_worth=0.75,
    ),
    Topic(
        topic=TopicId("party-politics"),
        clause="terms.5",
        clauses=frozenset({"terms.5"}),
        unsure=frozenset({"freeze", "terms.6", "requirements.6"}),
        kinds=_TOWN,
        reason=f"{_READS_LIKE} take a side in party politics or a campaign.",
        harmless="It may be fine if it only reports a result, a vote or how to take part.",
        contrast=0.5,
        common=0.2,
        ordinary_share=0.000623,
        window_share=0.000623,
        spared_worth=0.5,
    ),
    Topic(
        topic=TopicId("personal-interest"),
        clause="terms.6",
        clauses=frozenset({"terms.6"}),
        unsure=frozenset({"terms.7", "terms.5", "freeze"}),
        kinds=_TOWN,
        reason=f"{_READS_LIKE} promote somebody's own business or campaign.",
        harmless="It may be fine if the Mayor's charity or the council itself is meant.",
        common=0.9,
        ordinary_share=0.000882,
        spared_worth=3.25,
    ),
    Topic(
        topic=TopicId("commerce"),
        clause="terms.7",
        clauses=frozenset({"terms.7"}),
        unsure=frozenset({"terms.6"}),
        kinds=frozenset({Kind.COUNCIL}),
        reason=f"{_READS_LIKE} promote a firm or its goods.",
        harmless="It may be fine if it is the council's own market, hire or event.",
        messages=0.1,
        spam_counts=True,
        common=0.25,
        ordinary_share=0.000306,
        spared_worth=3.75,
    ),
    Topic(
        topic=TopicId("speaking-for-council"),
        clause="requirements.6",
        clauses=frozenset({"requirements.6"}),
        kinds=frozenset({Kind.MEMBER}),
        reason=f"{_READS_LIKE} speak on behalf of the council.",
        harmless="It may be fine if it only says what the council has decided or where to ask.",
        common=0.9,
        spared_worth=3.0,
    ),
    Topic(
        topic=TopicId("pre-election"),
        stays=True,
        doubt=0.2197,
        clause="freeze",
        clauses=frozenset({"freeze"}),
        unsure=frozenset({"terms.5", "terms.6"}),
        kinds=frozenset({Kind.COUNCIL, Kind.MAYORAL, Kind.OFFICER, Kind.PARTNER}),
        reason=f"{_READS_LIKE} should wait until after the poll.",
        harmless="It may be fine if it is a notice, an emergency or ordinary business.",
        quiet=1.0,
        near=1.0,
        others=0.3,
        freedom=640.0,
        contrast=0.75,
        window_only=True,
        spared_worth=2.5,
        window_share=0.0042,
    ),
)
"""In the order of the table's weights."""

COMMON = Topic(
    topic=TopicId("any"),
    clause="",
    clauses=frozenset().union(*(topic.clauses for topic in TOPICS)),
    reason="",
    harmless="",
    others=0.1,
    background=0.0,
    contrast=0.5,
)
"""What breaches of all clauses have in common: no topic of its own, but part of the others' scores.

A careless tone, somebody named, a word too many: that tells a breach from its harmless twin under
whatever clause, and of all breaches together there are ten times as many as of one clause.
"""
