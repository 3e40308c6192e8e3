"""Plans become schedules and forecasts: calendars, networks, shared people, chance. Pure: no clock, disk or unseeded chance."""
