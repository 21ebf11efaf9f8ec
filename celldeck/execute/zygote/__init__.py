"""What runs in a process that stands ready, started by the path of `start.py`; it imports none of ours."""
