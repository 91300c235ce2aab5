"""The mails to the owner of an account: a request, a reminder of it, its withdrawal.

They come from clerkwatch and are answered to the Clerk. They say what is asked, by when,
why, in the policy's own words, and how; and that nobody has decided that anybody did
anything wrong. A member's own page is only ever reminded, never instructed. What must not be
repeated is masked as in every other mail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.types import Kind, MailKind, SubjectKind
from monitor.alerts.asked import About, Asking, AskingFacts, Fact, Owner
from monitor.alerts.cards import Desk
from monitor.alerts.hardening import one_line, plain
from monitor.alerts.message import Letter, ReplyAddress, checked, finish, message_id
from monitor.alerts.render import asking_html, asking_text
from monitor.alerts.wording import Calendar, capital, place, sentence, the
from storage.values import NewMail

if TYPE_CHECKING:
    from monitor.alerts.cards import Card
    from storage.values import Case


__all__ = [
    "About",
    "Asking",
    "AskingFacts",
    "Fact",
    "Owner",
    "compose_reminder",
    "compose_reopening",
    "compose_request",
    "compose_withdrawal",
    "request_key",
]

_FAIR = "Nobody has decided that you did anything wrong"
_PASSWORDS = (
    "Change the password of the account, and of the mail address behind it, from a machine that "
    "you trust. Take away every administrator and every app that you do not know."
)
_EVIDENCE = (
    "Do not delete evidence: leave the posts, the messages and the platform's mails as they are "
    "until the Clerk says that they have been kept."
)
_TELL = "answer this mail or ring the council office"
_STANDS = {About.CLOSURE: "was still open", About.RECOVERY: "was not yet back"}
_KEPT = {About.REMOVAL.value: "stay", About.CLOSURE.value: "stay open"}
_DONE = {
    About.CORRECTION.value: "was corrected",
    About.CLOSURE.value: "is still open",
}


class _Writer:
    """Holds what every part of one mail needs."""

    def __init__(self, facts: AskingFacts) -> None:
        self.facts = facts
        self.calendar = Calendar(zone=facts.zone, as_of=facts.as_of)
        desk = Desk(
            calendar=self.calendar,
            accounts={facts.account.id: facts.account},
            policy=facts.policy,
            harmless=facts.harmless,
        )
        self.card: Card = desk.card(facts.case)
        self.is_member = facts.account.kind is Kind.MEMBER
        self.due = self.calendar.moment(facts.due_at)

    @property
    def on(self) -> str:
        """Where it stands, in passing: ``the Facebook page``, ``X``."""
        return place(self.facts.account.short)

    @property
    def what(self) -> str:
        """What it is about: ``a post on X``, ``the profile of X``."""
        if self.is_about_account:
            return f"the council's account on {self.on}"
        if self.facts.case.subject_kind is SubjectKind.POST:
            return f"a post on {self.on}"
        return f"the profile of {self.on}"

    @property
    def this(self) -> str:
        """Return what it is about, pointed at."""
        if self.is_about_account:
            return "this account"
        return "this post" if self.facts.case.subject_kind is SubjectKind.POST else "this profile"

    @property
    def verb(self) -> str:
        """What is to be done with it; a profile cannot be taken down, only changed."""
        if self.is_about_account:
            return self.facts.about.value
        if self.facts.case.subject_kind is not SubjectKind.POST:
            return "correct"
        return self.facts.about.value

    @property
    def is_about_account(self) -> bool:
        """Whether the account as a whole is meant, not what stands on it."""
        if self.is_member:
            return False
        is_account = self.facts.case.subject_kind is SubjectKind.ACCOUNT
        return is_account or self.facts.about in (About.CLOSURE, About.RECOVERY)

    def request(self) -> Asking:
        """Return the request, or for a member the reminder."""
        number = f"[case {self.facts.case.id}]"
        if self.is_member:
            lead = f"A reminder about {self.what}"
            return self._asking(f"{lead} {number}", lead, self._member(), self._free())
        lead = f"Please {self.verb} {self.what} by {self.due}"
        closing = self._closing("answer this mail before then and say why")
        return self._asking(f"{lead} {number}", lead, self._instruction(), closing)

    def reminder(self) -> Asking:
        """Return the reminder of a request whose time is over."""
        seen = self.calendar.recent(self.facts.case.last_read_at)
        lead = f"Reminder: please {self.verb} {self.what}"
        done = _STANDS.get(self.facts.about, "was still visible")
        done = "stood unchanged" if self.verb == About.CORRECTION.value else done
        asked = (
            f"On {self.calendar.moment(self.facts.approved_at)} you were asked to {self.verb} "
            f"{self.this} by {self.due}"
        )
        opening = (*self._because(asked), f"It {done} {seen}.")
        closing = self._closing("answer this mail and say why")
        return self._asking(f"{lead} [case {self.facts.case.id}]", lead, opening, closing)

    def withdrawal(self) -> Asking:
        """Return that nothing is asked any more."""
        lead, kept = f"You need not {self.verb} {self.what}", _KEPT.get(self.verb, "stay as it is")
        said = (
            f"On {self.calendar.moment(self.facts.approved_at)} you were asked to {self.verb} "
            f"{self.this}. That request is withdrawn: it may {kept}."
        )
        number = f"[case {self.facts.case.id}]"
        return self._asking(f"{lead} {number}", lead, (said,), (), is_asked=False)

    def reopening(self) -> Asking:
        """Return that an account which was closed for a period may be opened again."""
        lead = f"You may open {self.what} again"
        until = self.facts.until
        over = f", which was to stay closed until {self.calendar.day(until)}," if until else ""
        said = (
            f"The account{over} may be opened again: that time is over. Please open it as you "
            "closed it, look whether everything on it is as it should be, and answer this mail "
            "if it is to stay closed."
        )
        number = f"[case {self.facts.case.id}]"
        return self._asking(f"{lead} {number}", lead, (said,), (), is_asked=False)

    def _asking(
        self,
        subject: str,
        lead: str,
        opening: tuple[str, ...],
        closing: tuple[str, ...],
        *,
        is_asked: bool = True,
    ) -> Asking:
        owner = one_line(self.facts.owner.name) or "Sir or Madam"
        return Asking(
            council=one_line(self.facts.council),
            subject=subject,
            date=self.calendar.moment(self.facts.as_of),
            lead=f"{lead}.",
            greeting=f"Dear {owner},",
            opening=opening,
            facts=self._facts(is_asked=is_asked),
            quote=self.card.quote,
            closing=closing,
            foot=(self._foot(),),
        )

    def _foot(self) -> str:
        council = one_line(self.facts.council)
        return f"Sent by clerkwatch for {council}. An answer to this mail {self._goes()}."

    def _goes(self) -> str:
        """Return what becomes of an answer."""
        kept = "is kept with the case and " if self.facts.codes is not None else ""
        return f"{kept}goes to {self._reader()}"

    def _reader(self) -> str:
        """Return who reads an answer."""
        return the(one_line(self.facts.answers_to.name))

    def _instruction(self) -> tuple[str, ...]:
        """Return who asks, what, by when and why."""
        if self.facts.about is About.RECOVERY:
            return self._recovery()
        asked = (
            f"Under the council's {one_line(self.facts.policy_title)}, please {self.verb} "
            f"{self.this} by {self.due}"
        )
        return (f"{self._approved()} {_FAIR}: {self._author()}", *self._because(asked))

    def _recovery(self) -> tuple[str, ...]:
        """Return what to do about an account that somebody else may have taken over."""
        return (
            self._approved(),
            *self._because(
                f"What stands on {self.on} reads as if somebody else had taken the account over. "
                f"Please win it back now, and not later than {self.due}"
            ),
            _PASSWORDS,
            _EVIDENCE,
        )

    def _member(self) -> tuple[str, ...]:
        """Return the reminder to a member, who cannot be instructed."""
        asked = (
            f"Please look at {self.this} again, with the council's "
            f"{one_line(self.facts.policy_title)} in mind"
        )
        fair = f"{_FAIR}, and this is no instruction: it is your own page."
        return (f"{self._approved()} {fair}", *self._because(asked))

    def _approved(self) -> str:
        who = one_line(self.facts.approved_by, most=60)
        kind = "reminder" if self.is_member else "request"
        when = self.calendar.moment(self.facts.approved_at)
        genuine = "To check that it is genuine, ring the council office."
        return f"{capital(the(who))} approved this {kind} on {when}. {genuine}"

    def _author(self) -> str:
        if self.facts.about is About.CLOSURE:
            return "it is about the account as a whole, not about any person."
        if self.facts.case.subject_kind is SubjectKind.POST:
            page = "page" if self.facts.account.short.endswith("page") else "account"
            return f"it was posted by the {page}: who wrote it is not known."
        return "it is the account's own profile: who wrote it is not known."

    def _because(self, asked: str) -> tuple[str, ...]:
        """Return what is asked and why, clause by clause, in the policy's words."""
        if not self.card.breaches:
            return (f"{asked}.",)
        said: list[str] = []
        for breach in self.card.breaches:
            lead = f"{asked}, because it" if not said else "It"
            # The policy's own full stop ends the sentence as well.
            end = "" if breach.words.endswith(".") else "."
            words = f": “{breach.words}”{end}" if breach.words else "."
            also = " also" if said else ""
            why = f" {breach.why}" if breach.why else ""
            said.append(f"{lead} may{also} breach {breach.title}{words}{why}")
        return (*said, self.card.more) if self.card.more else tuple(said)

    def _facts(self, *, is_asked: bool) -> tuple[Fact, ...]:
        case = self.facts.case
        facts = [Fact(label="Where", text=self.card.heading)]
        if is_asked and self.facts.until is not None:
            day = self.calendar.day(self.facts.until)
            facts.append(Fact(label="Until", text=f"{day}; after that it may be opened again"))
        if case.subject_kind is SubjectKind.POST:
            facts.append(Fact(label="When", text=self.calendar.moment(case.published_at)))
        if self.card.where:
            facts.append(Fact(label="Link", text=self.card.where))
        facts += [Fact(label="Note", text=note) for note in self.card.notes]
        return tuple(facts)

    def _closing(self, otherwise: str) -> tuple[str, ...]:
        """Return how it is done, and what to do instead."""
        closing = []
        steps = one_line(self.facts.steps, most=600)
        if self.facts.about is About.RECOVERY:
            how = (f"How: {sentence(steps)}",) if steps else ()
            return (*how, f"When it is done, or if it cannot be, {_TELL}.")
        if self.verb in (About.REMOVAL.value, About.CLOSURE.value) and steps:
            closing.append(f"How: {sentence(steps)}")
        if self.verb == About.CORRECTION.value:
            closing.append(
                "How: edit it so that what is named above no longer stands there. Where the "
                "platform allows no edit any more, take it down and publish it again, corrected."
            )
        keep = _KEPT.get(self.verb, "stay as it is")
        closing.append(f"If you think it should {keep}, {otherwise}: your answer {self._goes()}.")
        closing.append(self._check())
        return tuple(closing)

    def _free(self) -> tuple[str, ...]:
        """Return how a member's mail ends."""
        said = "What you do is up to you. If you wish to say something about it, answer this mail"
        return (f"{said}: it goes to {self._reader()}.",)

    def _check(self) -> str:
        if self.facts.by_hand:
            return "No programme reads this account: please say in an answer when it is done."
        done = _DONE.get(self.verb, "is still visible")
        return f"You need not report back: clerkwatch sees by itself whether it {done}."


