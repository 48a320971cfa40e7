"""What this room refuses."""

from __future__ import annotations

from sangyu.kit.errors import Refusal


class TopicUnknown(Refusal):
    """Nobody is asked about this."""

    code = "TOPIC_UNKNOWN"


class ConsentIncomplete(Refusal):
    """A consent without who said it, how, or by which evidence."""

    code = "CONSENT_INCOMPLETE"


class GuardianDecides(Refusal):
    """Who has a guardian agrees through the guardian."""

    code = "GUARDIAN_DECIDES"


class RequestIncomplete(Refusal):
    """A request without who asks, how that was checked, or what is wanted."""

    code = "REQUEST_INCOMPLETE"


class RequestAnswered(Refusal):
    """The request has its answer, and it was another one."""

    code = "REQUEST_ANSWERED"


class AnswerIncomplete(Refusal):
    """An answer that gives no reason."""

    code = "ANSWER_INCOMPLETE"


class SamePersonAnswers(Refusal):
    """Who took an erasure in does not carry it out."""

    code = "SAME_PERSON_ANSWERS"


class NotYetErasable(Refusal):
    """Something unfinished, or the law, keeps the data."""

    code = "NOT_YET_ERASABLE"
