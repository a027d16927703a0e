"""``python -m sim`` is the command ``maraude``."""

from sim.presentation.cli import main

if __name__ == "__main__":
    main(prog_name="maraude")
