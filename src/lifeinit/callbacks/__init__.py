"""What `lifeinit.Container` and `lifeinit.docker.ManagedContainer` share: decorators, options, events, errors."""
