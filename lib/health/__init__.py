"""Account health: a score with a reason and a range. Frames in, frames out; formulas: definitions § Account health."""
