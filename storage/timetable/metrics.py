"""The timetable for Prometheus. Counters are sums over crawls that ended, from the catalog, so that they go on where
they were when a process starts anew."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gongkai.clock import parse_stamp
from storage.timetable.condition import Condition

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_COUNTERS = {
    "requests": ("requests", "Requests of crawls that ended, by what came over the wire", "outcome"),
    "reports": ("reports", "Reports that crawls found: new, changed, unchanged", "outcome"),
    "crawls": ("crawls", "Crawls that ended, by what they came to", "outcome"),
    "incidents": ("failures", "What went wrong in crawls, by kind", "kind"),
}

Counts = dict[tuple[str, str], int]


def exposition(found: Condition, counts: Counts) -> str:
    """The text a scrape gets."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Once(found, counts))
    return generate_latest(registry).decode()


class _Once(Collector):
    def __init__(self, found: Condition, counts: Counts) -> None:
        self._found, self._counts = found, counts

    def collect(self) -> Iterator[Metric]:
        for what, (name, says, label) in _COUNTERS.items():
            family = CounterMetricFamily(f"gongkai_{name}", says, labels=[label])
            for (counted, value), number in sorted(self._counts.items()):
                if counted == what:
                    family.add_metric([value], number)
            yield family
        yield CounterMetricFamily("gongkai_received_bytes", "Bytes of answers, codings undone",
                                  value=self._counts.get(("bytes", ""), 0))
        yield from self._now()

    def _now(self) -> Iterator[Metric]:
        found = self._found
        yield _gauge("sites", "Sites that are followed", found.sites)
        yield _gauge("sites_never_crawled", "Sites followed and not crawled yet", found.never)
        yield _gauge("sites_silent", "Sites without a crawl that went well for too long", len(found.silent))
        yield _gauge("sites_stopped", "Sites that gave reports and give none", len(found.stopped))
        yield _gauge("sites_due", "Sites that are due and wait for a turn", found.due)
        yield _gauge("lag_seconds", "For how long the site that was due first has been waiting", found.lag_s)
        yield _gauge("hosts_resting", "Hosts left alone for a while after failures", found.resting)
        hosts = GaugeMetricFamily("gongkai_hosts", "Hosts whose last crawl was refused or not answered",
                                  labels=["outcome"])
        for kind, names in sorted(found.hosts.items()):
            hosts.add_metric([kind], len(names))
        yield hosts
        orders = GaugeMetricFamily("gongkai_orders", "Crawl orders by state", labels=["state"])
        for state in ("waiting", "running", "done", "failed", "refused", "cancelled"):
            orders.add_metric([state], found.orders.get(state, 0))
        yield orders
        yield _gauge("crawls_running", "Crawls that run now", len(found.running))
        told = [lease.progress or {} for lease in found.running]
        yield _gauge("queue", "Addresses that running crawls have still to ask for",
                     sum(int(progress.get("queue") or 0) for progress in told))
        yield _gauge("requests_running", "Requests that running crawls have made so far",
                     sum(int(progress.get("requests") or 0) for progress in told))
        troubles = GaugeMetricFamily("gongkai_troubles", "What needs a human, by kind", labels=["kind"])
        for trouble_kind in sorted({trouble.kind for trouble in found.troubles}):
            troubles.add_metric([trouble_kind], sum(t.kind == trouble_kind for t in found.troubles))
        yield troubles
        if found.last_run_at:
            yield _gauge("last_crawl_timestamp_seconds", "When the newest crawl began",
                         parse_stamp(found.last_run_at).timestamp())
        if found.disk is not None:
            yield _gauge("disk_free_bytes", "Free space where the archive is", found.disk.free_bytes)
            yield _gauge("disk_bytes", "Size of the disk where the archive is", found.disk.total_bytes)


def _gauge(name: str, says: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"gongkai_{name}", says, value=value)
