"""The entry: `streamlit run app.py` serves `lib/ui/shell.py` behind our security headers. Nothing else belongs here."""

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Route

from lib.ui.middleware import OwnOrigin, SecurityHeaders, allowed_hosts, to_the_start

# The shell lives apart from pages/: with both in one folder a first visit to a page's address would skip the shell.
app = st.App(
    "lib/ui/shell.py",
    middleware=[
        Middleware(SecurityHeaders),
        Middleware(TrustedHostMiddleware, allowed_hosts=allowed_hosts(), www_redirect=False),
        Middleware(OwnOrigin),
    ],
    routes=[Route("/portfolio", to_the_start)],
)
