"""The clients that are measured; each module's `run(job, meter)` connects, counts and returns an Outcome."""
