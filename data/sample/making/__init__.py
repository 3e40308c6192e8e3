"""The sample portfolio's invented content and the steps that turn it into tables. Nothing here reads the clock or is imported by the app."""
