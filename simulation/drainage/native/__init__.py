"""Our own drainage engine: SWMM's dynamic wave, with many members side by side."""
