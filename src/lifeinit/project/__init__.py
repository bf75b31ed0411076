"""Looks at the folder of an app and writes its first hook file."""
