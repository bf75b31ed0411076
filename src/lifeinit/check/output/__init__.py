"""Problems of a hook file as people and programs read them. Knows nothing of what is right or wrong."""
