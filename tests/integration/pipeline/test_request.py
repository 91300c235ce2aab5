"""Asking an owner: the mail, the time to undo it, and what a change of mind does."""

from __future__ import annotations

import email
import email.policy
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from config.errors import OperatorError
from config.types import (
    AccountId,
    CaseId,
    CaseState,
    MailKind,
    Outcome,
    RecipientState,
    Resolution,
)
from monitor import morning
from monitor.alerts.outbox import deliver_due
from monitor.cases import decisions
from monitor.cases.byhand import account_of, open_case, seen_gone
from monitor.cases.proof import verify
from monitor.cases.request import UNDO_FOR, owners_of, request_removal, withdrawal_of
from monitor.demo.world import Site
from storage.values import BY_HAND
from tests.integration.pipeline.village import CLEAN, DAY, HALF_AN_HOUR, SALE, THREAT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from email.message import EmailMessage

    from config.errors import MailError
    from monitor.cases.request import Requested
    from storage.values import Case, OutboxMail
    from tests.integration.pipeline.village import Village

OWNER = 'owner_email = "jo@fernbeck-tc.gov.uk"\n'
CHILD = "Well done Milly Hargreave, 7, of Oakfield Primary! Her mum is on 07700 900123."
GROUP = "https://groups.example/fernbeck/99"


class Server:
    """A mail server that takes everything and remembers it."""

    def __init__(self) -> None:
        """Start with nothing taken."""
        self.taken: list[EmailMessage] = []

    def send(
        self, message: bytes, sender: str, recipients: Sequence[str]
    ) -> Mapping[str, MailError | None]:
        """Take a mail for everybody."""
        del sender
        self.taken.append(email.message_from_bytes(message, policy=email.policy.default))
        return dict.fromkeys(recipients)

    def deliver(self, village: Village) -> list[str]:
        """Send what is due now; return the subjects."""
        before = len(self.taken)
        deliver_due(village.store, self, sender="c@x.example", now=village.clock.now())
        return [str(mail["Subject"]) for mail in self.taken[before:]]


def flagged(
    village: Village, text: str = SALE, *, more: str = OWNER, kind: str = "council"
) -> Case:
    """Return the open case of a flagged post."""
    label = village.account(Site.FACEBOOK, more=more, kind=kind)
    village.publish(label, CLEAN, ago=2 * DAY)
    village.scan()
    village.publish(label, text, ago=timedelta(minutes=-1))
    village.scan(after=HALF_AN_HOUR)
    return village.case()


def ask(village: Village, number: CaseId, *, correct: bool = False) -> Requested:
    """Ask the owner as the Clerk."""
    return request_removal(
        village.app, number, by="Clerk", because="", at=village.clock.now(), correct=correct
    )


def words(made: Requested) -> str:
    """Return the text part of a request on one line."""
    message = email.message_from_bytes(made.body, policy=email.policy.default)
    part = message.get_body(("plain",))
    assert part is not None
    return " ".join(part.get_content().split())


def requests(village: Village) -> list[OutboxMail]:
    """Return the mails to owners."""
    return village.store.mails(kind=MailKind.REQUEST)


def test_a_request_says_what_why_how_and_by_when(village: Village) -> None:
    """And that nobody has decided anything; it comes from us and is answered to the Clerk."""
    made = ask(village, flagged(village).id)
    message = email.message_from_bytes(made.body, policy=email.policy.default)
    said = words(made)
    assert made.case.state is CaseState.REMOVAL_REQUESTED
    assert str(message["From"]).endswith("<clerkwatch@fernbeck-tc.gov.uk>")
    assert str(message["To"]) == "Jo Marsh <jo@fernbeck-tc.gov.uk>"
    assert str(message["Reply-To"]) == "Clerk <clerk@fernbeck-tc.gov.uk>"
    assert made.subject.startswith("Please take down a post on the Facebook page by Thursday 5 Nov")
    for part in (
        "The Clerk approved this request on Monday 2 November, 09:30.",
        "Nobody has decided that you did anything wrong",
        "because it may breach Terms of Use 7: “official Council profiles and pages",
        f'"{SALE}"',
        "choose Move to bin",
        "by Thursday 5 November, 12:00",
        "answer this mail before then",
    ):
        assert part in said, part


def test_a_correction_asks_for_a_correction(village: Village) -> None:
    """Nothing in it speaks of taking down but what to do where no edit is possible."""
    made = ask(village, flagged(village).id, correct=True)
    assert made.subject.startswith("Please correct a post on the Facebook page")
    assert "please correct this post by" in words(made)
    assert "Move to bin" not in words(made)


