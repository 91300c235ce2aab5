"""Papers that go out by mail: evidence packs, reports, what a search found.

Each function composes one finished mail from plain arguments and writes nothing; the same
arguments on the same record give the same mail. `Paper.queue` puts it into the outbox, with
its ledger entries, inside the caller's transaction.

    paper = pack_mail(app, case, to=person, at=now, asked=reply.key, follows=reply.message_id)
    with app.repository.together() as transaction:
        paper.queue(transaction, at=now)
"""

from monitor.papers.base import Paper
from monitor.papers.found import found_mail
from monitor.papers.pack import pack_mail
from monitor.papers.report import period_of, report_mail

__all__ = ["Paper", "found_mail", "pack_mail", "period_of", "report_mail"]
