"""Processes that annotate chunks beside each other; a crash in one costs one case.

chunk_workers     what a run asks of those that annotate its chunks
crew              in the run: hands chunks out, watches the clock, takes the answers
nursery_process   in the run: starts the nursery, asks it for workers
nursery           a process that has loaded the pipeline and forks workers that share it
worker            annotates a chunk, writes its rows, answers with the counts
work_order        what workers are told once
dask_crew         in the run: hands chunks out to a Dask cluster instead
dask_task         what a worker of that cluster does with a chunk
alone             no other process at all
frames            what they say to each other: JSON with its length before it
"""
