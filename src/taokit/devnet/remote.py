"""One question to a devnet that is served somewhere, for blocking code."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any, Final

from taokit.errors import ChainRefused, ConfigurationError, TimedOut, Unreachable

PATIENCE_S: Final = 600.0
_SCHEMES: Final = {"ws": "http", "wss": "https", "http": "http", "https": "https"}
_METHOD_NOT_FOUND: Final = -32601


def ask(url: str, method: str, *params: Any) -> Any:
    """The result of one call. Raises `Unreachable`, `TimedOut`, or `ChainRefused` with what the devnet said."""
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    body, headers = json.dumps(message).encode(), {"Content-Type": "application/json"}
    request = urllib.request.Request(_http(url), body, headers)  # noqa: S310 - of four schemes
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
            said = json.load(answer)
    except TimeoutError:
        raise TimedOut(f"{url} did not answer within {PATIENCE_S:g} s") from None
    except (urllib.error.URLError, OSError, ValueError) as error:
        why = getattr(error, "reason", error)
        raise Unreachable(f"no devnet answers at {url}: {why}", hint="start one with `taokit devnet`") from None
    if "error" in said:
        raise _refusal(said["error"], method)
    return said["result"]


def _http(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in _SCHEMES:
        raise ConfigurationError(f"{url!r} is no address of a devnet", hint="write it like ws://127.0.0.1:9944")
    return f"{_SCHEMES[scheme]}://{rest}"


def _refusal(error: Any, method: str) -> ChainRefused:
    said = str(error.get("message"))
    if error.get("code") == _METHOD_NOT_FOUND:
        return ChainRefused(f"it knows no {method}: it is no devnet, or an older one")
    data = error.get("data")
    return ChainRefused(f"{said}: {data}" if isinstance(data, str) and said == "Invalid params" else said)


__all__ = ["PATIENCE_S", "ask"]
