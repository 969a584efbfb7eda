"""`python -m taokit`."""

from taokit.cli.main import main

if __name__ == "__main__":
    main()
