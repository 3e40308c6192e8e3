"""The page Data. It only reads, asks, computes through lib and shows."""

import streamlit as st

st.title("Data")
