"""The drains: a narrow protocol and the engines behind it."""
