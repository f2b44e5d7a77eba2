"""The ground floor: settings, compiled functions, shared values, random bits, files, progress."""
