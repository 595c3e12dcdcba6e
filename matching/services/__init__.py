"""Functions that write. Views, admin actions, the API, tasks and commands call these."""