def test_a_member_is_reminded_never_instructed(village: Village) -> None:
    """No deadline, no steps, no "please take down"."""
    case = flagged(village, THREAT, kind="member")
    made = ask(village, case.id)
    said = words(made)
    assert made.subject.startswith("A reminder about a post on the Facebook page")
    assert "this is no instruction" in said
    assert "What you do is up to you" in said
    for never in ("take down", "by Thursday", "Move to bin", "Reminder: please"):
        assert never not in said
    village.clock.advance(5 * DAY)
    (proof,) = verify(village.app, by="test").proofs
    assert (proof.is_overdue, proof.is_reminded) == (False, False)
    assert "the member was reminded on Monday 2 November" in morning.compose(
        village.app, now=village.clock.now()
    ).text.replace("\n     ", " ")


def test_details_are_not_repeated_to_the_owner(village: Village) -> None:
    """What is masked in other mails is masked here: the post itself shows it."""
    made = ask(village, flagged(village, CHILD).id)
    assert "Its words are not repeated here" in words(made)
    for detail in (b"Milly", b"Hargreave", b"Oakfield", b"07700"):
        assert detail not in made.body


def test_it_leaves_after_the_time_to_undo(village: Village) -> None:
    """Not a second before; once."""
    server = Server()
    made = ask(village, flagged(village).id)
    village.clock.advance(UNDO_FOR - timedelta(seconds=1))
    assert server.deliver(village) == []
    village.clock.advance(timedelta(seconds=1))
    assert server.deliver(village) == [made.subject]
    village.clock.advance(DAY)
    assert server.deliver(village) == []


def test_asking_twice_asks_once(village: Village) -> None:
    """The second time says that it was asked for; one event, one mail."""
    number = flagged(village).id
    first = ask(village, number)
    village.clock.advance(timedelta(minutes=3))
    again = ask(village, number)
    assert (first.is_new, again.is_new) == (True, False)
    assert again.case.events == first.case.events
    assert len(requests(village)) == 1


def test_undone_it_never_leaves(village: Village) -> None:
    """The case stands where it stood; a second undo changes nothing; it can be asked anew."""
    server, case = Server(), flagged(village)
    decisions.acknowledge(village.store, case.id, by="Clerk", because="", at=village.clock.now())
    ask(village, case.id)
    village.clock.advance(timedelta(minutes=14))
    undo = partial(decisions.undo, village.store, case.id, by="Clerk", because="")
    after = undo(at=village.clock.now())
    assert after.state is CaseState.ACKNOWLEDGED
    assert undo(at=village.clock.now()).events == after.events
    village.clock.advance(DAY)
    assert server.deliver(village) == []
    assert [one.state for one in requests(village)[0].recipients] == [RecipientState.CANCELLED]
    ask(village, case.id, correct=True)
    village.clock.advance(UNDO_FOR)
    assert len(server.deliver(village)) == 1
    assert village.store.verify_ledger().faults == ()


def test_what_has_left_cannot_be_undone(village: Village) -> None:
    """The refusal says how to take it back; so does a mail that is leaving at this moment."""
    server, number = Server(), flagged(village).id
    ask(village, number)
    village.clock.advance(UNDO_FOR)
    now = village.clock.now()
    mail = requests(village)[0].id
    until = now + timedelta(minutes=2)
    assert village.store.claim_mail(mail, owner="another", until=until, now=now)
    with pytest.raises(OperatorError, match="leaving now"):
        decisions.undo(village.store, number, by="Clerk", because="", at=now)
    village.store.release_mail(mail, owner="another")
    server.deliver(village)
    with pytest.raises(OperatorError, match=r"has left already.*dismiss or leave"):
        decisions.undo(village.store, number, by="Clerk", because="", at=now)
    assert village.case().state is CaseState.REMOVAL_REQUESTED


@pytest.mark.parametrize("has_left", [True, False])
def test_an_owner_is_told_that_it_may_stay(village: Village, *, has_left: bool) -> None:
    """Only who has had the request; for another the request just never comes."""
    server, number = Server(), flagged(village).id
    ask(village, number)
    if has_left:
        village.clock.advance(UNDO_FOR)
        server.deliver(village)
    now = village.clock.now()
    after = decisions.leave(
        village.store,
        number,
        by="Clerk",
        because="After the fair",
        at=now,
        withdrawal=partial(withdrawal_of, village.app, at=now),
    )
    village.clock.advance(DAY)
    said = server.deliver(village)
    assert after.resolution is Resolution.LEFT
    expected = [f"You need not take down a post on the Facebook page [case {number}]"]
    assert said == (expected if has_left else [])


def test_an_owner_is_told_after_an_escalation_too(village: Village) -> None:
    """What was asked stands while somebody else decides; decided otherwise, it is taken back."""
    server, number = Server(), flagged(village).id
    ask(village, number, correct=True)
    village.clock.advance(UNDO_FOR)
    server.deliver(village)
    at = village.clock.now()
    decisions.escalate(village.store, number, by="Clerk", because="Complaint", at=at)
    decisions.dismiss(
        village.store,
        number,
        by="Clerk",
        because="It is ours",
        at=at,
        withdrawal=partial(withdrawal_of, village.app, at=at),
    )
    expected = f"You need not correct a post on the Facebook page [case {number}]"
    assert server.deliver(village) == [expected]


