"""Effects owed to the outside world, each done at least once and in effect once.

`owing.owe` writes the debt in the caller's transaction. A worker's `settling.settle`
takes a lease, does it, and marks it done. A killed worker's lease runs out and
`sweeping.sweep` hands the effect out again, so every task must be safe to repeat.
"""
