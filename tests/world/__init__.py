"""A whole small world for tests: simulated venues in a process of their own, and the running engine in this one."""
