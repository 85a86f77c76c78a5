"""`python -m api`: the command line where no script is installed, as in the container image."""

from api.cli import main

main()
