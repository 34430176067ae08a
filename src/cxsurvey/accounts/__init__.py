"""Who may come in and what they may do: workspaces, users, sign-ins, one-time links, API keys."""
