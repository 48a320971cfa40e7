"""The desk of sheets: hand people in by the sheet, mend what is wrong, write what is right, and hand sheets out."""
