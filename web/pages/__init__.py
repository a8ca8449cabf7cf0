"""Pages for people, one module a kind of page; each has a `router`."""
