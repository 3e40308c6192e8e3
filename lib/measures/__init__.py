"""Figures from frames: pure Polars, frames in and frames or values out. No page, file or clock."""
