"""Why there was no answer, in words: names of exceptions tell a reader nothing, and their texts may hold secrets."""

from typing import Iterator

WORDS = (
    ("ConnectTimeout", "it can't be connected to in time"),
    ("ReadTimeout", "no answer in time"),
    ("Timeout", "no answer in time"),
    ("ProxyError", "the proxy does not let it through"),
    ("SSLCertVerificationError", "its certificate is not trusted here"),
    ("SSLError", "no safe connection (TLS) could be made"),
    ("NameResolutionError", "there is no host of this name"),
    ("gaierror", "there is no host of this name"),
    ("ConnectionRefusedError", "nothing listens at this address"),
    ("MissingSchema", "the address is none"),
    ("InvalidSchema", "the address is none"),
    ("InvalidURL", "the address is none"),
    ("LocationParseError", "the address is none"),
    ("InvalidHeader", "the token holds what can't be sent"),
    ("UnicodeError", "the address or the token holds what can't be sent"),
    ("ChunkedEncodingError", "the answer broke off"),
    ("ContentDecodingError", "the answer can't be read"),
    ("RemoteDisconnected", "it ended the connection without an answer"),
    ("ConnectionResetError", "it ended the connection without an answer"),
    ("ProtocolError", "it ended the connection without an answer"),
    ("ImportError", "requests is not installed here"),
    ("MemoryError", "there is no memory left"),
)
"""By the names of classes, the more telling first."""
OTHERWISE = "the connection failed"


def in_words(error: BaseException) -> str:
    """Why a request had no answer, as part of a sentence. Says nothing of what the error's own text says."""
    names = {kind.__name__ for each in _and_its_causes(error) for kind in type(each).__mro__}
    return next((words for name, words in WORDS if name in names), OTHERWISE)


def _and_its_causes(error: BaseException) -> Iterator[BaseException]:
    """What it came from: requests wraps what urllib3 wraps what the system said, now as a cause, now as an argument."""
    waiting, seen = [error], 0
    while waiting and seen < 20:
        each = waiting.pop()
        seen += 1
        yield each
        inner = [each.__cause__, each.__context__, getattr(each, "reason", None), *each.args]
        waiting += [found for found in inner if isinstance(found, BaseException)]
