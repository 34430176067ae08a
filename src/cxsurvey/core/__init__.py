"""What every domain stands on: the unit of work, time, ids, errors, events, keys, jobs and the databases."""
