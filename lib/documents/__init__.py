"""Documents as frozen values, and what writes them as files. Nothing of this package computes a figure, reads a file or knows Streamlit."""
