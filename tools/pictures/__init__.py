"""The pictures of the README and the documentation that show a run or the name: `python -m tools.pictures`."""
