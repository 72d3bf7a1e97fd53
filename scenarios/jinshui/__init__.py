"""Jinshui district, Zhengzhou: a schematic reconstruction from published facts (示意性重建)."""
