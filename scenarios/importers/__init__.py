"""Other people's files to scenario folders: OpenStreetMap roads, SWMM drains, a district of both."""
