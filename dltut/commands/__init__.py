"""What is run from a command line: each command a function of the library."""
