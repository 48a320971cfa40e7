"""Tags with which other desks show pieces of this one."""
