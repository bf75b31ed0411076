"""What makes parts of the documentation. Not part of the wheel."""
