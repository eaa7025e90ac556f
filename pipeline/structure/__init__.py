"""The layout of a case text: lines, headings, and which lines form which section."""
