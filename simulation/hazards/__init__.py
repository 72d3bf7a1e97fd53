"""The hazards: each file declares its fields and steps them."""
