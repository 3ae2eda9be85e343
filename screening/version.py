"""The version of the engine, as every receipt names it."""

from importlib.metadata import PackageNotFoundError, version


def engine_version() -> str:
    """The installed version, or `0+source` when run from a source tree that is not installed."""
    try:
        return version("screening")
    except PackageNotFoundError:
        return "0+source"


VERSION = engine_version()
