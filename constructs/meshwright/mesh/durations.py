"""Durations of the files, such as 90m, 24h and 7d, as seconds."""

_SECONDS = {"m": 60, "h": 3600, "d": 86400}


def seconds(duration: str) -> int:
    """Seconds of a duration as the files write it."""
    return int(duration[:-1]) * _SECONDS[duration[-1]]
