"""Returned mails as real servers write them: whose mail, which recipient, why, for good or not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.types import BounceAction
from monitor.alerts.bounces import matched, read_report, reason

ID = "<0123456789abcdef0123456789abcdef@ashcombe-tc.example>"
CLERK, DEPUTY = "clerk@ashcombe-tc.example", "deputy@ashcombe-tc.example"
OURS = f"""\
From: clerkwatch for Ashcombe <clerkwatch@ashcombe-tc.example>
To: Clerk <{CLERK}>,
 Deputy <{DEPUTY}>
Subject: 1 post needs a decision
Message-ID: {ID}

user unknown 5.1.1 is what the post said
"""
POSTFIX = f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.ashcombe-tc.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: clerkwatch@ashcombe-tc.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="9B1E.1"

--9B1E.1
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.ashcombe-tc.example.

<{CLERK}>: host 127.0.0.1[127.0.0.1] said: 552 5.2.2 Mailbox full (in reply
    to end of DATA command)

--9B1E.1
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.ashcombe-tc.example
X-Postfix-Queue-ID: 9B1E
Arrival-Date: Mon, 23 Nov 2026 07:00:01 +0000 (UTC)

Final-Recipient: rfc822; {CLERK}
Original-Recipient: rfc822;{CLERK}
Action: failed
Status: 5.2.2
Remote-MTA: dns; 127.0.0.1
Diagnostic-Code: smtp; 552 5.2.2 Mailbox full

--9B1E.1
Content-Description: Undelivered Message
Content-Type: message/rfc822

{OURS}
--9B1E.1--
"""
POSTFIX_LATE = (
    POSTFIX.replace("Undelivered Mail Returned to Sender", "Delayed Mail (still being retried)")
    .replace("Action: failed", "Action: delayed")
    .replace("Status: 5.2.2", "Status: 4.4.1")
    .replace("message/rfc822", "text/rfc822-headers")
)
EXCHANGE = f"""\
From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@ashcombe.example>
To: clerkwatch@ashcombe-tc.example
Subject: Undeliverable: 1 post needs a decision
In-Reply-To: {ID}
References: {ID}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: multipart/alternative; boundary="c"

--c
Content-Type: text/html

<p>Your message to {DEPUTY} couldn't be delivered.</p>
--c--
--b
Content-Type: message/delivery-status

Reporting-MTA: dns;AM0PR01.prod.outlook.example

Final-Recipient: rfc822;{DEPUTY}
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found by SMTP address lookup

--b--
"""
GMAIL = f"""\
From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
To: clerkwatch@ashcombe-tc.example
Auto-Submitted: auto-replied
Subject: Delivery Status Notification (Failure)
References: {ID}
In-Reply-To: {ID}
X-Failed-Recipients: {DEPUTY}
Content-Type: text/plain; charset=UTF-8

** Address not found **

Your message wasn't delivered to {DEPUTY} because the address couldn't be found.

550 5.1.1 The email account that you tried to reach does not exist.
"""
EXIM = f"""\
From: Mail Delivery System <Mailer-Daemon@mx.example>
To: clerkwatch@ashcombe-tc.example
Subject: Mail delivery failed: returning message to sender
X-Failed-Recipients: {CLERK}

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {CLERK}
    mailbox is full: retry timeout exceeded

------ This is a copy of the message, including all the headers. ------

Return-path: <clerkwatch@ashcombe-tc.example>
{OURS}
"""
EXIM_LATE = f"""\
From: Mail Delivery System <Mailer-Daemon@mx.example>
To: clerkwatch@ashcombe-tc.example
Subject: Warning: message 1kX delayed 24 hours

The message identifier is: 1kX
The subject of the message is: 1 post needs a decision

The address to which the message has not yet been delivered is:

  {CLERK}

No action is required on your part. Delivery attempts will continue.
References: {ID}
"""
QMAIL = f"""\
Return-Path: <>
From: MAILER-DAEMON@old.example
To: clerkwatch@ashcombe-tc.example
Subject: failure notice

Hi. This is the qmail-send program at old.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{DEPUTY}>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <clerkwatch@ashcombe-tc.example>
Received: (qmail 1 invoked by uid 0)
{OURS}
"""
FAILED, DELAYED = BounceAction.FAILED, BounceAction.DELAYED


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        pytest.param(POSTFIX, (CLERK, FAILED, "5.2.2"), id="postfix"),
        pytest.param(POSTFIX_LATE, (CLERK, DELAYED, "4.4.1"), id="postfix-late"),
        pytest.param(EXCHANGE, (DEPUTY, FAILED, "5.1.10"), id="exchange"),
        pytest.param(GMAIL, (DEPUTY, FAILED, "5.1.1"), id="gmail"),
        pytest.param(EXIM, (CLERK, FAILED, "5.2.2"), id="exim"),
        pytest.param(EXIM_LATE, (CLERK, DELAYED, ""), id="exim-late"),
        pytest.param(QMAIL, (DEPUTY, FAILED, "5.1.1"), id="qmail"),
    ],
)
def test_a_real_report_names_mail_recipient_and_reason(
    raw: str, said: tuple[str, BounceAction, str]
) -> None:
    """However a server writes it, with either line end: our Message-ID, one recipient, why."""
    for one in (raw, raw.replace("\n", "\r\n")):
        report = read_report(one.encode())
        assert report is not None
        assert report.message_ids == (ID,)
        assert matched(report, (CLERK, DEPUTY)) == (said,)


