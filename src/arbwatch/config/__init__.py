"""Settings, where each came from, the errors that end the program, and logs."""
