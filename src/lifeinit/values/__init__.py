"""Values as users write them: durations, variables and exit statuses."""
