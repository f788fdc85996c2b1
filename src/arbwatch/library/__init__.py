"""arbwatch for programs: what `import arbwatch` offers, loaded when it is first used."""
