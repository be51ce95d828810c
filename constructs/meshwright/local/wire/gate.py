"""Who may talk to a server of ours at all: decided from a request's head, before anything else sees it.

A server on 127.0.0.1 is reached by every web page that the developer has open: a page can send requests there
from its own origin, or have its own name resolve to 127.0.0.1 (DNS rebinding). No client of ours is a page,
so whatever a browser sends for one is refused. https://fetch.spec.whatwg.org/#origin-header,
https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header and https://fetch.spec.whatwg.org/#sec-purpose-header
say what browsers send.
"""

from collections.abc import Mapping


def refusal(headers: Mapping[str, str], *, authority: str, target: str = "") -> str | None:
    """Why the request is refused, or None.

    `headers` have names in capitals with underscores; `authority` is the server's own address and port, and
    `target` what an absolute request target names instead of the Host.
    """
    if "ORIGIN" in headers:
        return "Requests of web pages (with the header Origin) are not served."
    if headers.get("SEC_FETCH_SITE", "none") != "none":
        return "Requests of web pages (with the header Sec-Fetch-Site) are not served."
    if "SEC_PURPOSE" in headers:  # what a page has prefetched, Chromium 153 sends with Sec-Fetch-Site: none
        return "Requests of web pages (with the header Sec-Purpose) are not served."
    if headers.get("HOST") != authority or target not in ("", authority):
        return f"This server answers as {authority} only: send requests to http://{authority}."
    return None
