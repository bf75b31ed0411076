"""`lifeinit check`: rules, checks against this host, the stop budget as a timeline, and the output formats."""
