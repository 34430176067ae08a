"""What the measurements share: a server of their own, a load, a Postgres, and the way results are told."""
