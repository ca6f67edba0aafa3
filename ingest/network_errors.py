"""The two ways a fetch ends without a body: never to be tried again, or worth another try."""


class FetchRefused(Exception):
    """Permanent: the same URL will be refused again. `code` is a short word to count by."""

    def __init__(self, code: str, message: str) -> None:
        # All arguments go to Exception so that the error survives pickling between processes.
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message


class FetchFailed(Exception):
    """Transient: may work later. `retry_after` is in seconds, where the server named a time."""

    def __init__(self, code: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(code, message, retry_after)
        self.code = code
        self.message = message
        self.retry_after = retry_after

    def __str__(self) -> str:
        return self.message
