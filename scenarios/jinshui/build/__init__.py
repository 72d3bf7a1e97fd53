"""Builds the Jinshui scenario files: ``python -m scenarios.jinshui.build``.

Reading order: ``streets.csv`` and ``structures.csv`` (what is known of the roads), ``ground.py`` (where things
lie), ``roads.py`` (junctions and segments), ``drains.py`` (a SWMM model under the roads), ``fleet.py``,
``storms.py``. Nothing is random and nothing reads the clock: the same files come out each time.
"""
