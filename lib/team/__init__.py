"""Team workload: who has how much to do, what does not fit, who is free. Frames in, frames out; formulas: definitions § Team workload."""
