"""How the application is served: what gunicorn reads in the folder where it is started."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gunicorn.workers.base import Worker


def post_worker_init(worker: Worker) -> None:
    """Run the jobs in each worker: whichever is first does the work, and none of it twice."""
    from refuge.jobs import start_jobs  # noqa: PLC0415  this folder is no place to import from before a worker has started

    start_jobs(worker.wsgi)
