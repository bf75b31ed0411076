"""Creates the database, where there is none."""

import os
import sqlite3

with sqlite3.connect(os.environ.get("DATABASE", "/tmp/shop.sqlite3")) as database:
    database.execute("CREATE TABLE IF NOT EXISTS visit (path TEXT NOT NULL)")
print("the database is up to date")
