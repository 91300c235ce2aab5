"""Trouble on the way, in plain words for the Clerk and without secrets."""

from __future__ import annotations

import socket
from http.client import HTTPException

import requests
from urllib3.exceptions import HTTPError

from connectors._addresses import LookUpTooLongError

FAILURES = (requests.RequestException, HTTPError, HTTPException, OSError, ValueError)
"""Everything that requests, urllib3 and the sockets under them raise."""


UNRESOLVED = (socket.gaierror, LookUpTooLongError)
"""What a look-up that failed ends in: the server itself may be well."""


class WireTroubleError(Exception):
    """Words of the original error, redacted; the original holds the address with its token."""


def trouble(error: Exception) -> str:
    """Say in plain words what went wrong on the way."""
    if isinstance(innermost(error), UNRESOLVED):
        return "could not be reached, because its name cannot be resolved (DNS)"
    if isinstance(error, requests.exceptions.SSLError):
        return "could not prove who it is (TLS)"
    if isinstance(error, (requests.Timeout, TimeoutError)):
        return "did not answer in time"
    if isinstance(error, requests.ConnectionError):
        return "could not be reached"
    return "answered something that cannot be read"


def innermost(error: BaseException) -> BaseException:
    """Return the first cause, without the wrappings that requests and urllib3 put on."""
    for _ in range(8):
        wrapped = [getattr(error, "reason", None), *error.args[:1], error.__cause__]
        deeper = next((each for each in wrapped if isinstance(each, BaseException)), None)
        if deeper is None:
            break
        error = deeper
    return error
