"""Loads what the processes of `tests.forks` would each load for themselves, where they are forked from; imported there
alone."""

import gc
import importlib
import io
import pkgutil
import sys
import threading
from contextlib import redirect_stderr, redirect_stdout

import scrapy.core.downloader.handlers.http11  # noqa: F401  # first: see crawler.jobs.site_crawl
from scrapy.settings import default_settings

import crawler.fetching
import crawler.jobs.site_crawl

_NOT_FORKED = {"serve", "worker", "schedule", "demo", "doctor"}

# A console asks when it is made whether it stands before a terminal: none of those that are forked does.
with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
    from crawler.cli import COMMANDS

    for module in sorted({*COMMANDS.values()} - _NOT_FORKED):
        importlib.import_module(f"crawler.cli.{module}")

# What a crawl is put together from.
for bases in (default_settings.EXTENSIONS_BASE, default_settings.DOWNLOADER_MIDDLEWARES_BASE,
              default_settings.SPIDER_MIDDLEWARES_BASE):
    for name in bases:
        importlib.import_module(name.rpartition(".")[0])
for part in pkgutil.iter_modules(crawler.fetching.__path__, "crawler.fetching."):
    importlib.import_module(part.name)
for name in ("crawler.pipelines", "crawler.journal", "crawler.progress", "scrapy.pqueues", "scrapy.squeues",
             "scrapy.core.scheduler", "scrapy.core.engine", "alembic.command"):
    importlib.import_module(name)

assert threading.active_count() == 1, threading.enumerate()
too_early = {"crawler.settings", "twisted.internet.reactor"} & sys.modules.keys()
assert not too_early, f"{too_early} would be what the environment of this process says"
gc.freeze()
