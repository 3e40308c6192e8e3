"""Scope change: what is asked, what it does to date, cost, margin and people, what it may cost the client, and who decided what."""
