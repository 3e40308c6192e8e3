"""Measures speed and memory against a floor or a peer in the same run. It asserts nothing: each line says PASS or FAIL."""
