"""The entry: `streamlit run app.py` serves `lib/ui/shell.py` behind our security headers. Nothing else belongs here."""

import streamlit as st
from starlette.middleware import Middleware

from lib.ui.middleware import SecurityHeaders

# The shell lives apart from pages/: with both in one folder a first visit to a page's address would skip the shell.
app = st.App("lib/ui/shell.py", middleware=[Middleware(SecurityHeaders)])
