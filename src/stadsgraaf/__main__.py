"""``python -m stadsgraaf`` is the command ``stadsgraaf``."""

from stadsgraaf.cli import main

if __name__ == "__main__":
    main()
