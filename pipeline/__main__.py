"""`python -m pipeline` is `radtab`."""

from pipeline.cli import main

if __name__ == "__main__":
    main()
