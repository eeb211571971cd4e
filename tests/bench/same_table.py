"""Writes the rows of a CSV with python-docx or openpyxl; prints how long that took.

apt-get install -y --no-install-recommends python3-docx python3-openpyxl
"""

import csv
import sys
import time

library, path = sys.argv[1:]
csv.field_size_limit(1 << 30)
with open(path, encoding="utf-8-sig", newline="") as file:
    rows = list(csv.reader(file))
started = time.monotonic()
if library == "docx":
    import docx

    document = docx.Document()
    # Four columns, as they are printed.
    table = document.add_table(rows=len(rows), cols=4)
    # Asked for once: `row.cells` lists the whole table every time.
    cells = table._cells
    for at, row in enumerate(rows):
        for column, text in enumerate(row[:4]):
            cells[4 * at + column].text = text
    document.save(path + ".docx")
else:
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path + ".xlsx")
print(f"python, {library}: {time.monotonic() - started:.2f} s for {len(rows)} rows")