def test_a_forwarded_address_is_the_one_recipient_or_one_of_several() -> None:
    """An address we did not write to is our only recipient's; of several nobody can tell."""
    report = read_report(POSTFIX.replace(CLERK, "elsewhere@home.example").encode())
    assert report is not None
    assert matched(report, (CLERK,)) == ((CLERK, FAILED, "5.2.2"),)
    assert matched(report, (CLERK, DEPUTY)) == (("", FAILED, "5.2.2"),)


OUT_OF_OFFICE = f"""\
From: {CLERK}
Return-Path: <>
Auto-Submitted: auto-replied
Subject: Out of office
In-Reply-To: {ID}

I am away, mailbox full
"""


@pytest.mark.parametrize(
    "raw",
    [
        f"From: {CLERK}\nSubject: Re: x\nIn-Reply-To: {ID}\n\nKEEP because mailbox full\n",
        OUT_OF_OFFICE,
        "",
        "\xff\xfe",
    ],
)
def test_other_mails_are_no_reports(raw: str) -> None:
    """A person's reply and an out-of-office answer say nothing about a delivery."""
    assert read_report(raw.encode("latin-1")) is None


def test_good_news_is_no_failure() -> None:
    """A report that the mail was delivered says nothing."""
    report = read_report(POSTFIX.replace("Action: failed", "Action: relayed").encode())
    assert report is not None
    assert report.failures == ()


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("5.2.2", "the mailbox is full"),
        ("5.1.1", "the address does not exist"),
        ("5.1.10", "the address does not exist"),
        ("5.7.1", "the recipient's mail server refuses mails from us"),
        ("4.4.1", "the recipient's mail server cannot be reached"),
        ("5.0.0", "no reason was given"),
        ("", "no reason was given"),
    ],
)
def test_the_reason_is_in_plain_words(status: str, said: str) -> None:
    """What the Clerk reads is ours, chosen by the code, never a server's words."""
    assert reason(status) == said


def test_parts_nested_a_thousand_deep_do_no_harm() -> None:
    """A mail made to exhaust a reader is none of ours."""
    deep = "".join(f'Content-Type: multipart/mixed; boundary="{n}"\n\n--{n}\n' for n in range(3000))
    assert read_report(deep.encode()) is None


@given(st.binary(max_size=2000), st.sampled_from([POSTFIX, EXCHANGE, GMAIL, EXIM, QMAIL]))
def test_no_bytes_break_the_reader(noise: bytes, raw: str) -> None:
    """Bytes thrown into a report never raise, and never name another mail.

    A bracket could cut a Message-ID short; what is left of it names no mail of the outbox.
    """
    half, noise = len(raw) // 2, noise.translate(None, b"<>")
    for one in (noise, raw[:half].encode() + noise, noise + raw.encode()):
        report = read_report(one)
        assert report is None or set(report.message_ids) <= {ID}
