"""Two stream libraries that a Python team might pick instead, each counting in an environment of its own."""
