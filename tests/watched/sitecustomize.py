"""Runs at the start of Python processes that tests begin, servers among them, and watches what they reach for. It does nothing else."""

import os

import outside  # type: ignore[import-not-found]  # beside this file, which is on the path of such a process

if os.environ.get(outside.LOG):
    outside.watch(os.environ[outside.LOG])
