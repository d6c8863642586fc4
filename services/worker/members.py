"""The work of people: an act on a whole filter, in chunks that survive the worker."""

from shared.access.actor import SYSTEM
from shared.db import transaction
from shared.jobs import Claimed
from shared.members.actions.bulk import do_chunk, finish, outcomes


def bulk(job: Claimed) -> None:
    """Chunk after chunk, each in a transaction that counts only while the job is ours."""
    args = dict(job.args)
    act = args.pop("act")
    with transaction():
        counted = outcomes(job.id)
    total = sum(counted.values())
    done = total - counted.get("", 0)
    job.progress(done, total)
    while True:
        with transaction():
            job.hold()
            taken = do_chunk(job.id, act, args)
            if not taken:
                job.finish(result=finish(SYSTEM, job.id))
        if not taken:
            return
        done += taken
        job.progress(done, total)
