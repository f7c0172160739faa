"""Jobs: many requests that a provider does later, for less; submitted by one process, collected by any other.

``runs/jobs/job-7f3a.json`` holds a job from before it is submitted until all its answers are in the folders of
their runs. Whatever is interrupted can be done again: nothing is submitted, saved or booked twice.
"""

from prompt_kit.work.jobs.collecting import acancel, acollect, cancel, collect
from prompt_kit.work.jobs.records import Job, JobState, Row, job_of, jobs
from prompt_kit.work.jobs.submitting import asubmit, submit
from prompt_kit.work.orders import Order

__all__ = [
    "Job",
    "JobState",
    "Order",
    "Row",
    "acancel",
    "acollect",
    "asubmit",
    "cancel",
    "collect",
    "job_of",
    "jobs",
    "submit",
]
