"""Processes that annotate chunks beside each other; a crash in one costs one case.

crew        in the run: hands chunks out, watches the clock, takes the answers
nursery     a process that has loaded the pipeline and forks workers that share it
worker      annotates a chunk, writes its rows, answers with the counts
dask_crew   in the run: hands chunks out to a Dask cluster instead
dask_task   what a worker of that cluster does with a chunk
frames      what they say to each other: JSON with its length before it
"""
