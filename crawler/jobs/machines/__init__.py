"""The jobs on many machines: a queue in the catalog's PostgreSQL (procrastinate), and workers that take from it."""
