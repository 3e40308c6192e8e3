"""What all tests share: how Hypothesis behaves on a slow or shared machine."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# No deadline: a busy machine is not a failure.
settings.register_profile("cartera", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("cartera")
