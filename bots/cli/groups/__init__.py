"""Groups of commands, declared: a module imports what a command needs when the command runs."""
