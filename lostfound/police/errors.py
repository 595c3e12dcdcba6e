"""What can go wrong with an answer of the police's service. No message holds the key or a URL."""


class PoliceError(Exception):
    """An answer that is no list; `detail` says why, in a few words."""

    def __init__(self, detail: str) -> None:
        self.detail = detail[:200]
        super().__init__(self.detail)


class KeyRefused(PoliceError):
    """No key, or one that is not registered or not approved for the service: a person must act."""


class QuotaSpent(PoliceError):
    """The service answers no more today."""


class RequestRefused(PoliceError):
    """A parameter is wrong, which is our fault: repeating the request changes nothing."""


class AnswerUnreadable(PoliceError):
    """Cut off, no XML, with a DTD, too large, too late: it may be better the next time."""
