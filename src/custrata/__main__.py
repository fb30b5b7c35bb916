"""`python -m custrata`: the command line where its script is not on the path."""

from custrata.cli.main import main

if __name__ == "__main__":
    main()
