"""The same answers as JSON under ``/api/v1``, one module a noun; each has a `router`."""
