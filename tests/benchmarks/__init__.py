"""Speed and memory, as ratios measured in one run: `make bench`, `make bench BENCH=name`.

Each module measures one promise in a process of its own on a fresh database, both sides alternately, and takes medians.
"""
