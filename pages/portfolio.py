"""The page Portfolio. It only reads, asks, computes through lib and shows."""

import streamlit as st

st.title("Portfolio")
