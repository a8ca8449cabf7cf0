"""Errors a person may see. Each carries its exit code; `crawler.cli` is the only place that prints them and exits."""

DONE, UNEXPECTED, WRONG_USE, SITE_GAVE_NOTHING, DAMAGE = 0, 1, 2, 3, 5


class GongkaiError(Exception):
    """Base of every error meant for a person: the message names the thing, what was expected and what to do."""

    exit_code = UNEXPECTED


class ConfigurationError(GongkaiError):
    """Wrong use: an option, a setting or an address that cannot be right."""

    exit_code = WRONG_USE


class NotFoundError(GongkaiError):
    """An identifier that names nothing in this archive."""

    exit_code = WRONG_USE


class StorageError(GongkaiError):
    """The archive cannot be read or written now (full disk, read-only directory, S3 or database away)."""

    exit_code = UNEXPECTED


class DamageError(GongkaiError):
    """Something kept is no longer what was kept."""

    exit_code = DAMAGE
