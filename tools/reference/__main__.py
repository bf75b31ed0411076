"""`python -m tools.reference`: writes the reference and the manual pages anew."""

from tools.reference.documents import DOCUMENTS
from tools.reference.manual import ROOT

if __name__ == "__main__":
    for path, make in DOCUMENTS.items():
        (ROOT / path).write_text(make(), encoding="utf-8")
