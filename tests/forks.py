"""Processes forked from one that has loaded Scrapy, the crawl and the command: what a test starts takes no second to
load.

The standard library keeps one such process for all, so that what it loads is said in one place.
"""

import multiprocessing

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.loaded", "tests.spiders.child", "tests.chaos.child"])
