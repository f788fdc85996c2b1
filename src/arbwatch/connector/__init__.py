"""The contract a source fulfils, as values and protocols. No I/O, no clock."""
