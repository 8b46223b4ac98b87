"""What waits in the database, asked whenever somebody reads the metrics."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func
from sqlmodel import col, select

from egov_participation.clock import Clock
from egov_participation.database import Database
from egov_participation.jobs import Job


class WaitingWork(Collector):
    """Jobs by kind: how many wait, how late the latest is, how many were given up."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        """The numbers of this moment."""
        now = self._clock()
        late = GaugeMetricFamily("egov_job_late_seconds", "How long the oldest job that is due has been due.")
        waiting = GaugeMetricFamily("egov_jobs_waiting", "Jobs that are not done.", labels=["kind"])
        dead = GaugeMetricFamily("egov_jobs_dead", "Jobs that were given up.", labels=["kind"])
        with self._database.read() as session:
            open_jobs = select(Job.kind, func.count()).where(col(Job.done_at).is_(None)).group_by(Job.kind)
            for kind, count in session.exec(open_jobs.where(col(Job.dead_at).is_(None))):
                waiting.add_metric([kind], count)
            for kind, count in session.exec(open_jobs.where(col(Job.dead_at).is_not(None))):
                dead.add_metric([kind], count)
            oldest = session.exec(
                select(func.min(Job.run_after)).where(col(Job.done_at).is_(None), col(Job.dead_at).is_(None))
            ).one()
        late.add_metric([], max(0.0, (now - oldest).total_seconds()) if oldest else 0.0)
        yield from (late, waiting, dead)
