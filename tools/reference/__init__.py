"""The reference, made from the sources: pages of the documentation and the manual pages."""
