"""HTTP plumbing shared by the audiences: guard, faces of errors, forms, sessions, templates, static files."""