def request_key(case: Case, number: int) -> str:
    """Return the natural key of the request that was made of an owner.

    Args:
        case: On which case.
        number: The how many-th request on it, from 1.
    """
    return f"{MailKind.REQUEST.value}:{case.id}:{number}"


def compose_request(facts: AskingFacts, *, key: str, sender: str) -> NewMail:
    """Return the finished request to an owner.

    Raises:
        MailError: An address is not usable.
    """
    return _mail(facts, _Writer(facts).request(), key=key, sender=sender, kind=MailKind.REQUEST)


def compose_reminder(facts: AskingFacts, *, key: str, sender: str, follows: str) -> NewMail:
    """Return the finished reminder of the request whose Message-ID is given.

    Raises:
        MailError: An address is not usable.
    """
    said = _Writer(facts).reminder()
    return _mail(facts, said, key=key, sender=sender, kind=MailKind.REMINDER, follows=follows)


def compose_reopening(facts: AskingFacts, *, key: str, sender: str, follows: str) -> NewMail:
    """Return the finished mail that an account may be opened again.

    Raises:
        MailError: An address is not usable.
    """
    said = _Writer(facts).reopening()
    return _mail(facts, said, key=key, sender=sender, kind=MailKind.REMINDER, follows=follows)


def compose_withdrawal(facts: AskingFacts, *, key: str, sender: str, follows: str) -> NewMail:
    """Return the finished mail that takes back the request whose Message-ID is given.

    Raises:
        MailError: An address is not usable.
    """
    said = _Writer(facts).withdrawal()
    return _mail(facts, said, key=key, sender=sender, kind=MailKind.REQUEST, follows=follows)


def _mail(
    facts: AskingFacts, asking: Asking, *, key: str, sender: str, kind: MailKind, follows: str = ""
) -> NewMail:
    subject, answers_also = asking.subject, None
    if facts.codes is not None:
        # Where the owner's server drops what follows the plus, the subject still says which case.
        tag = facts.codes.tag(key, facts.case.id)
        subject = subject.replace(f"[case {facts.case.id}]", tag)
        address = facts.codes.address(key, facts.case.id)
        answers_also = ReplyAddress(name=facts.council, email=address)
    letter = Letter(
        key=key,
        kind=kind.value,
        council=facts.council,
        sender=sender,
        people=(facts.owner,),
        subject=capital(plain(subject)),
        text=asking_text(asking),
        html=asking_html(asking),
        at=facts.as_of,
        zone=facts.zone,
        stamp=facts.stamp,
        answers_to=facts.answers_to,
        answers_also=answers_also,
        follows=follows,
    )
    return NewMail(
        key=key,
        kind=kind,
        message_id=message_id(key, council=facts.council, sender=sender),
        subject=subject,
        body=finish(letter),
        recipients=(checked(facts.owner.email),),
        cases=(facts.case.id,),
    )
