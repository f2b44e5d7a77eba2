"""``python -m dltut``."""

from dltut.commands.cli import main

if __name__ == "__main__":
    main()