def test_an_owner_without_address_is_not_asked(village: Village) -> None:
    """It says what to write into the configuration; nothing is stored."""
    case = flagged(village, more="")
    with pytest.raises(OperatorError, match=r"no owner_email.*Add owner_email"):
        ask(village, case.id)
    assert village.case().events == case.events
    assert requests(village) == []


def test_the_owner_does_not_decide(village: Village) -> None:
    """Whoever answers for the account neither asks nor dismisses."""
    case = flagged(village)
    at = village.clock.now()
    with pytest.raises(OperatorError, match="nobody decides a case on their own account"):
        request_removal(village.app, case.id, by="jo marsh", because="", at=at)
    owners = owners_of(village.app)
    with pytest.raises(OperatorError, match="nobody decides"):
        decisions.dismiss(
            village.store, case.id, by="jo@fernbeck-tc.gov.uk", because="Fine", at=at, owners=owners
        )


# --- by hand ---------------------------------------------------------------------------------


def reported(village: Village, label: str, url: str, text: str) -> Case:
    """Open a case on what a person reported."""
    account = next(one for one in village.app.register if one.id == label)
    return open_case(
        village.app,
        url=url,
        text=text,
        account=account,
        by="Clerk",
        because="A resident rang",
        at=village.clock.now(),
    )


def test_what_a_person_reports_is_judged_and_kept_until_a_person_looks(village: Village) -> None:
    """In a group that no programme reads: found, asked for, looked at, closed by what was seen."""
    village.register(
        'id = "group"\nplatform = "manual"\nhandle = "Fernbeck group"\nkind = "council"\n'
        f'owner = "Jo Marsh"\n{OWNER}'
    )
    case = reported(village, "group", GROUP, SALE)
    assert reported(village, "group", GROUP, SALE).id == case.id
    assert (case.state, case.text, case.platform_id.startswith(BY_HAND)) == (
        CaseState.OPEN,
        SALE,
        True,
    )
    assert [stored.finding.clause for stored in case.findings] == ["terms.7"]
    made = ask(village, case.id)
    assert "please say in an answer when it is done" in words(made)
    village.clock.advance(DAY)
    (proof,) = verify(village.app, by="test").proofs
    assert proof.seen is Outcome.CANNOT_TELL
    assert f"clerkwatch cases gone {case.id}" in proof.detail
    done = seen_gone(village.app, case.id, by="Clerk", because="Looked", at=village.clock.now())
    assert (done.state, done.resolution) == (CaseState.CLOSED, Resolution.REMOVED)


def test_a_reported_post_that_is_known_is_not_stored_twice(village: Village) -> None:
    """The address leads to what was read; its words are the platform's, not the reporter's."""
    label = village.account(Site.X, more=OWNER)
    post = village.publish(label, CLEAN, ago=DAY)
    village.scan()
    versions = len(village.versions(label))
    url = f"https://x.com/councilx/status/{post}?s=20"
    case = reported(village, account_of(village.app.register, url).id, url, "Something else")
    assert (case.text, len(village.versions(label))) == (CLEAN, versions)
    assert case.findings == ()


def test_a_reported_post_on_x_is_read_by_its_id_from_then_on(village: Village) -> None:
    """Older than the look-back it was never read; the address has its id, so it can be verified."""
    label = village.account(Site.X, more=OWNER)
    village.publish(label, CLEAN, ago=DAY)
    post = village.publish(label, SALE, ago=100 * DAY)
    village.scan()
    case = reported(village, label, f"https://x.com/councilx/status/{post}", SALE)
    ask(village, case.id)
    village.delete(label, SALE)
    ends = []
    for _ in range(2):
        village.clock.advance(HALF_AN_HOUR)
        ends += [proof.case.resolution for proof in verify(village.app, by="test").proofs]
    assert ends == [None, Resolution.REMOVED]


def test_a_report_without_its_words_or_account_is_refused(village: Village) -> None:
    """The remedy says what is missing."""
    label = village.account(Site.X)
    village.scan()
    with pytest.raises(OperatorError, match="--text"):
        reported(village, label, "https://x.com/councilx/status/123456", " ")
    with pytest.raises(OperatorError, match="no address"):
        reported(village, label, "javascript:alert(1)", SALE)
    with pytest.raises(OperatorError, match="--account ID; registered are: council-x"):
        account_of(village.app.register, "https://elsewhere.example/1")
    assert village.store.cases(account=AccountId(label)) == []
