"""``python -m dltut``."""

from dltut.cli import main

if __name__ == "__main__":
    main()
